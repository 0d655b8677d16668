"""The worlds in which each model is explored, and for each rule one in which its absence is found.

Of the `SMALL` a few seconds are enough, of the `LARGE` a minute or two; `HUGE` is for who asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.protocol.buttons import BUTTON_RULES, Buttons
from tests.protocol.engine import Model
from tests.protocol.joint import Joint
from tests.protocol.joint_fold import JOINT_RULES
from tests.protocol.lane import Lane
from tests.protocol.lane_fold import LANE_RULES
from tests.protocol.takeover import Takeover
from tests.protocol.takeover_fold import TAKE_RULES
from tests.protocol.turn import Turn
from tests.protocol.turn_fold import RULES
from tests.protocol.turn_world import ANSWERS
from tests.protocol.window import Window
from tests.protocol.window_fold import WINDOW_RULES

World = Mapping[str, Any]
BESIDE = ("reply", "own and reply", "own and tool and reply")
WAY = ("reply", "tools", "give way")


@dataclass(frozen=True)
class Studied:
    """A model, and in which worlds it is explored; `less` names for each rule a world in which it
    is off alone, laid over `plain`."""

    model: type[Model]
    rules: Mapping[str, str]
    small: Sequence[World]
    large: Sequence[World]
    huge: Sequence[World]
    plain: World
    less: Mapping[str, World]

    def without(self, rule: str) -> Model:
        world = {**self.plain, **self.less[rule]}
        return self.model(frozenset(self.rules) - {rule}, **world)


TURN = Studied(
    Turn,
    RULES,
    small=[
        {"messages": 3, "crashes": 0, "redeliveries": 0, "paid_once": True},
        {"steps": 1, "reduce": False},
        {"losses": 1, "toolless": 1},
        {"parks": 2},
        {"poison": 1},
        {"answers": ANSWERS},
        {"answers": WAY, "messages": 3, "crashes": 0, "redeliveries": 0, "paid_once": True},
    ],
    large=[
        {"crashes": 2, "redeliveries": 2},
        {"crashes": 2, "retries": 1},
        {"answers": BESIDE, "crashes": 2, "redeliveries": 2, "stops": 1},
        {"answers": WAY, "crashes": 2, "redeliveries": 2},
        {"messages": 3, "parks": 2, "steps": 1},
        {"steps": 1, "reacts": True, "losses": 1, "stops": 1},
        {"redeliveries": 0, "reminders": 1, "stops": 1},
        {"answers": ("reply", "own and reply", "give way"), "messages": 3, "crashes": 0},
        {"answers": WAY, "crashes": 0, "stops": 1, "reminders": 1},
        {"answers": WAY, "redeliveries": 0, "retries": 1, "parks": 1},
        {"answers": WAY, "poison": 2, "handlers": 3},
        {"answers": ("reply", "give way"), "redeliveries": 0, "steps": 1, "reduce": False},
        {"answers": BESIDE, "redeliveries": 0, "toolless": 1, "losses": 1},
    ],
    huge=[
        {"messages": 3, "crashes": 2, "redeliveries": 2},
        {"messages": 3, "crashes": 2, "redeliveries": 2, "handlers": 3},
        {"crashes": 2, "reminders": 1, "stops": 1},
        {"messages": 4, "crashes": 2, "redeliveries": 2, "steps": 1},
        {"reduce": False},
        {"losses": 1, "toolless": 1, "reminders": 1, "stops": 1},
        {"crashes": 2, "redeliveries": 2, "retries": 1, "stops": 1},
        {"answers": ANSWERS, "messages": 3, "crashes": 2, "redeliveries": 2, "steps": 3},
        {"answers": WAY, "messages": 4, "crashes": 2, "redeliveries": 2},
        {"answers": WAY, "losses": 1, "toolless": 1, "retries": 1, "stops": 1},
    ],
    plain={"crashes": 0, "redeliveries": 0, "steps": 1},
    less={
        "driver": {"steps": 2, "messages": 1, "paid_once": True},
        "fence": {"redeliveries": 1},
        "batch": {"redeliveries": 1, "steps": 2, "messages": 1},
        "names": {"reacts": True},
        "parkslot": {"crashes": 2},
        "parkwake": {"crashes": 2},
        "parkself": {"poison": 1},
        "position": {},
        "turnid": {"reminders": 1},
        "deadline": {"steps": 2, "messages": 1, "toolless": 1},
        "watch": {"losses": 1},
        "stopslot": {"stops": 1},
        "turnno": {},
        "beside": {"steps": 2, "messages": 1, "answers": BESIDE},
        "inbatch": {"steps": 2, "messages": 1, "redeliveries": 1, "answers": BESIDE},
        "news": {"messages": 1, "answers": WAY},
        "back": {"answers": WAY},
        "front": {"answers": WAY},
        "wayslot": {"answers": WAY, "redeliveries": 1},
    },
)
LANE = Studied(
    Lane,
    LANE_RULES,
    small=[
        {"crash": 0, "redeliver": 0, "lost": 0, "commit": 1, "strict": True},
        {"replies": 1, "reduce": False},
        {"parks": 1, "replies": 1, "reliable": False},
        {"poison": 1},
    ],
    large=[
        {"refuse": 1, "redeliver": 0, "callbacks": False},
        {"redeliver": 0, "reliable": False},
        {"lost": 0, "lose": 1},
    ],
    huge=[
        {"crash": 2, "redeliver": 2},
        {"refuse": 1, "callbacks": False},
        {"crash": 2, "redeliver": 2, "handlers": 3},
        {"crash": 2, "refuse": 1},
        {"replies": 3},
        {"commit": 1},
        {"redeliver": 2, "parks": 2},
        {"parks": 1, "reliable": False},
        {"refuse": 1, "commit": 1, "lose": 1},
        {"lost": 0, "reduce": False},
    ],
    plain={"crash": 0, "redeliver": 0, "lost": 0},
    less={
        "driver": {},
        "lane": {},
        "claim": {"redeliver": 1},
        "fence": {},
        "callback": {"crash": 1},
        "match": {"crash": 1},
        "parkslot": {"crash": 2},
        "parkself": {"poison": 1},
        "watch": {"lose": 1},
        "parkwait": {"crash": 2},
        "guard": {"redeliver": 1},
        "reconcile": {"crash": 1},
        "token": {"commit": 1, "strict": True},
    },
)
WINDOW = Studied(
    Window,
    WINDOW_RULES,
    small=[
        {"inbound": ("M",)},
        {"replies": 2, "crash": 0, "facts": True},
        {"replies": 0, "inbound": ("STOP", "M"), "crash": 0},
        {"listed": 1, "crash": 0},
        {"inbound": ("M@B",), "crash": 0},
        {"inbound": ("STOP",), "retired": 1, "crash": 0, "hmax": 1},
    ],
    large=[
        {"inbound": ("M@B",), "listed": 1},
        {"inbound": ("M@B", "M"), "crash": 0, "hmax": 1},
        {"inbound": ("STOP", "M@B"), "crash": 0, "hmax": 1},
        {"replies": 0, "inbound": ("STOP", "M@B", "M"), "crash": 0, "hmax": 1},
        {"replies": 0, "inbound": ("STOP", "STOP@B"), "crash": 0, "refuse": 1},
        {"replies": 0, "inbound": ("M@B", "STOP"), "retired": 1, "crash": 0, "hmax": 1},
        {"inbound": ("STOP",), "listed": 1, "crash": 0},
        {"inbound": ("M", "START"), "listed": 1, "crash": 0, "hmax": 1},
        {"inbound": ("M",), "crash": 2},
        {"replies": 0, "inbound": ("STOP", "M", "START"), "crash": 0, "hmax": 1},
        {"inbound": ("STOP", "START"), "crash": 0},
        {"parts": {1: 2}, "tpl": (1,), "crash": 0, "lost": 1},
        {"replies": 2, "least": (1, 2), "inbound": ("M",), "crash": 0, "hmax": 1},
    ],
    huge=[
        {"inbound": ("M@B",), "crash": 2, "lost": 1, "losecb": 1, "reliable": False},
        {"inbound": ("STOP", "M@B", "M"), "crash": 0, "hmax": 1},
        {"inbound": ("STOP", "M@B", "START"), "listed": 1, "crash": 0, "hmax": 1},
        {"inbound": ("M@B", "STOP"), "retired": 1, "crash": 0, "hmax": 1},
        {"inbound": ("STOP@B", "M"), "retired": 1, "crash": 0, "hmax": 1},
        {"replies": 2, "least": (1, 2), "inbound": ("M@B",), "crash": 0, "hmax": 1},
        {"parts": {1: 2}, "tpl": (1,), "inbound": ("M@B",), "lost": 1},
        {"replies": 2, "least": (1, 2), "inbound": ("M",), "lost": 1, "reliable": False},
        {"replies": 2, "inbound": ("M",), "refuse": 1, "crash": 0},
        {"inbound": ("STOP", "START")},
        {"inbound": ("STOP", "M"), "crash": 0},
        {"inbound": ("STOP", "M")},
        {"inbound": ("M",), "tpl": (1,), "badtpl": 1, "losecb": 1, "refuse": 1},
        {"inbound": ("M", "M"), "lost": 1, "reliable": False},
        {"inbound": ("M",), "least": (1,), "tpl": (1,), "lost": 1, "reliable": False},
        {"replies": 2, "inbound": ("M",), "crash": 0},
        {"replies": 2, "tpl": (2,), "least": (2,), "inbound": ("M",), "crash": 0},
        {"parts": {1: 2}, "tpl": (1,), "inbound": ("M",), "crash": 0, "lost": 1},
        {"replies": 2, "parts": {1: 2}, "tpl": (2,), "crash": 0},
        {"replies": 2, "inbound": ("STOP",), "crash": 0},
        {"replies": 3, "crash": 0},
        {"inbound": ("STOP", "M", "START"), "crash": 0},
        {"replies": 2, "inbound": ("M",)},
        {"replies": 2, "tpl": (2,), "least": (2,), "inbound": ("M",)},
    ],
    plain={"crash": 0},
    less={
        "withdrawn": {"inbound": ("STOP",)},
        "message": {"inbound": ("M",)},
        "refuted": {"replies": 2},
        "evidence": {"inbound": ("M",)},
        "belief": {},
        "hold": {},
        "release": {"inbound": ("M",)},
        "wake": {"inbound": ("M",)},
        "front": {"replies": 2, "inbound": ("M",)},
        "behind": {"replies": 2},
        "repair": {},
        "latest": {"least": (1,), "lost": 1, "crash": 1, "inbound": ("M",), "reliable": False},
        "udriver": {"tpl": (1,)},
        "onetpl": {"parts": {1: 2}, "tpl": (1,)},
        "sweep": {"losecb": 1},
        "consent": {"inbound": ("STOP",)},
        "confirm": {"inbound": ("STOP",)},
        "stale": {"inbound": ("STOP", "START")},
        "once": {"replies": 0, "inbound": ("STOP", "M")},
        "waits": {"inbound": ("STOP", "M")},
        "listed": {"listed": 1},
        "since": {"inbound": ("START",), "listed": 1},
        "unsaid": {"inbound": ("STOP",), "listed": 1},
        "group": {"replies": 2, "inbound": ("M",)},
        "apart": {"inbound": ("STOP", "M@B"), "hmax": 1},
        "kept": {"inbound": ("STOP", "M@B", "M"), "hmax": 1},
        "last": {"inbound": ("M@B",)},
        "whose": {"inbound": ("M@B",), "listed": 1},
        "elsewhere": {"replies": 0, "inbound": ("STOP", "M@B")},
        "away": {"replies": 0, "inbound": ("STOP", "STOP@B"), "refuse": 1},
        "asked": {"replies": 0, "inbound": ("STOP", "M", "M@B")},
        "unheard": {"retired": 1},
        "silent": {"inbound": ("M@B", "STOP"), "retired": 1},
    },
)
TAKEOVER = Studied(
    Takeover,
    TAKE_RULES,
    small=[
        {"messages": 1},
        {"messages": 1, "parts": 2, "lines": 0, "failed": 1, "lost": 1, "crash": 0},
    ],
    large=[
        {"messages": 2, "crash": 0, "lines": 0},
        {"messages": 1, "reminders": 1, "crash": 0, "lines": 0},
        {"messages": 1, "tools": 1, "lines": 0},
    ],
    huge=[
        {"messages": 2, "crash": 0},
        {"messages": 1, "reminders": 1, "crash": 0},
        {"messages": 1, "tools": 1, "reminders": 1, "lines": 0},
        {"messages": 1, "lines": 2, "crash": 0},
        {"messages": 2, "lines": 0, "tools": 1, "crash": 0},
        {"messages": 1, "lines": 0, "takes": 2, "failed": 1, "hbs": 2},
        {"messages": 1, "parts": 2, "lost": 1, "failed": 1, "crash": 0},
        {"messages": 2},
        {"messages": 2, "lines": 0, "tools": 1, "failed": 1},
    ],
    plain={"crash": 0, "messages": 1, "lines": 0},
    less={
        "slot": {},
        "gates": {},
        "mark": {"reminders": 1},
        "gather": {},
        "drop": {"lines": 1},
        "back": {},
        "part": {"parts": 2},
        "limbo": {"failed": 1},
        "over": {"failed": 1, "takes": 2, "hbs": 2},
        "seen": {"lines": 1, "messages": 2},
        "settled": {"lines": 1, "failed": 1},
        "wake": {},
    },
)
JOINT = Studied(
    Joint,
    JOINT_RULES,
    small=[
        {"crash": 1},
        {"parks": 1, "retries": 1},
        {"redeliver": 1, "lose": 1, "lost": 1},
        {"refuse": 1, "words": ("STOP",)},
    ],
    large=[
        {"messages": 1, "takes": 0},
        {"words": ("STOP", "START")},
        {"redeliver": 1, "parks": 1, "retries": 1, "refuse": 1},
        {"answered": True, "reminders": 1, "lines": 1, "closes": 0, "hmax": 1},
        {"answered": True, "reminders": 1, "words": ("STOP",), "hmax": 1},
    ],
    huge=[
        {"messages": 1, "closes": 2},
        {"messages": 1, "words": ("STOP", "START")},
        {"messages": 1, "parks": 1, "retries": 1, "lose": 1},
        {"lines": 1, "refuse": 1},
        {"reminders": 1, "takes": 2},
        {"lines": 1, "words": ("STOP", "START"), "hmax": 1},
        {"answered": True, "reminders": 1, "messages": 1, "hmax": 1},
        {"answered": True, "reminders": 1, "lines": 1, "messages": 1},
        {"answered": True, "reminders": 2, "words": ("STOP", "START")},
        {"crash": 1, "redeliver": 1, "lost": 1, "refuse": 1, "parks": 1, "retries": 1},
    ],
    plain={"messages": 0},
    less={
        "gates": {},
        "held": {"messages": 1},
        "refuted": {"messages": 1},
        "again": {},
        "wake": {},
        "retried": {"parks": 1, "retries": 1},
        "alone": {"answered": True, "messages": 1, "reminders": 1, "lines": 1, "hmax": 1},
        "asleep": {"messages": 1, "words": ("STOP",)},
        "silent": {"messages": 1, "words": ("STOP", "START")},
        "parkslot": {"takes": 0, "redeliver": 1, "parks": 1},
        "watch": {"lose": 1},
    },
)
BUTTONS = Studied(
    Buttons,
    BUTTON_RULES,
    small=[{"inbound": 2, "crash": 0}],
    large=[
        {"inbound": 2},
        {"inbound": 2, "fps": ("F", "G"), "crash": 0},
    ],
    huge=[
        {"inbound": 2, "kinds": ("press", "yes", "no"), "expire": 1},
        {"inbound": 3, "kinds": ("press", "yes"), "crash": 0},
        {"inbound": 3},
        {"inbound": 3, "fps": ("F", "G"), "kinds": ("press", "yes"), "crash": 0},
    ],
    plain={"crash": 0},
    less={
        "fence": {"inbound": 1},
        "used": {"inbound": 1},
        "dead": {"inbound": 2},
        "payload": {"inbound": 2},
        "mixed": {"inbound": 2},
        "shown": {"inbound": 2},
        "expiry": {"inbound": 1, "expire": 1},
        "exact": {"inbound": 1, "fps": ("F", "G")},
    },
)
MODELS = {
    "turn": TURN,
    "lane": LANE,
    "window": WINDOW,
    "takeover": TAKEOVER,
    "joint": JOINT,
    "buttons": BUTTONS,
}
