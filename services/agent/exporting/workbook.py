"""A workbook (Office Open XML), which is a ZIP archive: sheets for a person, JSON for programs.

ECMA-376 parts 1 and 2. Texts are inline strings: no cell is ever a formula.
"""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_IN_A_CELL = 32_000
"""Characters; spreadsheets take 32,767."""
MOST_ROWS = 1_000_000
DATA = "data.json"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Read as an escape by spreadsheets, and so escaped itself (ECMA-376 22.9.2.19)."""
_BEGINS = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FORMAT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_BEGINS}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>'
)
_COLUMNS = (18, 18, 90)
"""In characters."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    title: str
    rows: Sequence[Sequence[str]]


def workbook(tables: Sequence[SheetTable], data: bytes, *, right_to_left: bool = False) -> bytes:
    """`data` is JSON; it lies in the archive under the name DATA."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _types(len(tables)))
        archive.writestr("_rels/.rels", _package())
        archive.writestr("xl/workbook.xml", _book(tables))
        archive.writestr("xl/_rels/workbook.xml.rels", _parts(len(tables)))
        archive.writestr("xl/styles.xml", _STYLES)
        for place, table in enumerate(tables, start=1):
            sheet = _sheet(table, right_to_left=right_to_left)
            archive.writestr(f"xl/worksheets/sheet{place}.xml", sheet)
        archive.writestr(DATA, data)
    return written.getvalue()


def _types(sheets: int) -> str:
    of_sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_FORMAT}.worksheet+xml"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f'{_BEGINS}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="json" ContentType="application/json"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_FORMAT}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_FORMAT}.styles+xml"/>'
        f"{of_sheets}</Types>"
    )


def _package() -> str:
    return (
        f'{_BEGINS}<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="urn:taskflow:data" Target="{DATA}"/></Relationships>'
    )


def _book(tables: Sequence[SheetTable]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(_title(table.title))} sheetId="{n}" r:id="rId{n}"/>'
        for n, table in enumerate(tables, start=1)
    )
    return (
        f'{_BEGINS}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets>'
        "</workbook>"
    )


def _title(text: str) -> str:
    """At most 31 characters, without those that a sheet's name may not hold."""
    return re.sub(r"[\[\]:*?/\\]", " ", text[:31])


def _parts(sheets: int) -> str:
    of_sheets = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, sheets + 1)
    )
    styles = f'<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    return f'{_BEGINS}<Relationships xmlns="{_RELATIONS}">{of_sheets}{styles}</Relationships>'


def _sheet(table: SheetTable, *, right_to_left: bool) -> str:
    view = ' rightToLeft="1"' if right_to_left else ""
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(_COLUMNS, start=1)
    )
    rows = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in table.rows[-MOST_ROWS:])
    return (
        f'{_BEGINS}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"{view}/>'
        f"</sheetViews><cols>{columns}</cols><sheetData>{rows}</sheetData></worksheet>"
    )


def _cell(text: str) -> str:
    shortened = text if len(text) <= MOST_IN_A_CELL else f"{text[:MOST_IN_A_CELL]}…"
    inner = escape(_ESCAPED.sub("_x005F_", _UNWRITABLE.sub("\ufffd", shortened)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{inner}</t></is></c>'
