"""Markdown, which models write, as WhatsApp shows it.

A Markdown parser reads the text; what WhatsApp has a mark for is written with it, and the rest as
plain words. Lines, indents and quotation marks stay as they stood in the source.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

LONGEST = 20_000
"""Characters: more than the agent lets a reply have. A longer text is sent as it came."""
LONGEST_PARAGRAPH = 4_000
"""Characters: a longer one is sent as it came. No sentence of a reply is near it."""
DEEPEST = 20
"""Lists and quotations within each other; what is deeper is plain text."""
MOST_BRACKETS = 200
"""In one paragraph: each one that nobody closes is looked for to the paragraph's end."""

_ENDS_ADDRESS = frozenset("<>()[]\\")
_BEHIND_ADDRESS = "*_~.,;:!?'\"`"
"""The marks and the punctuation that stand behind an address rather than in it."""
_PRIVATE = re.compile("[\ue000-\uf8ff]")
"""No phone has a picture for these."""
_LANGUAGE = re.compile(r"[\w+#.-]+")


def for_whatsapp(markdown: str) -> str:
    """Bold, italics, strikes, lists, links and tables; code and addresses are left alone."""
    text = _PRIVATE.sub("", markdown)
    if len(text) > LONGEST:
        return text.strip()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    page = _Page(lines)
    for token in _PARSER.parse("\n".join(lines)):
        page.take(token)
    return page.text()


@dataclass(slots=True)
class _Page:
    """The blocks that were written so far, and what opened since the last of them."""

    lines: Sequence[str]
    written: list[str] = field(default_factory=list[str])
    end: int = 0
    """The source line after the last block."""
    opened: list[str] = field(default_factory=list[str])
    """Marks of list items, and of quotations within them, that wait for their first line."""
    opened_at: int = 0
    heading: bool = False
    cells: list[str] | None = None
    """Of the table's row that is open."""
    row: Sequence[int] = (0, 0)
    """That row's lines."""

    def text(self) -> str:
        self._flush(len(self.lines))
        return "".join(self.written).strip()

    def take(self, token: Token) -> None:
        match token.type:
            case "list_item_open":
                start = token.map[0] if token.map else self.end
                self._flush(start)
                self.opened_at = start
                self.opened.append(f"{token.info}{token.markup} " if token.info else "- ")
            case "blockquote_open" if self.opened:
                self.opened.append("> ")
            case "heading_open":
                self.heading = True
            case "heading_close":
                self.heading = False
            case "tr_open":
                self.row, self.cells = token.map or [self.end, self.end], []
            case "tr_close":
                self._row()
            case "inline" if self.cells is not None:
                self.cells.append("".join(_inline(token.children or [])).strip())
            case "inline":
                self._paragraph(token)
            case "fence":
                self._fence(token)
            case _:
                pass

    def _paragraph(self, token: Token) -> None:
        start, end = token.map or [self.end, self.end]
        shown = "".join(_inline(token.children or [], bold=self.heading))
        if self.heading:
            shown = f"*{shown.strip()}*" if shown.strip() else self.lines[start].strip()
        first, *rest = shown.split("\n")
        marked_lines = [self._lead(start) + self._marks() + first]
        marked_lines += [
            self._lead(start + number) + line for number, line in enumerate(rest, start=1)
        ]
        self._write(start, end, "\n".join(marked_lines))

    def _fence(self, token: Token) -> None:
        start, end = token.map or [self.end, self.end]
        lead = self._lead(start)
        if not token.content.strip():
            shown = "\n".join(self.lines[start:end])
        else:
            info = token.info.strip()
            head = "" if not info or _LANGUAGE.fullmatch(info) else f"{info}\n"
            shown = f"{lead}{self._marks()}```\n{head}{token.content.rstrip()}\n```"
        self._write(start, end, shown)

    def _row(self) -> None:
        start, end = self.row
        cells, self.cells = self.cells or [], None
        line = self.lines[start].strip() if start < len(self.lines) else ""
        # The parser drops cells that the table's head has no column for.
        written = escapedSplit(line.removeprefix("|").removesuffix("|"))
        cells += [cell.strip() for cell in written[len(cells) :]]
        self._write(start, end, self._lead(start) + self._marks() + " | ".join(cells))
        self.end = max(self.end, self._past_rule(end))

    def _past_rule(self, line: int) -> int:
        """Past the line of dashes below a table's head."""
        bare = self.lines[line].strip(" \t|:-") if line < len(self.lines) else "x"
        return line + 1 if not bare and "-" in self.lines[line] else line

    def _marks(self) -> str:
        marks, self.opened = "".join(self.opened), []
        return marks

    def _lead(self, number: int) -> str:
        """The indent and the quotation marks that a source line begins with."""
        line = self.lines[number] if number < len(self.lines) else ""
        return line[: len(line) - len(line.lstrip(" \t>"))]

    def _flush(self, line: int) -> None:
        """A list item without words is shown as it was written, unless its own list follows."""
        if self.opened and line > self.opened_at:
            self.opened = []
            self._write(self.opened_at, self.opened_at + 1, self.lines[self.opened_at].rstrip())

    def _write(self, start: int, end: int, shown: str) -> None:
        if self.written:
            self.written.append("\n" if start <= self.end else "\n\n")
        self.written.append(shown)
        self.end = end


def _inline(tokens: Sequence[Token], *, bold: bool = False) -> Iterator[str]:
    """One paragraph's text. Within something bold there is no second bold."""
    partner = _partners(tokens)
    depth = int(bold)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        match token.type:
            case "strong_open" | "strong_close":
                opens = token.nesting == 1
                depth += 1 if opens else -1
                yield "*" if depth == int(opens) else ""
            case "em_open" | "em_close":
                yield "_"
            case "s_open" | "s_close":
                yield "~"
            case "softbreak" | "hardbreak":
                yield "\n"
            case "code_inline":
                yield _code(token)
            case "image":
                yield _link("".join(_inline(token.children or [])), str(token.attrs["src"]))
            case "link_open":
                label = tokens[place + 1 : partner[place]]
                yield _link("".join(_inline(label, bold=depth > 0)), str(token.attrs["href"]))
                place = partner[place]
            case _:
                yield token.content
        place += 1


def _partners(tokens: Sequence[Token]) -> dict[int, int]:
    """The place of each opening token's end."""
    partner: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.nesting == 1:
            opened.append(place)
        elif token.nesting == -1 and opened:
            partner[opened.pop()] = place
    return partner


def _code(token: Token) -> str:
    mark = "```" if len(token.markup) > 2 or "`" in token.content else "`"
    return f"{mark}{token.content}{mark}"


def _link(label: str, address: str) -> str:
    bare = address.removeprefix("https://").removeprefix("http://").rstrip("/")
    return (
        address
        if label.strip().rstrip("/") in {address, bare, bare.partition("/")[0], ""}
        else f"{label}: {address}"
    )


def _address(state: StateInline, silent: bool) -> bool:
    """Takes an address whole, so that no mark is seen in it."""
    if state.src[state.pos : state.pos + 3] != "://":
        return False
    scheme = next(
        (literal for literal in ("https", "http") if state.pending.endswith(literal)), None
    )
    if scheme is None:
        return False
    end = start = state.pos + 3
    while end < state.posMax and not (state.src[end].isspace() or state.src[end] in _ENDS_ADDRESS):
        end += 1
    end = start + len(state.src[start:end].rstrip(_BEHIND_ADDRESS))
    if end == start:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """As Markdown has it, but that one `*` within a word is a sign of multiplication."""
    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    doubled = state.src[state.pos + 1 : state.pos + 2] == marker
    scanned = state.scanDelims(state.pos, marker == "*" and doubled)
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=scanned.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=scanned.can_open,
                close=scanned.can_close,
            )
        )
    state.pos += scanned.length
    return True


def _read_inline(state: StateCore) -> None:
    """Parses each paragraph that is not too long, and puts `***` the way WhatsApp reads it."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        if len(token.content) > LONGEST_PARAGRAPH or token.content.count("[") > MOST_BRACKETS:
            token.children = [Token("text", "", 0, content=token.content)]
            continue
        children: list[Token] = []
        state.md.inline.parse(token.content, state.md, state.env, children)
        # What is left of a mark that became one of two characters.
        token.children = [child for child in children if child.type != "text" or child.content]
        _swap(token.children)


def _swap(tokens: list[Token]) -> None:
    """Bold outside, italics inside, where both begin and end together."""
    kinds = [token.type for token in tokens]
    partner = _partners(tokens)
    for start, end in partner.items():
        if kinds[start : start + 2] == ["em_open", "strong_open"] and partner[start + 1] == end - 1:
            for at in (start, end - 1):
                tokens[at], tokens[at + 1] = tokens[at + 1], tokens[at]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST})
    parser.enable(["table", "strikethrough"])
    # Models indent without meaning code, rule a line without meaning a heading, and mean `&amp;`.
    parser.disable(["code", "lheading", "reference", "html_block", "html_inline", "entity"])
    parser.inline.ruler.before("escape", "address", _address)
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.core.ruler.at("inline", _read_inline)
    parser.validateLink = lambda url: url.startswith(("http://", "https://"))  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser


_PARSER = _parser()
