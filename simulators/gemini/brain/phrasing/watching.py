"""Requests about what is being watched: list, stop, the history, and all that runs."""

import re
from dataclasses import dataclass

from pydantic import JsonValue

from simulators.gemini.brain.links import MARK, without_marks

ASK_WHICH = "Which watch should I stop? Its number or some of its words will do."
ASK_WHOSE = "Which watch's history would you like to see? Its number or some of its words will do."

_LEAD = (
    r"^(?:(?:hi|hello|hey|ok(?:ay)?|so|and|also|then|please|pls|now|can\s+you|could\s+you|would\s+you"
    r"|i\s+want\s+you\s+to|you\s+can|tell\s+me|no)\b[,!.]?\s*)*"
)
_ALERT = (
    r"(?:price[\s-]*(?:alerts?|alarms?|watch(?:es)?|tracker)|stock\s+alerts?|watch(?:es)?|alerts?)"
)
_STOP = re.compile(
    rf"{_LEAD}(?:(?:stop|quit|end|cancel|no\s+longer|don'?t|do\s+not)\s+"
    r"(?:watch(?:ing)?|track(?:ing)?|monitor(?:ing)?|follow(?:ing)?|looking\s+at|checking)\b"
    r"(?!\s+(?:tv|television|netflix))"
    rf"|(?:stop|cancel|delete|remove|end|drop|clear|turn\s+off|switch\s+off)\s+"
    rf"(?:(?:the|my|this|that|all)\s+)*(?:[\w'-]+\s+){{0,4}}?{_ALERT}\b"
    r"|stop\s+(?:number\s+|no\.?\s*|\#)?\d+\W*$|unwatch\b|untrack\b"
    rf"|(?:the\s+)?{_ALERT}\s+(?:can\s+go|off)\b)",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\bwhat(?:\s+else)?\s+(?:(?:prices?|pages?|products?|shops?|things?|items?)\s+)?"
    r"(?:are\s+you|you\s+are|you're|do\s+you)\s+(?:currently\s+|still\s+)?"
    r"(?:watch(?:ing)?|track(?:ing)?|monitor(?:ing)?|keeping\s+an\s+eye\s+on)\b"
    r"|\bwhich\s+(?:\w+\s+){1,2}are\s+you\s+(?:watching|tracking|monitoring)\b"
    r"|\bare\s+you\s+(?:still\s+)?(?:watching|tracking)\b"
    rf"|\b(?:show|list|see|which|what|any|how\s+many|give\s+me|do\s+i\s+have)\b.*\b{_ALERT}\b"
    rf"|^(?:all\s+)?(?:my\s+|the\s+)?{_ALERT}\W*$",
    re.IGNORECASE,
)
_HISTORY = re.compile(
    r"\b(?:price\s+)?(?:history|chart|graph|curve|plot)\s+(?:of|for)\b"
    r"|\bprice\s+(?:history|chart|graph|curve|development|trend)\b"
    r"|\b(?:show|send|give|draw|plot|see)\b.*\b(?:history|chart|graph|curve)\b"
    r"|^(?:the\s+)?(?:history|chart|graph)\W*$"
    r"|\bhow\s+(?:did|has|have|does)\s+(?:.*\bprices?\b.*"
    r"|it\s+|(?:(?:number|watch)\s+)?\#?\d+\s+)\b(?:develop(?:ed)?|chang(?:e|ed)|evolv(?:e|ed)|mov(?:e|ed)|gone)\b(?=\W*(?:$|over|since|so))"
    r"|\bwhat\s+(?:has|did|was)\s+the\s+price\s+(?:done|do|been|before)\b",
    re.IGNORECASE,
)
_CHAT = re.compile(r"\b(?:chat|conversation|search|browser|our)\s+history\b", re.IGNORECASE)
_RUNNING = re.compile(
    r"\bwhat\s+(?:have|do)\s+you\s+(?:still\s+)?(?:got\s+|have\s+)?(?:running|open|going|pending|planned"
    r"|set\s+up|on\s+your\s+list)\b"
    r"|\bwhat\s+are\s+you\s+(?:currently\s+|still\s+)?(?:doing|running|working\s+on|up\s+to)\b"
    r"|\bwhat(?:'s|\s+is)\s+(?:still\s+|currently\s+)?(?:running|open|pending|going\s+on|active)\b"
    r"|\b(?:is\s+there\s+)?any\s*thing\s+(?:still\s+)?(?:open|running|pending|going\s+on|active)\b"
    r"|\b(?:show|list|tell\s+me)\b.*\b(?:everything|all)\b.*\b(?:running|open|for\s+me|active)\b"
    r"|\breminders?\s*(?:and|or|,)\s*(?:my\s+)?(?:price\s+)?(?:watches|alerts)\b"
    r"|\b(?:watches|alerts)\s*(?:and|or|,)\s*(?:my\s+)?reminders?\b",
    re.IGNORECASE,
)
_REMIND = re.compile(r"\bremind\s+me\b", re.IGNORECASE)
_FILLERS = re.compile(
    rf"\b(?:the|my|this|that|a|an|of|for|on|to|at|all|please|pls|me|show|send|give|draw|plot|see|price"
    r"|prices|history|chart|graph|curve|development|trend|number|no|watch|watches|watching|watched"
    r"|tracking|alert|alerts|alarm|tracker|stock|stop|cancel|delete|remove|end|drop|clear|turn|switch"
    r"|off|anymore|any\s+more|now|it|one|page|product|item|them|everything|how|did|has|have|does"
    r"|develop(?:ed)?|change[ds]?|evolved?|moved?|gone|over|time|since|so|far|what|was|been|done|do"
    r"|don't|dont|not|longer|quit|unwatch|untrack|track|monitor(?:ing)?|follow(?:ing)?|looking"
    rf"|checking|can|could|would|you|i|want|ok|okay|and|then|also|with|hi|hey|hello|go|no)\b"
    rf"|{MARK}|[\#\"“”.,!?:;]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class HistoryWish:
    which: str | None = None
    url: str | None = None

    def question(self) -> str | None:
        """Without a name it is the newest watch's."""
        return None

    def slots(self) -> dict[str, JsonValue]:
        return {"which": self.which, "url": self.url}


def wants_stop(text: str) -> bool:
    return bool(_STOP.search(text.strip())) and "remind" not in text.lower()


def wants_watches(text: str) -> bool:
    return bool(_LIST.search(text)) and not _REMIND.search(text)


def wants_history(text: str) -> bool:
    asked = _HISTORY.search(text) and not _CHAT.search(text) and not _REMIND.search(text)
    return bool(asked)


def wants_running(text: str) -> bool:
    return bool(_RUNNING.search(text)) and not _REMIND.search(text)


def read_which(text: str) -> str | None:
    """A watch's number, or words of its title; None if the person did not say."""
    if number := re.search(r"(?<![\w.])\#?(\d+)(?![\w.])", without_marks(text)):
        return number[1]
    words = re.sub(r"\s+", " ", _FILLERS.sub(" ", text)).strip(" -'")
    return words or None
