"""Questions about what was said before."""

import re

ASK_QUERY = "What should I look for in our conversation?"

_POLITE = (
    r"(?:(?:hi|hello|hey|ok(?:ay)?|so|and|also|then|please|can\s+you|could\s+you)\b[,!.]?\s*)*"
)
_SAY = (
    r"(?:say|said|tell|told|mention(?:ed)?|write|written|wrote|ask(?:ed)?|talk(?:ed)?|speak|spoken"
    r"|discuss(?:ed)?)"
)
_CHAT = (
    r"(?:(?:our|my|this|the|past|old|earlier)\s+)*"
    r"(?:chats?|conversations?|messages?|chat\s+history|history)"
)
_ASK = re.compile(
    rf"^{_POLITE}(?:tell\s+me\s+|do\s+you\s+(?:remember|recall|know)\s+)?(?:again\s+)?"
    r"(?:what|when|where|why|who|how\s+often|which\s+\w+)\s+(?:exactly\s+|all\s+)?(?:did|have|had|was\s+it)\s+"
    rf"(?:i|we|you)\s+(?:\w+\s+)?{_SAY}\b(?:\s+(?:to\s+)?you)?"
    rf"|^{_POLITE}(?:did|have)\s+(?:i|we)\s+(?:ever\s+|already\s+)?{_SAY}\b(?:\s+(?:to\s+)?you)?"
    rf"|^{_POLITE}(?:search|look\s+(?:through|in|into)|check|go\s+through|scan)\s+{_CHAT}\s*(?:for|about|on)?\b"
    rf"|^{_POLITE}(?:find|search\s+for|look\s+for|look\s+up)\s+(?P<topic>.+?)\s+in\s+{_CHAT}\b"
    rf"|^{_POLITE}(?:what|which|when|where)\b.*\bi\s+(?:once\s+)?(?:told\s+you|mentioned|said)\b"
    rf"|^{_POLITE}do\s+you\s+(?:remember|recall)\s+(?=\S)",
    re.IGNORECASE,
)
_FILLERS = re.compile(
    r"^(?:(?:about|of|for|that|on|the|a|an|my|our|me|i|we|you|to|in|any(?:thing)?|something|when|what"
    r"|where|with|regarding|concerning|word)\b\s*|[\s,:])+"
    r"|(?<![\s.,!?\"“”])(?:\s(?:again|before|earlier|yesterday|last\s+\w+|please|back\s+then|in\s+the\s+past|to\s+you"
    rf"|in\s+{_CHAT})|[\s.,!?\"“”])+$",
    re.IGNORECASE,
)
_MENTIONED = re.compile(
    rf"^{_POLITE}(?:what|which|when|where)\s++(?:(?:was|is|were|are)\s*+)?(?P<topic>.*?)(?:that\s+)?"
    r"\bi\s+(?:once\s+)?(?:told\s+you|mentioned|said)\b(?:\s+(?:about|of))?(?P<rest>.*)$",
    re.IGNORECASE,
)


def wants_recall(text: str) -> bool:
    return bool(_ASK.search(text.strip()))


def read_topic(text: str) -> str | None:
    """The words to look for; None if nothing is left of the question."""
    plain = text.strip()
    asked = _ASK.search(plain)
    if mentioned := _MENTIONED.match(plain):
        topic = f"{mentioned['topic']} {mentioned['rest']}"
    elif asked and asked["topic"]:
        topic = asked["topic"]
    else:
        topic = plain[asked.end() :] if asked else plain
    previous = ""
    while previous != topic:
        previous, topic = topic, _FILLERS.sub("", topic.strip())
    return topic or None
