"""What a lane is owed at each bound, and every outcome as it is recorded."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import slots
from contracts.event import Event
from contracts.replies import (
    ReplyAssumed,
    ReplyFailed,
    ReplyHeld,
    ReplyParked,
    ReplyRefused,
    ReplySending,
    ReplySent,
)
from services.gateway import consent, decider
from services.gateway.decider import (
    LONGEST_BACKOFF,
    MARGIN,
    MAX_ATTEMPTS,
    MAX_REPEATS,
    MOST_TOGETHER,
    Claim,
    Decide,
    Hold,
    Reconcile,
    WaitUntil,
)
from services.gateway.lane import GATES
from services.gateway.queued import Queued, ReplyPart
from services.gateway.state import Lane
from tests.support.memory_log import START

REPLY, OTHER, TOKEN, STOP, TAKEOVER = (UUID(int=n) for n in range(1, 6))
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
DONE = ReplyPart(done=True)


def queued(reply: UUID = REPLY, kind: str = "answer", **facts: Any) -> Queued:
    return Queued(reply=reply, kind=kind, ready=reply.int, **facts)


def lane(*queue: Queued, **facts: Any) -> Lane:
    return Lane(queue=queue, driver=REPLY, sender="ours", gate=9, **facts)


def at_gate(slot: UUID, *events: Event) -> Decide:
    return Decide(slot, list(events), 9, GATES)


def tried(times: int, **facts: Any) -> Queued:
    return queued(pieces=(ReplyPart(attempts=tuple(range(1, times + 1)), tries=times),), **facts)


SLOT = slots.claim(REPLY, 0, 1)
FLYING = tried(1, sending=0, token=TOKEN, claimed_at=START)
OUTCOME = slots.send_outcome(REPLY, 0, 1)


def test_a_word_on_a_stop_goes_before_the_queue() -> None:
    owing = lane(queued(), owes=STOP, language="de")
    word = at_gate(slots.resumes(STOP), consent.waits("de"))

    assert decider.next_move(owing, START) == word
    assert decider.current_slot(owing) == slots.resumes(STOP)
    assert decider.parked(owing, "broken") is None


def test_a_claim_without_an_outcome_is_looked_after_with_all_that_it_says() -> None:
    joined = queued(OTHER, token=TOKEN, sending=0)

    move = decider.next_move(lane(FLYING, joined), START + HOUR)

    assert move == Reconcile((FLYING, joined), START)
    assert isinstance(move, Reconcile)
    assert move.head == FLYING


def test_a_claim_waits_for_the_time_that_a_refusal_named() -> None:
    waits = queued(not_before=START + SECOND)

    assert decider.next_move(lane(waits), START) == WaitUntil(START + SECOND)
    assert decider.next_move(lane(waits), START + SECOND) == Claim(waits, SLOT, sender="ours")
    assert decider.next_move(lane(waits, consent=False), START) == Hold(
        waits, SLOT, "consent", sender="ours"
    )


@pytest.mark.parametrize("taken", [None, TAKEOVER])
def test_nothing_goes_after_a_stop_but_the_words_on_it(taken: UUID | None) -> None:
    marked = taken is not None
    answer, word = queued(), queued(kind="confirmation")

    held = decider.when_due(lane(answer, consent=False, taken=taken), START)
    assert held == Hold(answer, SLOT, "consent", marked, "ours")
    goes = decider.when_due(lane(word, consent=False, taken=taken), START)
    assert goes == Claim(word, SLOT, marked=marked, sender="ours")


@pytest.mark.parametrize(
    ("heard", "shut", "is_open"), [(3, 2, True), (3, 3, True), (3, 4, False), (0, 0, True)]
)
def test_a_refusal_shuts_the_window_until_they_write(heard: int, shut: int, is_open: bool) -> None:
    known = {"heard": heard, "shut": shut, "channel": "whatsapp", "taken": TAKEOVER}
    for kind in ("answer", "notice"):
        reply = queued(kind=kind)
        move = decider.when_due(lane(reply, **known), START)

        held = Hold(reply, SLOT, "window", marked=True, sender="ours")
        goes = Claim(reply, SLOT, marked=True, sender="ours")
        assert move == (goes if is_open else held)


def test_the_word_on_a_stop_does_not_ask_how_long_ago_they_wrote() -> None:
    long_ago = {"heard": 1, "heard_at": START - 2 * DAY, "channel": "whatsapp"}

    assert isinstance(decider.when_due(lane(queued(), **long_ago), START), Hold)
    word = queued(kind="confirmation")
    assert isinstance(decider.when_due(lane(word, **long_ago), START), Claim)


@pytest.mark.parametrize(
    ("channel", "heard_at", "is_open"),
    [
        ("whatsapp", START - DAY + MARGIN + SECOND, True),
        ("whatsapp", START - DAY + MARGIN, False),
        ("whatsapp", None, True),
        ("terminal", START - DAY, True),
        (None, START - DAY, True),
    ],
)
def test_whatsapp_alone_has_a_window(
    channel: str | None, heard_at: datetime | None, is_open: bool
) -> None:
    assert decider.window_is_open(lane(channel=channel, heard_at=heard_at), START) is is_open


def late(reply: UUID, kind: str = "reminder", **facts: Any) -> Queued:
    return queued(reply, kind, released_at=START, **facts)


@pytest.mark.parametrize(
    ("behind", "joins"),
    [
        (late(OTHER), True),
        (late(OTHER, "alert"), True),
        (late(OTHER, "answer"), False),
        (queued(OTHER, "reminder"), False),
        (late(OTHER, pieces=(ReplyPart(), ReplyPart())), False),
        (late(OTHER, has_picture=True), False),
        (late(OTHER, alone=True), False),
    ],
)
def test_what_was_held_goes_with_the_head_where_both_are_plain_reminders(
    behind: Queued, joins: bool
) -> None:
    head, last = late(REPLY), late(UUID(int=9))

    assert decider.may_join(lane(head, behind, last)) == ((behind, last) if joins else ())
    assert decider.may_join(lane(behind, last)) == ((last,) if joins else ())


def test_a_message_says_no_more_than_fit() -> None:
    many = [late(UUID(int=n)) for n in range(1, MOST_TOGETHER + 3)]

    assert decider.may_join(lane(*many)) == tuple(many[1:MOST_TOGETHER])
    move = decider.when_due(lane(*many), START)
    assert isinstance(move, Claim)
    assert move.group == tuple(many[:MOST_TOGETHER])


@pytest.mark.parametrize(
    ("facts", "taken", "marked"),
    [
        ({}, None, False),
        ({}, TAKEOVER, True),
        ({"kind": "operator"}, TAKEOVER, False),
        ({"marked": True}, None, False),
        ({"marked": True, "pieces": (DONE, ReplyPart())}, None, True),
        ({"marked": False, "pieces": (DONE, ReplyPart())}, None, False),
        ({"marked": True, "kind": "operator", "pieces": (DONE, ReplyPart())}, None, False),
    ],
)
def test_beside_an_operator_a_machine_says_that_it_is_one(
    facts: dict[str, Any], taken: UUID | None, marked: bool
) -> None:
    head = queued(**facts)

    assert decider.is_marked(lane(head, taken=taken), head) is marked


def test_what_the_window_holds_may_go_whole_by_a_template_once() -> None:
    def by_template(approved: str | None = "HX1", why: str = "window", **facts: Any) -> object:
        move = Hold(queued(**facts), SLOT, why, marked=True, sender="ours")
        found = decider.by_template(move, approved)
        return "held" if found == move else found

    assert by_template() == Claim(queued(), SLOT, "HX1", marked=True, sender="ours")
    assert by_template(None) == "held"
    assert by_template(why="consent") == "held"
    assert by_template(tried_template=True) == "held"
    assert by_template(pieces=(DONE, ReplyPart())) == "held"


def test_the_place_of_the_next_decision_is_the_claim_or_its_outcome() -> None:
    assert decider.current_slot(lane(tried(1))) == slots.claim(REPLY, 0, 2)
    assert decider.current_slot(lane(FLYING)) == OUTCOME


def test_a_claim_names_each_reply_that_its_message_says() -> None:
    head, behind = late(REPLY), late(OTHER, pieces=(ReplyPart(attempts=(7,)),))
    move = Claim(head, SLOT, "HX1", marked=True, joined=(behind,), sender="ours")
    told = {"part": 0, "parts": 3, "token": TOKEN, "template": "HX1", "marked": True}

    assert decider.claimed(lane(head, behind), move, 3, TOKEN) == at_gate(
        SLOT,
        ReplySending(reply=REPLY, attempt=1, within=None, sender="ours", **told),
        ReplySending(reply=OTHER, attempt=2, within=REPLY, sender="ours", **told),
    )


def test_what_is_held_says_why_and_from_which_sender() -> None:
    head = tried(1)
    hold = Hold(head, SLOT, "consent", sender="ours")

    assert decider.held(lane(head), hold) == at_gate(
        SLOT, ReplyHeld(reply=REPLY, part=0, attempt=2, why="consent", sender="ours")
    )


BESIDE = queued(OTHER, pieces=(ReplyPart(attempts=(5, 6), tries=2),), sending=0, token=TOKEN)
PLACES = [{"reply": REPLY, "part": 0, "attempt": 1}, {"reply": OTHER, "part": 0, "attempt": 2}]
GROUP = (FLYING, BESIDE)


def test_one_message_has_one_outcome_for_each_reply_in_it() -> None:
    sent = [ReplySent(**place, message_ref="SM1", known_by="list") for place in PLACES]
    failed = [ReplyFailed(**place, code=1, reason="no") for place in PLACES]
    late = [ReplyRefused(**place, reason="late", again_at=START, code=63016) for place in PLACES]

    assert decider.sent(GROUP, "SM1", "list") == Decide(OUTCOME, sent)
    assert decider.failed(GROUP, 1, "no") == Decide(OUTCOME, failed)
    assert decider.too_late(GROUP, START, 63016, "late") == Decide(OUTCOME, late)


@pytest.mark.parametrize(
    ("tries", "retry_after", "seconds"),
    [
        (1, None, 1),
        (2, None, 2),
        (4, None, 8),
        (2, 1, 2),
        (2, 1.5, 2),
        (2, 30, 30),
        (MAX_ATTEMPTS - 1, None, LONGEST_BACKOFF.total_seconds()),
        (MAX_ATTEMPTS - 1, 1_000, 1_000),
    ],
)
def test_a_refusal_waits_twice_as_long_each_time(
    tries: int, retry_after: float | None, seconds: float
) -> None:
    again = ReplyRefused(
        reply=REPLY,
        part=0,
        attempt=tries,
        reason="429",
        again_at=START + timedelta(seconds=seconds),
    )
    head = tried(tries, sending=0, token=TOKEN)

    assert decider.refused([head], START, "429", retry_after) == Decide(
        slots.send_outcome(REPLY, 0, tries), [again]
    )


def test_a_refusal_too_many_is_a_failure_that_tells_how_often_it_was_tried() -> None:
    head = tried(MAX_ATTEMPTS, sending=0, token=TOKEN)
    reason = f"429; tried {MAX_ATTEMPTS} times"

    assert decider.refused([head], START, "429", None).events == [
        ReplyFailed(reply=REPLY, part=0, attempt=MAX_ATTEMPTS, code=None, reason=reason)
    ]


@pytest.mark.parametrize(
    ("kind", "tries", "assumed"),
    [
        ("reminder", 1, "again"),
        ("alert", MAX_REPEATS - 1, "again"),
        ("alert", MAX_REPEATS, "gone"),
        ("answer", 1, "gone"),
    ],
)
def test_only_what_may_be_said_twice_is_repeated(kind: str, tries: int, assumed: str) -> None:
    head = tried(tries, kind=kind, sending=0, token=TOKEN)

    assert decider.assumed([head]) == Decide(
        slots.send_outcome(REPLY, 0, tries),
        [ReplyAssumed(reply=REPLY, part=0, attempt=tries, assumed=assumed)],
    )


def test_what_is_not_claimed_may_be_parked() -> None:
    assert decider.parked(lane(queued()), "broken") == at_gate(
        SLOT, ReplyParked(reply=REPLY, error="broken")
    )
    assert decider.parked(lane(FLYING), "broken") is None
