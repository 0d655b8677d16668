"""In four languages on the phone page: what code says is said in them, from their own side."""

# ruff: noqa: RUF001 - sentences of those languages

from collections.abc import Generator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from services.agent.apologies import APOLOGIES
from services.agent.leaving import leaving
from taskflow.words.message import Message
from taskflow.words.typed import UNDO
from tests.e2e.test_phone_page import WAIT_MS, answer, say, shot
from tests.support.house import LOOKS_OFTEN, adds_person, phone_page, running
from tests.support.stack import Stack, wait_until

NOTHING = Message("There is nothing to take back.")
TAKEN_BACK = Message("Taken back: {facts}")
SHOE = "trail-shoe"


@dataclass(frozen=True)
class Speaker:
    language: str
    number: str
    remind: str
    set_: str
    """How the receipt of a reminder begins."""
    watch: str
    watched: str
    alerted: str
    """Words of an alert."""
    lives: str
    city: str
    asks: str
    """What is known of them."""
    forget: str
    no: str
    yes: str
    direction: str = "ltr"

    @property
    def undo(self) -> str:
        return UNDO.words(self.language)[0]


SPEAKERS = [
    Speaker(
        "ar",
        "+201005550142",
        "ذكرني غدا الساعة 9 بأن أتصل بأمي",
        "✓ تذكير:",
        "أخبرني عندما ينخفض عن 70 ",
        "✓ المراقبة",
        "سعره الآن",
        "أعيش في لشبونة",
        "لشبونة",
        "ماذا تعرف عني؟",
        "أريد أن تنساني",
        "لا",
        "نعم",
        "rtl",
    ),
    Speaker(
        "hi",
        "+919876500142",
        "कल 9 बजे माँ को फ़ोन करने की याद दिलाना",
        "✓ रिमाइंडर:",
        "70 से नीचे आए तो बताना ",
        "✓ नज़र",
        "अब",
        "मैं लिस्बन में रहता हूँ",
        "लिस्बन",
        "मेरे बारे में क्या जानते हो?",
        "मुझे भूल जाओ",
        "नहीं",
        "हाँ",
    ),
    Speaker(
        "es",
        "+573005550142",
        "recuérdame mañana a las 9 llamar a mamá",
        "✓ Recordatorio:",
        "avísame cuando baje de 70 ",
        "✓ Vigilancia",
        "está ahora a",
        "vivo en Lisboa",
        "Lisboa",
        "¿Qué sabes de mí?",
        "quiero que me olvides",
        "no",
        "sí",
    ),
    Speaker(
        "ja",
        "+819055500142",
        "明日9時に母に電話するようにリマインドして",
        "✓ リマインダー：",
        "70を下回ったら教えて ",
        "✓ 見守り",
        "は現在",
        "リスボンに住んでいます",
        "リスボン",
        "私について何を知っていますか",
        "私のことは全部忘れて",
        "いいえ",
        "はい",
    ),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with running(tmp_path_factory.mktemp("stack"), LOOKS_OFTEN) as stack:
        yield stack


@pytest.fixture(scope="module")
def page(stack: Stack) -> Generator[Page]:
    with phone_page(stack) as page:
        yield page


@pytest.mark.parametrize(
    "speaker",
    [SPEAKERS[0], *(pytest.param(one, marks=pytest.mark.long) for one in SPEAKERS[1:])],
    ids=lambda one: one.language,
)
def test_what_code_says_is_said_in_the_language_of_its_user(
    stack: Stack, page: Page, speaker: Speaker
) -> None:
    stack.post(f"{stack.sim}/_sim/shop/price", {"product": SHOE, "price": "79.90"})
    adds_person(page, speaker.language, speaker.number)
    expect(page.locator("#messages .welcome")).to_be_visible()

    answer(page, speaker.remind, speaker.set_, speaker.undo)
    _is_remembered(page, speaker)
    link = f"{stack.sim}/shop/p/{SHOE}"
    answer(page, f"{speaker.watch}{link}", speaker.watched)
    bubble = page.locator("#messages .bubble:not(.mine)").last
    expect(bubble).to_have_css("direction", speaker.direction)

    before = _looks(stack)
    wait_until(lambda: _looks(stack) > before, 40, lambda: "the watch does not look")
    stack.post(f"{stack.sim}/_sim/shop/price", {"product": SHOE, "price": "65.00"})
    alert = page.locator("#messages .bubble:not(.mine)").filter(has_text="📉").last
    expect(alert).to_contain_text(speaker.alerted, timeout=WAIT_MS)
    assert alert.locator(f'a[href="{link}"]').count() == 1
    expect(alert).to_have_css("direction", speaker.direction)
    shot(page, f"speaks-{speaker.language}")

    stack.script(speaker.number, *[{"status": 503}] * 3)
    say(page, speaker.remind)
    apology = APOLOGIES["unavailable"].said(speaker.language)
    expect(page.locator("#messages .bubble:not(.mine)").last).to_contain_text(
        apology, timeout=WAIT_MS
    )
    shot(page, f"apologizes-{speaker.language}")

    _is_forgotten(page, speaker)


def _is_remembered(page: Page, speaker: Speaker) -> None:
    """Each change is taken back by the word that its receipt names, and by no other turn."""
    language = speaker.language
    answer(page, speaker.undo, "✓")
    answer(page, speaker.undo, NOTHING.said(language))
    answer(page, speaker.lives, "✓", speaker.city, speaker.undo)
    answer(page, speaker.asks, speaker.city)
    shot(page, f"remembers-{speaker.language}")
    taken = TAKEN_BACK.said(language, facts="").strip()
    answer(page, speaker.undo, f"✓ {taken}", speaker.city)
    assert speaker.city not in answer(page, speaker.asks)
    shot(page, f"undoes-{speaker.language}")
    answer(page, speaker.lives, speaker.city)


def _is_forgotten(page: Page, speaker: Speaker) -> None:
    """A no leaves all as it is; a yes to the fixed question does not."""
    language = speaker.language
    asked = leaving.question(language).split("\n\n")[0]
    answer(page, speaker.forget, asked)
    shot(page, f"asks-to-forget-{speaker.language}")
    answer(page, speaker.no, leaving.KEPT.said(language))
    answer(page, speaker.asks, speaker.city)
    answer(page, speaker.forget, asked)
    answer(page, speaker.yes, leaving.GOODBYE.said(language))
    shot(page, f"forgotten-{speaker.language}")
    assert speaker.city not in answer(page, speaker.asks)


def test_each_bubble_has_the_direction_of_its_own_words(stack: Stack, page: Page) -> None:
    adds_person(page, "Noa", "+972525550142")
    expect(page.locator("#messages .welcome")).to_be_visible()
    stack.script("+972525550142", {"text": "קוד 42-17, https://a.example/b?c=1 (חדש)"})
    say(page, "איפה ההזמנה שלי?")
    theirs = page.locator("#messages .bubble:not(.mine)").last
    expect(theirs).to_contain_text("קוד", timeout=WAIT_MS)
    stack.script("+972525550142", {"text": "In English: code 42."})
    say(page, "english please: where is my order?")
    expect(page.locator("#messages .bubble:not(.mine)").last).to_contain_text(
        "In English", timeout=WAIT_MS
    )
    shot(page, "directions")
    bubbles = page.locator("#messages .bubble")
    expect(bubbles).to_have_count(4)
    # A bubble is drawn anew with each status of its message: a look may meet one that is gone.
    for place, direction in enumerate(("rtl", "rtl", "ltr", "ltr")):
        expect(bubbles.nth(place)).to_have_css("direction", direction)


def _looks(stack: Stack) -> int:
    counted: dict[str, int] = stack.get(f"{stack.sim}/_sim/shop/fetches")
    return sum(count for path, count in counted.items() if path.endswith(SHOE))
