"""How many webhooks one gateway process takes, and how soon it answers while turns flow."""

from benchmarks.figures import Figure, Target, median
from benchmarks.load import Seen
from benchmarks.stack import House, house, in_ms, rss_mb
from taskflow.embedded.ports import free_port

ROUNDS = 3
CONNECTIONS = 64
OFFERED = 100
"""Turns a second."""
USERS = 500


async def measure(*, quick: bool) -> list[Figure]:
    with house() as opened:
        await opened.prepare()
        saturated = await _saturated(opened, 500 if quick else 4_000)
        rss = rss_mb(opened.pids()["gateway"][0])
    # Another house: here nobody has answered the messages yet.
    with house() as opened:
        await opened.prepare()
        under_turns = await _under_turns(opened, 3 if quick else 15)
    return [
        *saturated,
        under_turns,
        Figure(
            "webhooks.rss",
            "memory of a gateway worker after the saturated rounds",
            rss,
            "MB",
            more_is_better=False,
            target=Target(value=120),
        ),
    ]


async def _saturated(opened: House, count: int) -> list[Figure]:
    port = free_port()
    opened.floor("floor", "benchmarks.floor.webhook", FLOOR_PORT=str(port))
    floor = f"http://127.0.0.1:{port}"
    opened.start("gateway")
    ours = opened.stack.gateway
    rounds: dict[str, list[Seen]] = {"floor": [], "first": [], "known": []}
    for number in range(ROUNDS):
        whose = {"in_flight": CONNECTIONS, "first_user": number * count}
        for name, base in (("floor", floor), ("first", ours), ("known", ours)):
            rounds[name].append(opened.load(base, count, **whose).run())
            await opened.caught_up()
    opened.programs.pop("floor").stop()
    rates = {name: [_rate(seen) for seen in each] for name, each in rounds.items()}
    more = {
        "rounds": rates,
        "ack_ms": {name: [in_ms(seen.acked) for seen in each] for name, each in rounds.items()},
        "statuses": [seen.statuses for seen in rounds["known"]],
    }
    bare = "FastAPI + one awaited publish"
    return [
        Figure(
            "webhooks.saturated",
            f"accepted by one gateway process, {CONNECTIONS} connections, of known users",
            median(rates["known"]),
            "/s",
            floor=median(rates["floor"]),
            floor_is=bare,
            target=Target(ratio=0.6),
            more=more,
        ),
        Figure(
            "webhooks.saturated_p99",
            "its answers then",
            median([in_ms(seen.acked)["p99"] for seen in rounds["known"]]),
            "ms",
            more_is_better=False,
            floor=median([in_ms(seen.acked)["p99"] for seen in rounds["floor"]]),
            floor_is=bare,
        ),
        Figure(
            "webhooks.first_contact",
            "the same, every message of somebody new: the vault makes them a user and a key",
            median(rates["first"]),
            "/s",
            floor=median(rates["floor"]),
            floor_is=bare,
        ),
    ]


def _rate(seen: Seen) -> float:
    """Accepted only: 200."""
    return seen.statuses.get("200", 0) / seen.seconds


async def _under_turns(opened: House, seconds: int) -> Figure:
    opened.start()
    base, count = opened.stack.gateway, OFFERED * seconds
    opened.turns(base, USERS, in_flight=20).run()
    rounds: list[Seen] = []
    for _ in range(ROUNDS):
        await opened.caught_up()
        rounds.append(opened.turns(base, count, rate=OFFERED, users=USERS).run())
    acks = [in_ms(seen.acked) for seen in rounds]
    return Figure(
        "webhooks.ack_under_turns",
        f"answer to a webhook, p99, {OFFERED} turns/s through the whole stack",
        median([ack["p99"] for ack in acks]),
        "ms",
        more_is_better=False,
        target=Target(value=50),
        more={
            "ack_ms": acks,
            "turn_ms": [in_ms(seen.replied) for seen in rounds],
            "statuses": [seen.statuses for seen in rounds],
        },
    )
