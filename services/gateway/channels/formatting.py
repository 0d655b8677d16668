"""Markdown, which models write, as WhatsApp shows it."""

import re

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_CODE_LANGUAGE = re.compile(r"^```[\w+#.-]+\n")
_URL = re.compile(r"https?://[^\s<>()\[\]]*[^\s<>()\[\]*_~.,;:!?'\"]")
"""Without the marks and the punctuation that stand behind an address rather than in it."""
_LINK = re.compile(r"!?\[([^\]]*)\]\((https?://[^)\s]+)(?:\s+[\"'][^\"')]*[\"'])?\)")
_OURS = re.compile("[\ue000-\ue002]")
_BOLD = "\ue002"
"""Stands for WhatsApp's bold mark until Markdown's italics, which look the same, are done."""
_RULES = (
    (re.compile(r"(?m)^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$"), ""),
    (re.compile(r"(?m)^ {0,3}#{1,6}[ \t]+\**(.+?)\**[ \t]*#*$"), rf"{_BOLD}\1{_BOLD}"),
    (re.compile(r"(?m)^([ \t]*)[*+][ \t]+"), r"\1- "),
    (re.compile(r"\*\*\*(?=\S)(.+?)(?<=\S)\*\*\*"), rf"{_BOLD}_\1_{_BOLD}"),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), rf"{_BOLD}\1{_BOLD}"),
    (re.compile(r"(?<!\w)__(?=\S)(.+?)(?<=\S)__(?!\w)"), rf"{_BOLD}\1{_BOLD}"),
    (re.compile(r"(?<![*\w\\])\*(?=[^*\s])([^*\n]*?[^*\s\\])\*(?![*\w])"), r"_\1_"),
    (re.compile(r"~~(?=\S)(.+?)(?<=\S)~~"), r"~\1~"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!~|>-])"), r"\1"),
)
_TABLE_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_TABLE_LINE = re.compile(r"^\s*\|[\s:|-]+\|\s*$")
_HELD = "\ue000{}\ue001"


def for_whatsapp(markdown: str) -> str:
    """Bold, italics, strikes, lists, links and tables; code and addresses are left alone."""
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(_CODE_LANGUAGE.sub("```\n", found.group()))
        return _HELD.format(len(held) - 1)

    markdown = _OURS.sub("", markdown)
    text = _LINK.sub(lambda found: _link(found.group(1), found.group(2)), _CODE.sub(hold, markdown))
    text = _URL.sub(hold, text)
    text = "\n".join(_table_line(line) for line in text.split("\n") if not _TABLE_LINE.match(line))
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    text = text.replace(_BOLD, "*")
    for number in reversed(range(len(held))):
        text = text.replace(_HELD.format(number), held[number])
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _link(label: str, address: str) -> str:
    bare = address.removeprefix("https://").removeprefix("http://").rstrip("/")
    return (
        address
        if label.strip().rstrip("/") in {address, bare, bare.partition("/")[0], ""}
        else f"{label}: {address}"
    )


def _table_line(line: str) -> str:
    row = _TABLE_ROW.match(line)
    if not row:
        return line
    return " | ".join(cell.strip() for cell in row.group(1).split("|"))
