"""What each kind of request needs of the tools."""

from collections.abc import Mapping

from simulators.gemini.brain.intents import Kind
from simulators.gemini.brain.toolbox import Skill

SKILL_OF_KIND: Mapping[Kind, Skill] = {
    "flight": "search_flights",
    "remind": "set_reminder",
    "list": "list_reminders",
    "cancel": "cancel_reminder",
    "change": "change_reminder",
    "search": "search_web",
    "price": "check_price",
    "products": "search_products",
    "watch": "watch_price",
    "watches": "list_watches",
    "stop_watch": "stop_watch",
    "history": "price_history",
    "running": "list_running",
    "recall": "search_history",
    "profile": "remember",
    "correct": "correct",
    "forget": "forget_fact",
    "forget_me": "forget_me",
    "my_data": "send_my_data",
    "quiet": "set_quiet_hours",
}
