"""The environment variables that each process may be given: one table for the whole house.

Whoever starts a process passes `given(<its name>, ...)` at exec, for `/proc/<pid>/environ` shows
the block of the exec for as long as the process lives. The manifests of deploy/k8s are held against
the same table.
"""

import os
from collections.abc import Mapping, MutableMapping
from fnmatch import fnmatchcase

_MACHINE = frozenset({"PATH", "HOME", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR"})
_PYTHON = _MACHINE | {
    "PYTHONPATH",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
    "PYTHONWARNINGS",
    "VIRTUAL_ENV",
    "TERM",
    "NO_COLOR",
    "FORCE_COLOR",
    # The suite's coverage of processes that it did not start itself.
    "COVERAGE_PROCESS_START",
    "COVERAGE_PROCESS_CONFIG",
}
_WAY_OUT = frozenset(
    {
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    }
)
"""A proxy's address may hold a password; it goes only to who speaks to the outside."""
_LOCAL = _PYTHON | {
    "TASKFLOW_HOME",
    "TASKFLOW_LOG_LEVEL",
    "TASKFLOW_SECRETS",
    "TASKFLOW_READY_FILE",
}
_REPORTING = frozenset({"OTEL_*", "SENTRY_DSN", "SENTRY_ENVIRONMENT"})
_RUNTIME = frozenset(
    {
        *("DATABASE_URL", "NATS_URL", "NATS_MONITOR_URL", "TASKFLOW_ARCHIVE"),
        *("TASKFLOW_MASTER_KEY", "TASKFLOW_MASTER_KEY_SECONDARY", "TASKFLOW_PRODUCTION"),
        *("TASKFLOW_PROBE_HOST", "TASKFLOW_PROBE_PORT", "TASKFLOW_LOG_FORMAT"),
        "TASKFLOW_POOL_SIZE",
        *("TASKFLOW_MEDIA", "TASKFLOW_MEDIA_KEY_ID", "TASKFLOW_MEDIA_SECRET"),
        *("TASKFLOW_MEDIA_REGION", "TASKFLOW_MEDIA_ENDPOINT"),
    }
)
"""settings.py, RuntimeSettings."""
_SERVICE = (
    _LOCAL | _RUNTIME | _REPORTING | _WAY_OUT | {"TASKFLOW_FAILPOINTS", "TASKFLOW_FAILPOINTS_SEED"}
)
_TWILIO = frozenset({"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_URL"})
_GEMINI = frozenset({"GEMINI_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_URL"})
_SERPAPI = frozenset({"SERPAPI_API_KEY", "SERPAPI_URL"})
_PROVISION_URL = "NATS_PROVISION_URL"

PROCESSES: Mapping[str, frozenset[str]] = {
    # A star stands for the rest of a name.
    "gateway": _SERVICE
    | _TWILIO
    | {
        *("TWILIO_AUTH_TOKEN_SECONDARY", "TWILIO_WHATSAPP_FROM", "PUBLIC_URL"),
        "TWILIO_MEDIA_HOSTS",
        *("TASKFLOW_GATEWAY_HOST", "TASKFLOW_GATEWAY_PORT", "TASKFLOW_CHECK_SIGNATURES"),
        *("TASKFLOW_GATEWAY_INNER_HOST", "TASKFLOW_GATEWAY_INNER_PORT"),
        *(
            "TASKFLOW_BACKFILL_SECONDS",
            "TASKFLOW_WEBHOOK_SECONDS",
            "TASKFLOW_UNKNOWN_SECONDS",
            "TASKFLOW_RESTORED_TO",
        ),
        *("TASKFLOW_TERMINAL", "TASKFLOW_TEMPLATES_SECONDS", "TASKFLOW_TEMPLATES_SYNC"),
        "TASKFLOW_TEMPLATE_PEOPLE",
        *("TASKFLOW_PHONE_URL", "TASKFLOW_JAEGER_URL"),
        *("TASKFLOW_SEND_PER_SECOND", "TASKFLOW_USER_BURST"),
    },
    "agent": _SERVICE
    | _GEMINI
    | {
        "GEMINI_MODEL",
        "GEMINI_SMALL_MODEL",
        "TRUTH_LOOK",
        "MODEL_TIMEOUT",
        "MODEL_ANSWERS",
        "AGENT_QUIET_SECONDS",
        "AGENT_WORKERS",
    },
    "tools": _SERVICE
    | _SERPAPI
    | {
        *("SERPAPI_THREADS", "TASKFLOW_EGRESS_ALLOW", "TASKFLOW_EGRESS_HOST"),
        *("TASKFLOW_EGRESS_PORT", "TASKFLOW_CHROMIUM", "TASKFLOW_BROWSER_URL", "TOOLS_WORKERS"),
        "PLAYWRIGHT_BROWSERS_PATH",
        "XDG_CACHE_HOME",
    },
    "scheduler": _SERVICE
    | {
        *("SCHEDULER_WORKERS", "SCHEDULER_CLAIM", "SCHEDULER_LOOKS"),
        *("WATCH_MINUTES", "WATCH_SHORTEST_MINUTES", "WATCH_CONFIRM_SECONDS"),
    },
    # With made-up accounts only (taskflow/up/environment.py); no server's login, no master key.
    "simulators": _LOCAL
    | {
        *("TASKFLOW_SIM_HOST", "TASKFLOW_SIM_PORT", "TASKFLOW_SIM_HOSTS"),
        "TASKFLOW_SIM_MESSAGING_SERVICE",
        *("TASKFLOW_SIM_WEBHOOK_URL", "PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
        *("TWILIO_WHATSAPP_FROM", "TWILIO_API_URL", "GEMINI_API_KEY", "SERPAPI_API_KEY"),
    },
    "migrate": _LOCAL | {"DATABASE_URL"},
    "provision": _LOCAL | {"NATS_URL", "NATS_MONITOR_URL", _PROVISION_URL},
    # People's commands; their shell is their own.
    "operator": _SERVICE
    | _TWILIO
    | _GEMINI
    | _SERPAPI
    | {"TWILIO_WHATSAPP_FROM", "PUBLIC_URL"}
    | {"TASKFLOW_CHROMIUM", "TASKFLOW_JAEGER_URL", _PROVISION_URL},
    "postgres": frozenset({"PATH", "LC_ALL", "TZ"}),
    "nats": frozenset({"PATH", "LC_ALL", "TZ"}),
    "jaeger": _MACHINE,
    # Reads pages in a process of its own: it is told nothing.
    "page-reader": _PYTHON,
    # Playwright's driver, which starts Chromium and speaks with it.
    "browser-driver": _MACHINE | {"PW_*", "PLAYWRIGHT_BROWSERS_PATH", "XDG_CACHE_HOME"},
    "chromium": frozenset({"PATH", "HOME", "TMPDIR", "TZ", "LC_ALL", "PWD"}),
    # pip, apt-get and Playwright's download: they fetch, and need no secret but a proxy's.
    "installer": _MACHINE
    | _WAY_OUT
    | {"DEBIAN_FRONTEND", "PLAYWRIGHT_*", "XDG_CACHE_HOME", "VIRTUAL_ENV"},
}

SECRETS = frozenset(
    {
        *("TASKFLOW_MASTER_KEY", "TASKFLOW_MASTER_KEY_SECONDARY"),
        *("DATABASE_URL", "NATS_URL", _PROVISION_URL, "SENTRY_DSN"),
        *("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY", "TASKFLOW_MEDIA_SECRET"),
        *("GEMINI_API_KEY", "GOOGLE_API_KEY", "SERPAPI_API_KEY"),
        *("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
        *("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_LOGS_HEADERS"),
    }
)
"""What opens something."""


def allows(process: str, variable: str) -> bool:
    """Whether the table gives it; a replica (`agent#2`) is its service.

    Raises KeyError for a process that the table does not have.
    """
    return _named(variable, PROCESSES[process.partition("#")[0]])


def _named(variable: str, names: frozenset[str]) -> bool:
    return any(fnmatchcase(variable, name) for name in names)


def given(
    process: str, source: Mapping[str, str] | None = None, fixed: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment of a child: of `source` (None: our own) and `fixed`, what its table names.

    Raises KeyError for a process that the table does not have.
    """
    names = PROCESSES[process.partition("#")[0]]
    offered = {**(os.environ if source is None else source), **(fixed or {})}
    return {name: value for name, value in offered.items() if _named(name, names)}


def forget_secrets(environment: MutableMapping[str, str] = os.environ) -> None:
    """Once settings are read: children that are started with our environment inherit no secret."""
    for name in SECRETS & environment.keys():
        del environment[name]
