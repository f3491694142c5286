"""The matrix as a file: every form holds every cell with its reason, and no name is markup or a formula in any."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.access.world import NOW, SELLER, Assignment, Client
from tui.access.facts import Party, PartyKind
from tui.access.matrix import AccessMatrix, Standing
from tui.session.escaping import csv_text, html_text, markdown_text
from tui.session.matrix_export import FORMATS, SUFFIXES, Sheet, form_of, write_sheet

HOSTILE = (
    "=HYPERLINK(1)",
    "+1|x",
    "-2",
    "@SUM(A1)",
    " =1",
    "\t=1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=y>',
    "a|b`c`*d*_e_[f](g)~h#",
    "]]>&amp;",
    "\x1b]0;x\x07",
    "a\u202eb\nc\r\nd",
    "e\u0301宽",
)


PAGE = frozenset(
    {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "br", "table", "thead", "tbody", "tr"}
    | {"th", "td", "details", "summary"}
)
PICTURE = frozenset({"svg", "title", "style", "rect", "text", "line"})


def sheet(names: tuple[str, ...] = ("Anchor Boats", "Reef")) -> Sheet:
    """Return a sheet with these names of companies and API clients."""
    companies = tuple(Party(PartyKind.BUYER, f"b{place}", name) for place, name in enumerate(names))
    clients = tuple(Client(f"c{place}", name) for place, name in enumerate(names))
    own = {each.id: (Assignment(each.id, "b0"),) for each in clients}
    flagged = (replace(clients[0], allow_any_buyer=True), *clients[1:])
    matrix = AccessMatrix((SELLER, *companies), flagged, own)
    return Sheet(names[0], NOW, matrix, range(len(names) + 1), range(len(names)))


class Texts(HTMLParser):
    """Reads the texts, tooltips and tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def written(form: str, given: Sheet) -> str:
    return "".join(FORMATS[form](given))


def test_every_form_has_the_cells_and_the_programs_ones_every_reason() -> None:
    given = sheet()
    document = json.loads(written("json", given))
    assert [each["ID"] for each in document["Parties"]] == ["harbor-supply", "b0", "b1"]
    assert len(document["Cells"]) == 6
    cell = next(each for each in document["Cells"] if (each["PartyID"], each["ApiClientID"]) == ("b0", "c0"))
    assert (cell["GetsIn"], cell["Standing"]) == (True, Standing.NULLIFIED.value)
    assert "nullified by the flag" in cell["Reason"]
    rows = list(csv.DictReader(io.StringIO(written("csv", given))))
    assert [each["Standing"] for each in rows] == [each["Standing"] for each in document["Cells"]]
    assert [each["Reason"] for each in rows] == [each["Reason"] for each in document["Cells"]]
    for form in ("html", "svg", "markdown"):
        assert "nullified by the flag" in written(form, given)
        assert written(form, given).count("is not assigned") >= 1
    text = written("text", given)
    assert "   1  Anchor Boats" in text
    assert "B Reef" in text
    assert "✓⊘" in text


def test_rows_and_columns_can_be_fewer() -> None:
    given = replace(sheet(), rows=(2,), columns=(1,))
    assert len(json.loads(written("json", given))["Cells"]) == 1
    assert given.told.startswith("1 party by 1 API client")
    assert "Anchor Boats" not in "".join(Texts(written("html", given)).texts[2:]).replace("Anchor Boats: who", "")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_a_formula_or_markup(name: str) -> None:
    given = sheet((name, "Reef"))
    for row in csv.reader(io.StringIO(written("csv", given))):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")), cell
    page = Texts(written("html", given))
    assert page.tags <= PAGE
    assert page.attributes <= {"lang", "charset", "class", "title"}
    picture = ElementTree.fromstring(written("svg", given))
    assert {each.tag.rpartition("}")[2] for each in picture.iter()} <= PICTURE
    assert json.loads(written("json", given))["Marketplace"] == name
    for form in ("text", "markdown", "html", "svg", "csv"):
        told = written(form, given)
        assert "\x1b" not in told
        assert "\u202e" not in told
    for line in written("markdown", given).splitlines():
        if line.startswith("| B "):
            assert line.replace("\\|", "").count("|") in (4, 4)
        assert "<script" not in line
        assert "](" not in line.replace("\\]", "")


def test_escapes_keep_what_is_harmless() -> None:
    assert (csv_text("Anchor Boats"), csv_text("=1")) == ("Anchor Boats", "'=1")
    assert html_text("a & b <c>") == "a &amp; b &lt;c&gt;"
    assert markdown_text("a_b|c") == "a\\_b\\|c"


def test_the_end_of_a_files_name_says_the_form(tmp_path: Path) -> None:
    assert set(SUFFIXES.values()) == set(FORMATS)
    assert form_of(Path("x.HTML")) == "html"
    assert form_of(Path("x.pdf")) is None
    for suffix, form in SUFFIXES.items():
        file = tmp_path / f"matrix{suffix}"
        write_sheet(sheet(), form, file)
        assert file.read_text(encoding="utf-8").replace("\r\n", "\n") == written(form, sheet()).replace("\r\n", "\n")


def test_a_large_matrix_comes_piece_by_piece() -> None:
    companies = [Party(PartyKind.BUYER, f"b{n}") for n in range(500)]
    clients = [Client(f"c{n}") for n in range(500)]
    given = Sheet("x", NOW, AccessMatrix(companies, clients, {}), range(500), range(500))
    for form in ("json", "csv"):
        pieces = FORMATS[form](given)
        assert len("".join(next(pieces) for _ in range(20))) < 10_000
