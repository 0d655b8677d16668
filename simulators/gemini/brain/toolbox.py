"""The offered tools, by what they are good for."""

from collections.abc import Mapping
from typing import Literal, get_args

from simulators.gemini.wire import FunctionDeclaration, GenerateRequest

Skill = Literal[
    "search_flights",
    "search_web",
    "set_reminder",
    "list_reminders",
    "cancel_reminder",
    "change_reminder",
    "check_price",
    "search_products",
    "watch_price",
    "list_watches",
    "stop_watch",
    "price_history",
    "list_running",
    "search_history",
    "remember",
    "correct",
    "forget_fact",
    "list_facts",
    "forget_me",
    "send_my_data",
    "set_quiet_hours",
]
SKILLS: tuple[Skill, ...] = get_args(Skill)
# Words in the name of a tool that is called otherwise.
_HINTS: Mapping[Skill, tuple[tuple[str, ...], ...]] = {
    "search_flights": (("flight",),),
    "search_web": (("web", "search"), ("google",)),
    "set_reminder": (("set", "remind"), ("create", "remind"), ("add", "remind")),
    "list_reminders": (("list", "remind"), ("show", "remind")),
    "cancel_reminder": (("cancel", "remind"), ("delete", "remind"), ("remove", "remind")),
    "change_reminder": (("change", "remind"), ("edit", "remind"), ("update", "remind")),
    "check_price": (("check", "price"), ("read", "price"), ("get", "price")),
    "search_products": (("product", "search"), ("shopping",)),
    "watch_price": (("watch", "price"), ("track", "price")),
    "list_watches": (("list", "watch"), ("show", "watch")),
    "stop_watch": (("stop", "watch"), ("cancel", "watch"), ("delete", "watch")),
    "price_history": (("price", "history"),),
    "list_running": (("running",),),
    "search_history": (("search", "history"), ("search", "conversation")),
    "remember": (("remember", "fact"),),
    "correct": (("correct", "fact"),),
    "forget_fact": (("forget", "fact"),),
    "list_facts": (("list", "facts"),),
    "forget_me": (("forget_me",),),
    "send_my_data": (("my_data",),),
    "set_quiet_hours": (("quiet",),),
}

Toolbox = Mapping[Skill, FunctionDeclaration]


def toolbox_of(request: GenerateRequest) -> Toolbox:
    """Only what the request declares and allows."""
    config = request.tool_config.function_calling_config
    if config.mode == "NONE":
        return {}
    allowed = set(config.allowed_function_names)
    declared = {
        name: declaration
        for name, declaration in request.declarations().items()
        if not allowed or name in allowed
    }
    toolbox: dict[Skill, FunctionDeclaration] = {}
    for skill in SKILLS:
        if declaration := _find(skill, declared):
            toolbox[skill] = declaration
    return toolbox


def skill_of(tool: str) -> Skill | None:
    return next((skill for skill in SKILLS if tool == skill or _is_hinted(skill, tool)), None)


def _find(skill: Skill, declared: Mapping[str, FunctionDeclaration]) -> FunctionDeclaration | None:
    if skill in declared:
        return declared[skill]
    return next((d for name, d in declared.items() if _is_hinted(skill, name)), None)


def _is_hinted(skill: Skill, name: str) -> bool:
    lowered = name.lower()
    return any(all(word in lowered for word in words) for words in _HINTS[skill])
