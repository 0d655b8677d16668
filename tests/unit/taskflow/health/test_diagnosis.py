"""What a person reads of each thing that can be wrong, and of several at once."""

from dataclasses import replace

import pytest

from taskflow.bus import topology
from taskflow.health.diagnosis import Diagnosis, HealthSign, diagnose, span
from taskflow.health.facts import (
    ConsumerBacklog,
    DatabaseReading,
    Dependency,
    HealthReading,
    OpenMoves,
    Presence,
    RelayLag,
)

HERE = Presence(instances=1, versions=("0.1.0",), seen_s=0.5, age_s=3_700)
STORED = DatabaseReading(
    services=dict.fromkeys(("gateway", "agent", "tools", "scheduler"), HERE),
    relay=RelayLag(0, 0),
    projections={"users": RelayLag(0, 0), "usage": RelayLag(0, 0)},
    dead_letters={},
    moves={},
    shreds_oldest_s=0.0,
    last_message_s=12,
    last_event_s=3,
)
CONSUMERS = {"agent": ConsumerBacklog(0, 0, 0), "gateway": ConsumerBacklog(0, 0, 0)}
UP = Dependency(ok=True, latency_ms=0.4)
AWAY = Dependency(ok=False, error="no answer within 2 s")
WELL = HealthReading(UP, UP, STORED, CONSUMERS)


def with_stored(**changed: object) -> Diagnosis:
    return diagnose(replace(WELL, stored=replace(STORED, **changed)))


def with_agent(**changed: object) -> Diagnosis:
    return with_stored(services={**STORED.services, "agent": replace(HERE, **changed)})


def sign(found: Diagnosis, part: str) -> HealthSign:
    return next(
        one for one in [*found.services, *found.dependencies, *found.work] if one.part == part
    )


def test_all_is_well() -> None:
    found = diagnose(WELL)

    assert (found.status, found.headline) == ("ok", "All is well")
    assert sign(found, "agent").says == "1 instance, 0.1.0, up 62 min"
    assert sign(found, "NATS").says == "answers in 0.4 ms"
    assert {one.state for one in [*found.services, *found.dependencies, *found.work]} == {"ok"}


def test_a_service_that_is_away_is_told_in_words_with_its_mend() -> None:
    found = with_agent(instances=0, lost=1, versions=(), age_s=None, seen_s=8.2)

    assert (found.status, found.headline) == ("degraded", "agent: nobody has been seen for 8 s")
    assert "taskflow run agent" in sign(found, "agent").do


def test_services_that_never_were_there_share_one_sentence() -> None:
    found = with_stored(services={"gateway": HERE})

    assert found.headline == "agent, tools and scheduler: nobody is there"


def test_an_instance_that_lives_and_cannot_work_is_no_good() -> None:
    found = with_agent(lacks=("nats",))

    assert found.headline == "agent: lives, and cannot reach NATS"


def test_one_of_two_that_died_is_a_note_and_no_fault() -> None:
    found = with_agent(lost=1)

    assert found.status == "ok"
    assert sign(found, "agent").state == "note"
    assert sign(found, "agent").says.endswith("1 more ended without a word")


def test_a_rolling_change_is_shown_as_such() -> None:
    found = with_agent(instances=2, versions=("0.1.0", "0.2.0"))

    assert found.status == "ok"
    assert sign(found, "agent").says.startswith("2 instances, 0.1.0 and 0.2.0")
    assert sign(found, "versions").says == (
        "a change is rolling: 0.1.0 (gateway, agent, tools, scheduler); 0.2.0 (agent)"
    )


def test_without_postgresql_nothing_is_claimed_to_be_known() -> None:
    found = diagnose(replace(WELL, postgres=AWAY, stored=None))

    assert (found.status, found.headline) == (
        "down",
        "PostgreSQL is away: no message can be taken",
    )
    assert {one.state for one in found.services} == {"unknown"}
    assert sign(found, "PostgreSQL").says == "no answer within 2 s"
    assert [one.part for one in found.work] == ["consumers"]


def test_without_nats_messages_are_still_taken() -> None:
    found = diagnose(replace(WELL, nats=AWAY, consumers={}))

    assert (found.status, found.headline) == ("degraded", "NATS: no answer within 2 s")


@pytest.mark.parametrize(
    ("changed", "part", "says"),
    [
        (
            {"relay": RelayLag(10_000, 400)},
            "relay",
            "10,000 or more events not published yet, the oldest for 7 min",
        ),
        (
            {"projections": {"users": RelayLag(1, 61), "usage": RelayLag(0, 0)}},
            "projections",
            "users: 1 event behind, the oldest for 61 s",
        ),
        ({"dead_letters": {"tools": 2, "agent": 1}}, "dead letters", "1 of agent, 2 of tools"),
        ({"moves": {"agent": OpenMoves(3, 601)}}, "moves", "agent has owed a move for 10 min"),
        (
            {"takeover_idle_s": 7_300},
            "takeovers",
            "an operator has the word and has said nothing for 2.0 h",
        ),
        ({"shreds_oldest_s": 90}, "forgotten keys", "one has stood in PostgreSQL's files for 90 s"),
    ],
)
def test_work_that_stands_still_is_told(changed: dict, part: str, says: str) -> None:
    found = with_stored(**changed)

    assert found.status == "degraded"
    assert sign(found, part) == replace(sign(found, part), state="bad", says=says)
    assert sign(found, part).do


@pytest.mark.parametrize(
    ("changed", "part", "says"),
    [
        ({"relay": RelayLag(3, 0.2)}, "relay", "3 events not published yet, the oldest for 0 s"),
        ({"moves": {"agent": OpenMoves(2, 5), "gateway": OpenMoves(1, 3)}}, "moves", "3 under way"),
        ({"shreds_oldest_s": 5}, "forgotten keys", "being destroyed"),
        ({"takeover_idle_s": 0.0}, "takeovers", "nobody has taken over"),
        ({"takeover_idle_s": 600}, "takeovers", "the quietest operator spoke 10 min ago"),
        (
            {"projections": {"users": RelayLag(40, 1)}},
            "projections",
            "40 events behind, the oldest for 1 s",
        ),
        ({"projections": {}}, "projections", "none yet"),
    ],
)
def test_work_that_is_under_way_is_no_fault(changed: dict, part: str, says: str) -> None:
    found = with_stored(**changed)

    assert found.status == "ok"
    assert sign(found, part).says == says


def test_consumers_that_lack_or_drown_are_told() -> None:
    lacking = diagnose(
        replace(WELL, consumers={"agent": None, "gateway": ConsumerBacklog(0, 0, 0)})
    )
    assert sign(lacking, "consumers") == HealthSign(
        "consumers", "bad", "NATS has none for agent", "run `taskflow provision`"
    )

    drowning = ConsumerBacklog(waiting=1_200, unacked=topology.MAX_ACK_PENDING, redelivered=0)
    found = diagnose(replace(WELL, consumers={**CONSUMERS, "agent": drowning}))
    assert found.headline == "consumers: 1,200 wait for agent, 5,000 in its hands"

    busy = diagnose(replace(WELL, consumers={**CONSUMERS, "agent": ConsumerBacklog(3, 2, 0)}))
    assert (busy.status, sign(busy, "consumers").says) == ("ok", "3 wait for agent, 2 in its hands")


def test_only_the_first_two_faults_stand_in_the_headline() -> None:
    found = with_stored(
        services={"gateway": HERE}, relay=RelayLag(5, 60), dead_letters={"agent": 1}, moves={}
    )

    assert found.headline == (
        "agent, tools and scheduler: nobody is there; "
        "relay: 5 events not published yet, the oldest for 60 s; and 1 more"
    )


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-0.3, "0 s"), (8.4, "8 s"), (180, "3 min"), (11_520, "3.2 h"), (1_036_800, "12 days")],
)
def test_ages_are_told_as_people_do(seconds: float, told: str) -> None:
    assert span(seconds) == told
