"""Failpoints: armed by environment, free when off, and around every effect there is."""

import ast
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import taskflow
from taskflow import failpoints
from taskflow.errors import Configuration

ROOT = Path(taskflow.__file__).parent.parent
ELSEWHERE = {"cli", "embedded", "replay", "up"}
"""Rooms of people's commands: whoever types one again repairs what broke off."""
LOOKED_AT = [
    *sorted((ROOT / "services").rglob("*.py")),
    *(
        file
        for file in sorted((ROOT / "taskflow").rglob("*.py"))
        if file.name != "migrate.py"
        and file.relative_to(ROOT / "taskflow").parts[0] not in ELSEWHERE
    ),
]
CALLS = {
    "append_now": "a commit",
    "ack": "an ack",
    "nak": "a hand-back",
    "term": "a termination",
    "create_async": "a POST",
    "list_async": "a vendor's list",
    "page_async": "a vendor's list",
    "next_page_async": "a vendor's list",
    "delete_async": "a deletion",
    "generate_content": "a model call",
    "run_in_executor": "a vendor's blocking call",
    "publish": "a publish",
    "republish": "a publish",
}
INSIDE = {
    # Reached only through these, which are called inside a failpoint.
    ("publishing.py", "_singly"): "relay.py puts RELAY_PUBLISH around `publish`",
    ("publishing.py", "_atomically"): "the same",
    ("publishing.py", "republish"): "watchdog.py puts WATCHDOG_PUBLISH around it",
    ("partitions.py", "patiently"): "its callers hold ARCHIVE_SEAL or ARCHIVE_DROP, or close again",
    ("event_log.py", "append_in"): "dead_letters.py puts PARK_COMMIT around the transaction",
    ("erasure.py", "_destroy"): "in the transaction that FORGET_COMMIT holds",
    ("media.py", "purge"): "the same",
    ("vault.py", "forget_in"): "the same, or VAULT_COMMIT's",
    ("rewrapping.py", "_rewrapped"): "in the transaction that VAULT_COMMIT holds",
    ("rewrapping.py", "_moved"): "the same",
    ("dead_letters.py", "_add"): "its two callers hold PARK_COMMIT or DEAD_LETTER_COMMIT",
    ("checkpoints.py", "move"): "in the transaction that PROJECTION_COMMIT holds",
    ("rebuilding.py", "advance"): "REBUILD_COMMIT or REBUILD_SWAP holds the transaction",
    ("rebuilding.py", "_swap"): "REBUILD_SWAP holds the transaction",
    ("twilio.py", "_between"): "`_asked` puts SEND_LIST around the call it is given",
    ("twilio.py", "_paged"): "the same",
    (
        "shredding.py",
        "_shredded",
    ): "a round that broke off is done again, to the end",
}
STATEMENTS = ("insert", "update", "delete")


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


async def test_nothing_happens_while_none_is_armed() -> None:
    async with failpoints.SEND_POST:
        pass


async def test_raises_before_or_after_the_effect() -> None:
    done: list[str] = []
    failpoints.arm("send.post.before=raise")
    with pytest.raises(failpoints.Injected, match=r"send\.post\.before"):
        async with failpoints.SEND_POST:
            done.append("never")
    failpoints.arm("send.post.after=raise")
    with pytest.raises(failpoints.Injected, match=r"send\.post\.after"):
        async with failpoints.SEND_POST:
            done.append("once")
    assert done == ["once"]


async def test_happens_the_nth_time_and_only_then() -> None:
    failpoints.arm("bus.ack.before=raise@3")
    happened: list[int] = []
    for n in range(1, 6):
        try:
            async with failpoints.BUS_ACK:
                pass
        except failpoints.Injected:
            happened.append(n)
    assert happened == [3]


async def test_a_probability_is_repeatable_by_its_seed() -> None:
    async def walk(seed: str) -> list[int]:
        failpoints.arm("bus.ack.before=raise@0.2", seed)
        happened: list[int] = []
        for n in range(200):
            try:
                async with failpoints.BUS_ACK:
                    pass
            except failpoints.Injected:
                happened.append(n)
        return happened

    first = await walk("7")
    assert first == await walk("7")
    assert first != await walk("8")
    assert 15 < len(first) < 75


async def test_an_effect_that_failed_does_not_reach_its_after() -> None:
    failpoints.arm("send.post.after=raise")
    with pytest.raises(ValueError, match="the vendor"):
        async with failpoints.SEND_POST:
            raise ValueError("the vendor")


async def test_cancels_the_task_that_reached_it() -> None:
    failpoints.arm("model.call.before=cancel")

    async def work() -> None:
        async with failpoints.MODEL_CALL:
            pass

    task = asyncio.create_task(work())
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_stalls_for_so_many_seconds() -> None:
    failpoints.arm("model.call.after=stall(0.05)")
    began = asyncio.get_running_loop().time()
    async with failpoints.MODEL_CALL:
        pass
    assert asyncio.get_running_loop().time() - began >= 0.05


def test_kills_the_process() -> None:
    code = (
        "import asyncio\nfrom taskflow import failpoints\nfailpoints.arm_from_environment()\n"
        "async def work():\n  async with failpoints.RELAY_PUBLISH:\n    print('published')\n"
        "  print('went on')\nasyncio.run(work())"
    )
    ended = subprocess.run(
        [sys.executable, "-u", "-c", code],
        env={**os.environ, "TASKFLOW_FAILPOINTS": "relay.publish.after=kill"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == -9
    assert "published" in ended.stdout
    assert "went on" not in ended.stdout


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("send.post.before=explode", "kill, raise, stall, cancel, note"),
        ("send.poost.before=kill", "there is no place 'send.poost.before'"),
        ("send.post=kill", "there is no place 'send.post'"),
        ("nonsense", "for example: send.post.after=kill"),
    ],
)
def test_a_wrong_order_is_named(said: str, named: str) -> None:
    with pytest.raises(Configuration, match="TASKFLOW_FAILPOINTS") as refused:
        failpoints.arm(said)
    assert named in str(refused.value)


def test_every_point_is_put_around_something() -> None:
    taskflow_ = (ROOT / "taskflow").rglob("*.py")
    source = "".join(file.read_text() for file in (*LOOKED_AT, *taskflow_))
    constants = {
        name: value for name, value in vars(failpoints).items() if value in failpoints.POINTS
    }
    assert len(constants) == len(failpoints.POINTS)
    assert [name for name in constants if f"failpoints.{name}" not in source] == []


@pytest.mark.parametrize("file", LOOKED_AT, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_effect_stands_between_failpoints(file: Path) -> None:
    """A new commit, publish, ack, POST or model call without one fails here."""
    bare = list(bare_effects(file.read_text(), file.name))
    assert bare == [], f"put `async with failpoints.…:` around these in {file.name}"


def test_the_check_sees_a_bare_effect() -> None:
    bare = """
_SET = "update things set done = true"
async def commit(connection):
    await connection.execute(_SET)
    async with connection.transaction():
        pass
async def send(client):
    await client.publish("subject", b"")
async def held(client, connection):
    async with failpoints.RELAY_PUBLISH:
        await client.publish("subject", b"")
    async with failpoints.PARK_COMMIT, connection.transaction():
        await connection.execute(_SET)
"""
    assert list(bare_effects(bare, "some.py")) == [
        "line 4: a commit",
        "line 5: a transaction",
        "line 8: a publish",
    ]


def bare_effects(source: str, file: str) -> Iterator[str]:
    tree = ast.parse(source)
    writes = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and str(node.value.value).strip().lower().startswith(STATEMENTS)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    yield from _bare_in(tree, file, writes, function="", held=False)


def _bare_in(
    node: ast.AST, file: str, writes: set[str], *, function: str, held: bool
) -> Iterator[str]:
    if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
        function, held = node.name, (file, node.name) in INSIDE
    if isinstance(node, ast.AsyncWith):
        contexts = [ast.unparse(item.context_expr) for item in node.items]
        held = held or any(context.startswith("failpoints.") for context in contexts)
        if not held and any(context.endswith(".transaction()") for context in contexts):
            yield f"line {node.lineno}: a transaction"
    if isinstance(node, ast.Call) and not held and (what := _effect(node, writes)):
        yield f"line {node.lineno}: {what}"
    for child in ast.iter_child_nodes(node):
        yield from _bare_in(child, file, writes, function=function, held=held)


def _effect(call: ast.Call, writes: set[str]) -> str | None:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            pass
        case _:
            return None
    if name in {"execute", "fetch", "fetchval", "fetchrow", "executemany"} and call.args:
        first = call.args[0]
        return "a commit" if isinstance(first, ast.Name) and first.id in writes else None
    return CALLS.get(name)
