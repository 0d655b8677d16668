"""Whether a reply says that something was done, or will be, that no fact bears out. Pure.

It errs towards silence: a phrasing it does not know passes, an honest sentence must not be touched.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Any
from uuid import UUID

from contracts.conversation import ReplyReady, TurnStarted, TurnStopped
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from contracts.tools import NOBODY, ToolFailed, ToolFinished, ToolRequested
from services.agent.judging.phrasings import EARLIER, HEDGED, NEGATED, ON_YOUR_WORD, PHRASINGS, Mode

LEARNED, FORGOTTEN, STOPPED = ProfileLearned.type, ProfileForgotten.type, TurnStopped.type
WRITES = frozenset({"set_reminder", "cancel_reminder", "watch_price", "stop_watch"})
BEFORE = "earlier "
"""Before a claim of something done in an earlier turn, and before the name of what was."""
CHANGED = "changed "
"""Before the name of a tool that is no look-up, beside the name itself."""
TRIED = "tried "
"""Before the name of a tool that failed: "I checked, but the page did not answer" is true."""

_BORNE_BY: Mapping[str, frozenset[str]] = {
    "set_reminder": frozenset({"set_reminder"}),
    "remind": frozenset({"set_reminder", "list_reminders", "list_running"}),
    "watch_price": frozenset({"watch_price"}),
    "watching": frozenset({"watch_price", "list_watches", "list_running"}),
    "tell_later": frozenset(
        {"watch_price", "set_reminder", "list_watches", "list_reminders", "list_running"}
    ),
    "cancel_reminder": frozenset({"cancel_reminder"}),
    "stop_watch": frozenset({"stop_watch"}),
    "undo": frozenset({"cancel_reminder", "stop_watch", FORGOTTEN, STOPPED}),
    "remember": frozenset({LEARNED, FORGOTTEN, "set_reminder", "watch_price"}),
    "forget": frozenset({FORGOTTEN}),
}
"""What a claim rests on; the kinds that are not here are in `_is_borne`."""
_ELSEWHERE: Mapping[str, re.Pattern[str]] = {
    "book": re.compile("book|buy|order|purchas|reserv"),
    "pay": re.compile("pay"),
    "send": re.compile("send|mail|text|call|messag|notify|forward|report"),
}
"""No tool of ours does these; one that a third party adds is known by its name."""
_IN_WORDS: Mapping[str, tuple[str, str]] = {
    "set_reminder": ("a reminder was set", "No reminder was set just now."),
    "remind": ("there will be a reminder", "No reminder of this was set just now."),
    "watch_price": ("a watch was started", "No watch was started just now."),
    "watching": ("something is being watched", "Nothing new is being watched."),
    "tell_later": ("you will tell them later", "Nothing is set up to tell you later."),
    "cancel_reminder": ("a reminder was cancelled", "No reminder was cancelled just now."),
    "stop_watch": ("a watch was stopped", "No watch was stopped just now."),
    "undo": ("something was cancelled", "Nothing was cancelled just now."),
    "remember": ("something was remembered", "Nothing new was remembered just now."),
    "forget": ("something was forgotten", "Nothing was forgotten just now."),
    "look_up": ("something was looked up", "Nothing was looked up just now."),
    "done": ("something was done", "Nothing was changed just now."),
    "book": ("something was booked or bought", "Nothing was booked, bought or paid."),
    "pay": ("something was paid", "Nothing was paid."),
    "send": ("somebody was written to or called", "Nobody was written to or called."),
}

LONGEST_SENTENCE = 600
"""Characters that are read at once. Of a longer sentence every stretch is read, and by itself."""
_OVERLAP = 200
"""Characters that two stretches share: longer than what any phrasing spans."""
_MOST_CLAUSES = 20
"""Of a false sentence, that are looked through for something worth keeping."""
_STOP = re.compile("[.!?…]+[\"'\u201d\u2019)*_]*")
_CLAUSE = re.compile("[,;]\\s+|\\s[-\u2013\u2014]\\s|\\s(?:and|but|und|aber|y|pero|mas|et|mais)\\s")
_MARKS = re.compile("[*_~`>\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")
_QUOTES = re.compile("[\u2018\u2019\u02bc\u00b4]")
_ASKED = re.compile(
    r"\b(?:if|whether|wenn|ob|si|se|did|do|have|had|must|will|no|not|nao|never)\s*$"
)
_LEAD = re.compile(r"^[\s\-•#\d.)(:,!✅✔☑👍🎉⏰📌🔔\ufe0f]+")
_FIGURES = re.compile(r"[€$£¥]\s?\d|\d\s?(?:€|\$|£|¥|[A-Z]{3}\b)|https?://")


def happened(
    events: Sequence[Recorded[Any]],
    turn: UUID,
    learned: Iterable[str] = (),
    changing: Collection[str] = WRITES,
) -> frozenset[str]:
    """What this turn's facts bear out: names of tools that finished.

    `learned` tells whether its messages changed the profile: LEARNED, FORGOTTEN; `changing` names
    the tools that change something.
    """
    calls = {
        one.event_id: BEFORE if one.event.turn != turn else ""
        for one in events
        if isinstance(one.event, ToolRequested) and one.event.owner != NOBODY
    }
    done = {*learned, *([STOPPED] if _follows_a_stop(events, turn) else [])}
    for one in events:
        match one.event:
            case ToolFinished(call=call, tool=tool) if call in calls:
                done.add(calls[call] + tool)
                if tool in changing:
                    done.add(calls[call] + CHANGED + tool)
            case ToolFailed(call=call, tool=tool) if call in calls:
                if not calls[call]:
                    done.add(TRIED + tool)
            case _:
                pass
    return frozenset(done)


def _follows_a_stop(events: Sequence[Recorded[Any]], turn: UUID) -> bool:
    """Whether the user stopped what we were at: then "stopped" is true."""
    stopped = False
    for one in events:
        match one.event:
            case TurnStopped():
                stopped = True
            case ReplyReady():
                stopped = False
            case TurnStarted() if one.event_id == turn:
                return stopped
            case _:
                pass
    return False


def claims(text: str) -> frozenset[str]:
    """The kinds of action that a text says were done, or are promised."""
    return frozenset(kind for start, end in _sentences(text) for kind in _claimed(text[start:end]))


def unborne(claimed: Iterable[str], done: Collection[str]) -> list[str]:
    return sorted(kind for kind in claimed if not _is_borne(kind, done))


def note(claimed: Sequence[str], done: Iterable[str]) -> str:
    """What the model reads when its answer is sent back to it."""
    said = "; ".join(_words(kind)[0] for kind in claimed)
    facts = ", ".join(sorted(one for one in done if not one.startswith((BEFORE, CHANGED))))
    return (
        "(from TaskFlow, not from the user) Your last answer was not sent: it says or promises "
        f"that {said}, and no tool's result in this turn bears that out. "
        f"What happened in this turn: {facts or 'nothing'}. "
        "If it is to be done, call the tool now. Else answer again and say only what happened: "
        "do not claim or promise it."
    )


def corrected(text: str, false: Collection[str]) -> str:
    """The text without the sentences that make these claims, and what is true in their place."""
    kept: list[str] = []
    at = 0
    for start, end in _sentences(text):
        sentence = text[start:end]
        kept.append(text[at:start])
        kept.append(_without(sentence, false) if _claimed(sentence) & set(false) else sentence)
        at = end
    lines = "".join([*kept, text[at:]]).split("\n")
    left = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip(" \t") for line in lines))
    truth = dict.fromkeys(_words(kind)[1] for kind in sorted(false))
    return "\n\n".join(part for part in (left.strip(), " ".join(truth)) if part)


def plain(text: str) -> str:
    """As the phrasings expect it: lower case, without accents and marks, with straight quotes."""
    straight = _QUOTES.sub("'", _MARKS.sub("", text))
    letters = unicodedata.normalize("NFD", straight.casefold())
    bare = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    return _LEAD.sub("", re.sub(r"\s+", " ", bare)).strip()


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins and ends; a price or an address is never cut."""
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        for first, last in _sentences_of(text, start, end):
            if text[first:last].strip():
                yield first, last
        start = end + 1


def _sentences_of(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Of one line: each ends with a stop that a space follows, or the line's end."""
    for stop in _STOP.finditer(text, start, end):
        if stop.end() == end or text[stop.end()].isspace():
            yield start, stop.end()
            start = stop.end()
    yield start, end


def _claimed(sentence: str) -> set[str]:
    read = plain(sentence)
    asks = read.endswith("?")
    step = LONGEST_SENTENCE - _OVERLAP
    stretches = [
        read[at : at + LONGEST_SENTENCE] for at in range(0, max(1, len(read) - _OVERLAP), step)
    ]
    return set[str]().union(*(_claimed_in(stretch, asks=asks) for stretch in stretches))


def _claimed_in(read: str, *, asks: bool) -> set[str]:
    found: set[str] = set()
    for phrasing in PHRASINGS:
        for match in phrasing.pattern.finditer(read):
            if not _is_none(read, match, phrasing.mode, asks=asks):
                past = phrasing.mode != "promise" and EARLIER.search(read)
                found.add(BEFORE + phrasing.kind if past else phrasing.kind)
                break
    return found


def _is_none(read: str, match: re.Match[str], mode: Mode, *, asks: bool) -> bool:
    """A negation, a question, an offer, a condition."""
    ahead, behind = read[: match.start()], read[match.end() :]
    clause = re.split(r"[,;:]", ahead)[-1]
    if NEGATED.search(match.group()):
        return True
    if mode == "act":
        return HEDGED.search(clause) is not None or _ASKED.search(clause) is not None
    if NEGATED.search(clause):
        return True
    offered = re.search(r"\b(?:let me know|just say|tell me)\b", behind)
    depends = ON_YOUR_WORD.search(behind)
    waits = depends is not None and not (offered and offered.start() < depends.start())
    return asks or waits or HEDGED.search(ahead) is not None


def _is_borne(kind: str, done: Collection[str]) -> bool:
    """By a fact of this turn; what is said of an earlier turn, by one of that."""
    past = kind.startswith(BEFORE)
    facts = {one.removeprefix(BEFORE) if past else one for one in done}
    kind = kind.removeprefix(BEFORE)
    tools = {one for one in facts if not one.startswith((BEFORE, CHANGED, TRIED))}
    if kind == "look_up":
        changed = {one.removeprefix(CHANGED) for one in facts if one.startswith(CHANGED)}
        tried = {one.removeprefix(TRIED) for one in facts if one.startswith(TRIED)}
        return bool((tools | tried) - changed - WRITES - {LEARNED, FORGOTTEN, STOPPED})
    if kind == "done":
        return bool(tools)
    if elsewhere := _ELSEWHERE.get(kind):
        return any(elsewhere.search(tool) for tool in tools - WRITES)
    return bool(_BORNE_BY[kind] & tools)


def _without(sentence: str, false: Collection[str]) -> str:
    """Only the clauses with a price or an address in them are worth keeping."""
    places = islice((found.start() for found in _CLAUSE.finditer(sentence)), _MOST_CLAUSES)
    cuts = [0, *places, len(sentence)]
    clauses = [sentence[a:b] for a, b in pairwise(cuts)]
    kept = [
        _CLAUSE.sub("", clause, count=1) if clause != clauses[0] else clause
        for clause in clauses
        if _FIGURES.search(clause) and not _claimed(clause) & set(false)
    ]
    return ", ".join(clause.strip() for clause in kept)


def _words(kind: str) -> tuple[str, str]:
    return _IN_WORDS[kind.removeprefix(BEFORE)]
