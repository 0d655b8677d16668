"""Pages that a shop shows instead of its product: "are you human?", and "no such page"."""

import re

from selectolax.lexbor import LexborHTMLParser

from services.tools.pages import words
from services.tools.pages.page import Page
from services.tools.pages.visible.seen import Seen

GONE = frozenset({404, 410})
# 407 and 451 come from what stands between.
REFUSING = frozenset({401, 403, 407, 429, 451})
_CHALLENGE = re.compile(
    r"just a moment|attention required|access (?:to this page has been )?denied|robot check"
    r"|are you (?:a )?(?:human|robot)|verify (?:that )?you are (?:a )?human|human verification"
    r"|security check|pardon our interruption|unusual traffic|one more step|request blocked"
    r"|checking (?:if the site connection is secure|your browser)|robot or human|bist du ein mensch"
    r"|sind sie ein mensch|sicherheitsüberprüfung|vérification de sécurité|êtes-vous un humain"
    r"|eres humano|sei umano|ben je een mens",
    re.IGNORECASE,
)
_MARKS = re.compile(
    r"cf[-_]chl|cf-challenge|challenge-platform|px-captcha|captcha-delivery\.com|geo\.captcha"
    r"|g-recaptcha|h-captcha|hcaptcha\.com|cf-turnstile|awswaf|captcha",
    re.IGNORECASE,
)
_A_SHORT_PAGE = 2_500
_LOOKED_AT = 300_000


def refuses(page: Page) -> bool:
    """By its status, whatever the page says."""
    challenge = page.status == 503 and _MARKS.search(page.html[:_LOOKED_AT])
    return page.status in REFUSING or bool(challenge)


def asks_for_a_human(tree: LexborHTMLParser, seen: Seen) -> bool:
    """By its title; such pages hold no product."""
    return bool(_CHALLENGE.search(_heads(tree))) and _is_short(seen)


def may_ask_for_a_human(page: Page, seen: Seen) -> bool:
    """For pages without a price: shops have captchas in their forms, too."""
    return _is_short(seen) and bool(_MARKS.search(page.html[:_LOOKED_AT]))


def says_gone(tree: LexborHTMLParser) -> bool:
    return words.says_no_page(_heads(tree))


def _heads(tree: LexborHTMLParser) -> str:
    return " ".join(node.text() for node in tree.css("head title, h1, h2")[:6])[:2_000]


def _is_short(seen: Seen) -> bool:
    return not seen.is_longer_than(_A_SHORT_PAGE)
