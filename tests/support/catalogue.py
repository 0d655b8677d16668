"""The catalogue of words beside the code: what the code says, and what each language has for it.

Run: python -m tests.support.catalogue
It writes every message of the code into each .po file, without a translation where there is none
yet, and drops what nothing says any more.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from gettext import c2py
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po
from babel.plural import to_gettext

import taskflow
from taskflow.words.languages import LANGUAGES, SOURCE, locale_of

ROOT = Path(taskflow.__file__).parents[1]
FOLDER = ROOT / "taskflow" / "words" / "locale"
OF_TOOLS = {
    "Tool": {"proposal", "not_done"},
    "Argument": {"shown"},
    "Wording": {"parts"},
}
"""Declarations (contracts/declarations.py) whose texts are messages."""
WORD, PLACEHOLDER = re.compile(r"[^\W\d_]"), re.compile(r"\{\w+\}")
SPEAKING = ("taskflow", "services")
HEADER = (
    'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {plural}\\n"\n\n'
)
WIDTH = 0
"""Lines are not broken: a translation is one line, and a change of it one line of a diff."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it stands in the code."""

    source: str
    plural: str | None
    context: str | None
    where: str


def of_code() -> list[Said]:
    paths = sorted(path for top in SPEAKING for path in (ROOT / top).rglob("*.py"))
    return [said for path in paths for said in of_module(path.read_text(), name(path))]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def of_module(source: str, where: str) -> Iterator[Said]:
    """Raises ValueError for a message whose words do not stand there as they are."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in OF_TOOLS:
            yield from _of_tool(node, where)
        if node.func.id not in {"Message", "Counted", "Typed"}:
            continue
        if node.keywords or not all(_is_text(one) for one in node.args):
            raise ValueError(f"{where}:{node.lineno}: a message is written out, not put together")
        texts = [ast.literal_eval(one) for one in node.args]
        match node.func.id:
            case "Message":
                yield Said(texts[0], None, texts[1] if len(texts) > 1 else None, where)
            case "Counted":
                yield Said(texts[0], texts[1], None, where)
            case _:
                yield Said(texts[1], None, texts[0], where)


def _of_tool(node: ast.Call, where: str) -> Iterator[Said]:
    """What a tool says of itself, which others say to people."""
    for given in node.keywords:
        if given.arg in OF_TOOLS[node.func.id]:
            for one in ast.walk(given.value):
                if _is_text(one) and WORD.search(PLACEHOLDER.sub("", one.value)):
                    yield Said(one.value, None, None, where)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def path_of(language: str) -> Path:
    return FOLDER / f"{language.replace('-', '_')}.po"


def standing(language: str) -> Catalog:
    with path_of(language).open("rb") as opened:
        return read_po(opened, locale=language.replace("-", "_"))


def brought_up_to_date(language: str, messages: list[Said]) -> Catalog:
    """The same translations, for the messages of the code and no other."""
    before = standing(language) if path_of(language).exists() else None
    after = Catalog(locale=language.replace("-", "_"), fuzzy=False)
    after.mime_headers = [("Plural-Forms", plural_forms(language))]
    for one in messages:
        known = before.get(one.source, context=one.context) if before else None
        empty = ("",) * after.num_plurals if one.plural else ""
        id_ = (one.source, one.plural) if one.plural else one.source
        after.add(id_, known.string if known else empty, context=one.context)
    return after


def forms_of(language: str) -> list[str]:
    """CLDR's names of the forms that a language counts whole things in."""
    rule = locale_of(language).plural_form
    taken = {rule(n) for n in range(1_000)}
    return [tag for tag in ("zero", "one", "two", "few", "many", "other") if tag in taken]


def plural_forms(language: str) -> str:
    """As gettext writes the rule: in its usual words where those agree with CLDR's rule."""
    rule, forms = locale_of(language).plural_form, forms_of(language)
    usual = get_plural(locale_of(language))
    form_of = c2py(usual.plural_expr)
    if usual.num_plurals == len(forms) and all(forms[form_of(n)] == rule(n) for n in range(1_000)):
        return usual.plural_forms.rstrip(";")
    return to_gettext(rule).rstrip(";")


def write(language: str, catalog: Catalog) -> None:
    """With a header that says what it must, and no dates: a rewritten file is the same file."""
    written = BytesIO()
    write_po(written, catalog, width=WIDTH, sort_output=True, omit_header=True)
    header = HEADER.format(language=language.replace("-", "_"), plural=catalog.plural_forms)
    path_of(language).write_text(header + written.getvalue().decode())


if __name__ == "__main__":
    said = of_code()
    for language in LANGUAGES:
        if language != SOURCE:
            write(language, brought_up_to_date(language, said))
    print(f"{len(said)} messages in {len(LANGUAGES) - 1} languages")
