"""Small talk, and what the simulator says of itself."""

import re
from collections.abc import Callable, Collection

SIMULATOR = (
    "I am a simulator: a small set of rules that stands in for Gemini, so that TaskFlow can be "
    "tried without a key. I am not a person and not a language model."
)
_SKILLS = {
    "search_flights": "find flights (“find me a flight from Berlin to Lisbon next Friday”)",
    "search_web": "search the web (“what is the capital of Peru?”)",
    "set_reminder": "set reminders (“remind me tomorrow at 9 to call mom”)",
    "list_reminders": "list your reminders",
    "cancel_reminder": "cancel them",
    "check_price": "read the price on a shop's page (“is this cheaper than 80 euro? https://…”)",
    "search_products": "find products (“find me running shoes under 100 euro”)",
    "watch_price": "watch a price (“tell me when it drops below 70”)",
    "list_watches": "list what I watch",
    "stop_watch": "stop watching",
    "price_history": "show how a price developed (“show me the price history”)",
    "list_running": "tell what is running for you",
    "search_history": "look up what you told me (“what did I say about the dentist?”)",
}
NEVER_MIND = "OK, never mind then."

Reply = Callable[[Collection[str]], str]


def skills(offered: Collection[str]) -> str:
    """What can be done with the tools of this request, as a Markdown list."""
    lines = [f"- {skill}" for name, skill in _SKILLS.items() if name in offered]
    if not lines:
        return "I have no tools at the moment, so I can only chat a little."
    return "I can:\n" + "\n".join(lines)


def small_talk(text: str, offered: Collection[str]) -> str | None:
    """A reply to a pleasantry; None if the text is about something else."""
    plain = re.sub(r"\s+", " ", text.strip())
    for pattern, reply in _TALK:
        if pattern.search(plain):
            return reply(offered)
    return None


def lost(text: str, offered: Collection[str]) -> str:
    """An order without a tool for it, or words that say nothing to us."""
    if _ORDER.match(text.strip()):
        return no_tool("do that", offered)
    return f"I am not sure what you would like me to do.\n\n{skills(offered)}"


def no_tool(what: str, offered: Collection[str]) -> str:
    return f"I have no tool to {what}, so I cannot do that. {skills(offered)}"


_ORDER = re.compile(
    r"(?:please\s+|can\s+you\s+|could\s+you\s+|i\s+(?:want|need)\s+(?:you\s+)?to\s+)*"
    r"(?:book|order|buy|call|phone|send|e?mail|text|translate|play|write|draw|paint|pay|reserve|turn|"
    r"open|make|create|schedule|watch|track|convert|calculate|transfer|sell|rent|post|tweet)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|howdy|yo|good\s+(?:morning|afternoon|evening|day)|hallo|hola|moin|servus|"
    r"greetings)(?:\s+(?:there|all|taskflow|bot|everyone|again))?[\s!.,👋🙂😀]*",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?:(?:ok(?:ay)?|great|perfect|cool|nice|super)[,!.]?\s+)?(?:many\s+)?"
    r"(?:thanks?|thank\s+you|thx|ty|cheers|danke|merci|gracias)"
    r"(?:\s+(?:a\s+lot|so\s+much|very\s+much|you|again|a\s+million|mate))*(?:\s+for\s+.*)?[\s!.,🙏😊👍❤️]*",
    re.IGNORECASE,
)
_NEVER_MIND = re.compile(
    r"^(?:never\s*mind|forget\s+it|forget\s+about\s+it|cancel(?:\s+that|\s+it)?|no,?\s+thanks?(?:\s+you)?|"
    r"not\s+now|leave\s+it|stop)[\s!.]*$",
    re.IGNORECASE,
)
_TALK: tuple[tuple[re.Pattern[str], Reply], ...] = (
    (
        re.compile(
            r"\bwho\s+(?:are|r)\s+(?:you|u)\b|\bwhat\s+are\s+you\b|\bare\s+you\s+(?:a\s+|an\s+)?"
            r"(?:real|human|bot|robot|ai|person|simulator|machine|llm|gemini|model|alive)\b"
            r"|\bam\s+i\s+(?:talking|chatting|speaking)\s+(?:to|with)\b|\bwhat(?:'s|\s+is)\s+your\s+name\b"
            r"|\bis\s+this\s+(?:a\s+)?(?:real|bot|robot|human|simulat\w+)\b",
            re.IGNORECASE,
        ),
        lambda offered: f"{SIMULATOR}\n\n{skills(offered)}",
    ),
    (
        re.compile(
            r"\bwhat\s+(?:can|could|do)\s+you\s+(?:do|help)\b|\bhow\s+can\s+you\s+help\b"
            r"|^(?:help|menu|commands?|\?+)[\s!.?]*$|\bwhat\s+are\s+your\s+(?:skills|tools|features)\b",
            re.IGNORECASE,
        ),
        skills,
    ),
    (_NEVER_MIND, lambda _: NEVER_MIND),
    (
        re.compile(r"^(?:hi|hello|hey)?[,!]?\s*how\s+(?:are|r)\s+(?:you|u)\b", re.IGNORECASE),
        lambda _: "I am well, as far as a simulator can be. What can I do for you?",
    ),
    (
        re.compile(rf"^(?:{_GREETING.pattern})$", re.IGNORECASE),
        lambda offered: f"Hi! 👋 {skills(offered)}",
    ),
    (re.compile(rf"^(?:{_THANKS.pattern})$", re.IGNORECASE), lambda _: "You're welcome! 🙂"),
    (
        re.compile(
            r"^(?:bye|goodbye|good\s+night|see\s+you(?:\s+later)?|ciao|tschüss)[\s!.,👋]*$",
            re.IGNORECASE,
        ),
        lambda _: "Bye! I am here when you need me.",
    ),
    (
        re.compile(
            r"^(?:ok(?:ay)?|k|fine|good|great|perfect|cool|nice|super|alright|got\s+it|yes|yep|yeah|no|nope|"
            r"sure|lol|haha\w*|👍|👌|❤️|😂|🙂)[\s!.]*$",
            re.IGNORECASE,
        ),
        lambda _: "OK. 🙂 Is there anything I can do for you?",
    ),
)
