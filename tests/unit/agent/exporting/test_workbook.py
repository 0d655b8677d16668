"""The file opens as a workbook, shows its texts as they are, and holds the same for programs."""

import json
import zipfile
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest

from services.agent.exporting.workbook import DATA, MOST_IN_A_CELL, SheetTable, workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def opened(data: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(BytesIO(data))
    assert archive.testzip() is None
    return archive


def rows(archive: zipfile.ZipFile, sheet: int = 1) -> list[list[str]]:
    root = ET.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))
    return [
        ["".join(cell.itertext()) for cell in row.iter(f"{MAIN}c")]
        for row in root.iter(f"{MAIN}row")
    ]


def test_each_part_is_declared_and_each_sheet_is_named() -> None:
    archive = opened(workbook([SheetTable("One: [a/b]", [["x"]]), SheetTable("Two", [])], b"{}"))
    types = archive.read("[Content_Types].xml").decode()

    for name in archive.namelist():
        ending = name.rpartition(".")[2]
        assert f'PartName="/{name}"' in types or f'Extension="{ending}"' in types
    book = ET.fromstring(archive.read("xl/workbook.xml"))
    assert [one.attrib["name"] for one in book.iter(f"{MAIN}sheet")] == ["One   a b ", "Two"]
    assert json.loads(archive.read(DATA)) == {}


@pytest.mark.parametrize(
    "text",
    ["=1+1", "<b>&amp;", "שלום 🙂", " two  spaces\nand a line", "", '"quoted"', "a_x0041_b"],
)
def test_a_text_stands_there_as_it_is(text: str) -> None:
    ((found,),) = rows(opened(workbook([SheetTable("T", [[text]])], b"{}")))

    assert found.replace("_x005F_", "_") == text


def test_what_xml_cannot_hold_is_marked_and_a_long_text_is_cut() -> None:
    long = "word " * MOST_IN_A_CELL
    ((control, lone, cut),) = rows(
        opened(workbook([SheetTable("T", [["a\x00b", "\ud800", long]])], b"{}"))
    )

    assert (control, lone) == ("a�b", "�")
    assert len(cut) == MOST_IN_A_CELL + 1


def test_a_sheet_reads_from_the_right_where_its_language_does() -> None:
    sheets = [
        opened(workbook([SheetTable("T", [])], b"{}", right_to_left=one)).read(
            "xl/worksheets/sheet1.xml"
        )
        for one in (True, False)
    ]

    assert [b'rightToLeft="1"' in one for one in sheets] == [True, False]
