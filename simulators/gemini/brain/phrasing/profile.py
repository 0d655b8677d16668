"""What people say of themselves, ask about themselves, and take back."""

import re

_LEAD = (
    r"^(?:(?>(?:hi|hello|hey|ok(?:ay)?|so|and|also|then|please|pls|btw|by\s+the\s+way|fyi|well|actually|no"
    r"|sorry|just\s+so\s+you\s+know|for\s+the\s+record|(?:please\s+)?(?:remember|note)(?:\s+that)?"
    r"|you\s+should\s+know(?:\s+that)?|can\s+you|could\s+you|would\s+you|you\s+can|from\s+now\s+on)"
    r"\b[,!.:]?\s*))*"
)
RELATION = (
    r"(?:(?:best|oldest|older|younger|little|big|elder)\s+)?(?:wife|husband|partner|girlfriend|boyfriend"
    r"|fianc[eé]e?|son|daughter|child|kid|sister|brother|mother|mom|mum|father|dad|grand(?:ma|pa|mother"
    r"|father|son|daughter)|aunt|uncle|cousin|niece|nephew|boss|manager|assistant|colleague|friend"
    r"|neighbou?r|roommate|flatmate|dog|cat|doctor|dentist|gp|vet|hairdresser|teacher|gym|office|work"
    r"|workplace|school|university|studio|holiday\s+home)"
)
# A name by its capital, wherever nothing else tells that it is one.
_NAMED = (
    r"(?-i:(?!OK\b|Sorry|Fine|Back|Here|Sure|Ready|Done|What|Who|Where|This|That|It\b)"
    r"[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)?)"
)
_AM = r"i(?:'m|\s+am|m)"
_STATEMENT = re.compile(
    rf"{_LEAD}(?:my\s+(?:full\s+|first\s+|last\s+)?name(?:'s|\s+is)\b"
    r"|call\s+me\s+(?!at\b|back\b|later\b|when\b|if\b|tomorrow\b|today\b|in\b|on\b|an?\b|the\b|now\b)\w"
    rf"|{_AM}\s+(?:called|named|from|based\s+in|living\s+in|located\s+in|at\s+home\s+in|in\s+(?-i:(?=[A-Z]))|vegan\b"
    rf"|(?:a\s+)?vegetarian\b|allergic\b|on\s+\S+\s+time\b|{_NAMED}\s*(?:$|[.,;!]|and\b))"
    rf"|{_NAMED}\s+here\W*$"
    r"|people\s+call\s+me\b|i\s+go\s+by\b|the\s+name(?:'s|\s+is)\b"
    r"|i\s+(?:now\s+|currently\s+|still\s+)?(?:(?:live|reside)\s+(?:in|at|near)|work\s+(?:in|at|for))\b"
    r"|i(?:'ve|\s+have)?\s+(?:just\s+|recently\s+)?moved\s+(?:to|from)\b"
    r"|(?:my\s+)?home(?:\s+(?:city|town|base|address))?\s+is\b|my\s+address\s+is\b"
    r"|my\s+(?:home\s+|usual\s+|local\s+|nearest\s+|favou?rite\s+|preferred\s+)*airport(?:'s|\s+is)\b"
    r"|i\s+(?:usually|always|normally|mostly|generally|typically)\s+(?:fly|depart|leave|start)\s+(?:from|out\s+of)\b"
    r"|my\s+(?:preferred\s+)?currency(?:'s|\s+is)\b"
    r"|i\s+(?:always\s+|usually\s+|normally\s+)?(?:pay|think|count|calculate|want\s+(?:all\s+)?prices|use"
    r"|prefer\s+prices)\s+(?:in\s+)?(?:euros?|dollars?|pounds?|francs?|yen|eur|usd|gbp|chf|jpy|pln|sek|€|\$|£)"
    r"|use\s+(?:euros?|dollars?|pounds?|francs?|yen|eur|usd|gbp|chf|jpy|pln|sek)\b"
    r"|(?:show|give|tell|quote)\s+me\s+(?:all\s+)?(?:the\s+)?prices\s+in\b|(?:all\s+)?prices\s+in\s+\w+(?:\s+please)?\W*$"
    r"|my\s+(?:time\s*zone|zone|(?:native\s+|first\s+)?language|mother\s+tongue)(?:'s|\s+is)\b|i\s+speak\b"
    r"|(?:speak|write|talk|answer|reply)(?:\s+to\s+me)?\s+in\s+[a-z]+\W*$"
    r"|i\s+(?:really\s+|generally\s+|always\s+|usually\s+)?(?:prefer|like|love|hate|dislike|can'?t\s+stand"
    r"|don'?t\s+(?:like|eat|drink)|only\s+(?:eat|fly|drink|want)|never\s+(?:eat|fly|drink|take)|always\s+(?:want|take))\b"
    rf"|my\s+{RELATION}(?:'s)?\s+(?:(?:name\s+)?is|are|was)\b|my\s+{RELATION}'s\s+(?:name\s+is|called)\b"
    rf"|{_NAMED}\s+is\s+my\s+{RELATION}\b)",
    re.IGNORECASE,
)
_ASK = re.compile(
    r"\bwhat(?:\s+\w+){0,2}\s+(?:do|did|have|can)\s+you\s+(?:already\s+|still\s+|now\s+)?"
    r"(?:know|knows|remember(?:ed)?|learn(?:ed|t)?|note[d]?|stored?|saved?|kept|keep|have|got|recall|tell\s+me)\b"
    r".*\b(?:about|of|on|from)\s+(?:me|myself)\b"
    r"|\b(?:tell\s+me|list|show(?:\s+me)?)\b.*\b(?:you\s+)?(?:know|remember|noted|learned|stored)\b.*\babout\s+me\b"
    r"|\b(?:tell\s+me|say\s+something)\s+about\s+(?:me|myself)\b|\bdescribe\s+me\b"
    r"|\b(?:show|list|see|what(?:'s|\s+is)\s+in)\s+(?:me\s+)?(?:my|the)\s+(?:profile|facts)\b|^my\s+profile\W*$"
    r"|\bwho\s+am\s+i\b|\bdo\s+you\s+know\s+(?:me|who\s+i\s+am|anything\s+about\s+me)\b"
    r"|\bwhat\s+did\s+i\s+tell\s+you\s+about\s+(?:me|myself)\b|\bremember\s+me\b",
    re.IGNORECASE,
)
_MY = r"(?:(?:do\s+you\s+(?:know|remember)|can\s+you\s+tell\s+me|tell\s+me|and)\s+)*"
_ASK_ONE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"^{_MY}(?:{pattern})", re.IGNORECASE))
    for kind, pattern in (
        ("name", r"(?:what(?:'s|\s+is)\s+)?my\s+name\W*(?:is)?\W*$|what\s+am\s+i\s+called"),
        (
            "home airport",
            (
                r"(?:(?:what|which)(?:'s|\s+is)\s+)?my\s+(?:home\s+)?airport\W*(?:is)?\W*$"
                r"|(?:where|which\s+airport)\s+do\s+i\s+(?:usually\s+)?fly\s+from"
            ),
        ),
        (
            "home",
            r"where\s+(?:do\s+i|i)\s+live|(?:what|where)(?:'s|\s+is)\s+my\s+(?:home|city|address)\W*$",
        ),
        (
            "currency",
            r"(?:(?:what|which)(?:'s|\s+is)\s+)?my\s+currency\W*$|(?:what|which)\s+currency\s+do\s+i",
        ),
        (
            "zone",
            r"(?:(?:what|which)(?:'s|\s+is)\s+)?my\s+(?:time\s*)?zone\W*$|(?:what|which)\s+time\s*zone\s+am\s+i",
        ),
        (
            "language",
            r"(?:(?:what|which)(?:'s|\s+is)\s+)?my\s+language\W*$|(?:what|which)\s+languages?\s+do\s+i",
        ),
        (
            "preference",
            r"what\s+(?:do\s+i\s+(?:prefer|like)|are\s+my\s+preferences)|my\s+preferences\W*$",
        ),
    )
)
_ASK_WHOM = re.compile(
    rf"^{_MY}(?:who|what|where)(?:'s|\s+is)\s+my\s+(?P<whom>{RELATION})(?:'s\s+name)?(?:\s+called)?\W*$",
    re.IGNORECASE,
)
_FORGET_ME = re.compile(
    rf"{_LEAD}(?:forget|delete|erase|wipe)\s+me(?:\s+(?:completely|altogether|for\s+good))?\W*$"
    r"|\b(?:delete|erase|remove|wipe|destroy)\s+(?:all\s+(?:of\s+)?)?my\s+(?:personal\s+)?(?:data|account)\b"
    r"|\b(?:wipe|erase|delete)\s+everything\s+you(?:'ve|\s+have)?\s*(?:got|have|hold)?\s+(?:on|of)\s+me\b",
    re.IGNORECASE,
)
_MY_DATA = re.compile(
    r"\b(?:send|give|export|download|e-?mail|get|show|hand)\b(?:\s+(?:me|us|over))*\s+(?:an?\s+)?"
    r"(?:copy\s+of\s+|export\s+of\s+|file\s+(?:of|with)\s+)?(?:all\s+(?:of\s+)?)?(?:my\s+(?:own\s+|personal\s+)?data\b"
    r"|everything\s+(?:that\s+)?you(?:'ve|\s+have|\s+know|\s+hold|\s+keep)\b.{0,20}\b(?:about|of|on)\s+me\b"
    r"|(?:the\s+|all\s+(?:the\s+)?)?data\s+(?:that\s+)?you(?:'ve|\s+have|\s+hold|\s+keep)\b.{0,20}\b(?:about|of|on)\s+me\b)"
    r"|\b(?:i\s+(?:want|need|would\s+like)|i'd\s+like|may\s+i\s+have|can\s+i\s+(?:have|get))\s+(?:an?\s+)?(?:copy|export)\s+of\s+"
    r"(?:all\s+)?my\s+(?:personal\s+)?data\b",
    re.IGNORECASE,
)
_FORGET = re.compile(
    rf"{_LEAD}(?:forget|(?:don'?t|do\s+not|stop|no\s+longer|never)\s+remember(?:ing)?|un-?learn)\s+"
    r"(?:that\b|where\b|what\b|who\b|which\b|how\b|my\b|me\b|everything\b|all\b|about\s+(?!it\b)\S|i\b|i'm\b)"
    r"|^(?:please\s+)?(?:delete|remove|erase|wipe|clear)\s+(?:my\s+(?:name|home|address|city|(?:home\s+)?airport"
    rf"|currency|time\s*zone|language|preferences?|profile|{RELATION})\b"
    r"|(?:everything|all|anything|what)\b.*\b(?:about|know|of)\s+(?:me|you)\b|what\s+you\s+know\b)"
    r"|\bi\s+(?:no\s+longer|don'?t)\s+(?:live|work)\s+(?:in|at|there|for)\b"
    r"|\b(?:is|'s)\s+(?:no\s+longer|not)\s+my\s+(?:name|home|(?:home\s+)?airport|currency|address)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*[,;:\u2013—]\s+(?:so\s+|and\s+|but\s+)?")


def tells_of_oneself(text: str) -> bool:
    return bool(_STATEMENT.match(text.strip())) and not text.rstrip().endswith("?")


def asks_about_oneself(text: str) -> bool:
    return bool(_ASK.search(text)) or asked_kind(text) is not None or asked_whom(text) is not None


def asks_for_all(text: str) -> bool:
    return asks_about_oneself(text) and asked_kind(text) is None and asked_whom(text) is None


def asked_kind(text: str) -> str | None:
    """The one kind of fact that is asked for, as in "what is my name?"."""
    plain = re.sub(
        r"^(?:(?:hi|hello|hey|ok|so|please)\b[,!]?\s*)+", "", text.strip(), flags=re.IGNORECASE
    )
    return next((kind for kind, pattern in _ASK_ONE if pattern.match(plain)), None)


def asked_whom(text: str) -> str | None:
    match = _ASK_WHOM.match(text.strip())
    return match["whom"].lower() if match else None


def wants_to_be_forgotten(text: str) -> bool:
    """Altogether, not a fact or two."""
    return bool(_FORGET_ME.search(text.strip()))


def wants_own_data(text: str) -> bool:
    """All that is held of them, as a file."""
    return bool(_MY_DATA.search(text.strip()))


def wants_forgotten(text: str) -> bool:
    return bool(_FORGET.search(text.strip()))


def cuts(text: str) -> list[tuple[str, str]]:
    """Where a word about oneself may end and a request begin: "I'm Ada, what time is it?"."""
    return [(text[: m.start()], text[m.end() :]) for m in _SPLIT.finditer(text)]
