"""Ways to break who may speak to whom."""

from tests.support.broken_manifests import Break, one, without

_METADATA_SERVICE = {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}

NETWORK: dict[str, tuple[Break, str]] = {
    "open by default": (
        without("NetworkPolicy", "default-deny"),
        "Deployment gateway: no NetworkPolicy closes its ingress by default",
    ),
    "an arrow that is missing": (
        without("NetworkPolicy", "agent-to-gemini"),
        "agent -> internet:443 is declared, and not open",
    ),
    "an arrow that nobody declared": (
        one(
            "NetworkPolicy",
            "agent-to-gemini",
            lambda it: it["spec"]["egress"][0]["ports"][0].update(port=22),
        ),
        "agent -> internet:22 is open, and tests/k8s/arrows.py declares no such arrow",
    ),
    "half an arrow": (
        one("NetworkPolicy", "browser", lambda it: it["spec"]["ingress"].clear()),
        "tools -> browser:3000 is let out, but not in",
    ),
    "any port": (
        one("NetworkPolicy", "to-postgres", lambda it: it["spec"]["egress"][0].pop("ports")),
        "NetworkPolicy to-postgres: egress to anybody, or on any port",
    ),
    "anybody": (
        one("NetworkPolicy", "postgres", lambda it: it["spec"]["ingress"][0].pop("from")),
        "NetworkPolicy postgres: ingress to anybody, or on any port",
    ),
    "a policy of nobody": (
        one(
            "NetworkPolicy",
            "browser",
            lambda it: it["spec"].update(podSelector={"matchLabels": {"app": "browser"}}),
        ),
        "NetworkPolicy browser: selects no pod",
    ),
    "the cloud's metadata": (
        one(
            "NetworkPolicy",
            "tools-to-the-web",
            lambda it: it["spec"]["egress"][0]["to"].append(_METADATA_SERVICE),
        ),
        "NetworkPolicy tools-to-the-web: 0.0.0.0/0 lets it reach 169.254.169.254",
    ),
}
