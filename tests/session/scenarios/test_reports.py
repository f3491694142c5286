"""Reports in every form: readable by what reads them, hostile text is only text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

from tui.session.scenarios.report import Outcome, Report, exit_code
from tui.session.scenarios.reports import FORMATS, as_html, as_json, as_junit, as_markdown, as_text

HOSTILE = "<script>|*[x](y)`\x1b[31m\u202e&\x00"
BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)
GOOD = Outcome("in", "password at Shop", "allowed", "allowed, roles Shopper", milliseconds=12.345)
BAD = Outcome(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE, "Second."), HOSTILE, check=13)
REPORTS = (Report("Life", "Harbor", BEGAN, (GOOD, BAD)), Report(HOSTILE, HOSTILE, BEGAN, (GOOD,), HOSTILE))


def test_every_form_shows_hostile_text_as_text() -> None:
    for write in FORMATS.values():
        assert not set(write(REPORTS)) & {"\x1b", "\u202e", "\x00"}
    assert "<script>" not in as_html(REPORTS) + as_junit(REPORTS) + as_markdown(REPORTS)


def test_text_says_what_differs() -> None:
    lines = as_text(REPORTS[:1]).splitlines()
    assert lines[0] == "Life, in Harbor"
    assert lines[1].startswith("  ✓ in ")
    assert "  ✗ " in lines[2]
    assert "      Second." in lines
    assert lines[-1] == "  1 of 2 as expected"


def test_junit_is_what_build_servers_read() -> None:
    root = ElementTree.fromstring(as_junit(REPORTS).encode())
    first, second = root.findall("testsuite")
    assert {name: first.get(name) for name in ("tests", "failures", "errors", "name")} == {
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "name": "Life",
    }
    assert [case.get("time") for case in first.findall("testcase")] == ["0.012", "0.000"]
    assert [len(case) for case in first.findall("testcase")] == [0, 1]
    assert (second.get("errors"), len(second.findall("testcase/error"))) == ("1", 1)


def test_json_html_and_markdown_hold_every_step() -> None:
    document = json.loads(as_json(REPORTS))
    assert document["Agreed"] is False
    assert document["Scenarios"][0]["Steps"][1]["Check"] == 13
    cells: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            cells.append(tag)

    Reader().feed(as_html(REPORTS))
    assert cells.count("td") == 4 * 3
    assert "script" not in cells
    rows = [line for line in as_markdown(REPORTS).splitlines() if line.startswith(("| ✓", "| ✗"))]
    assert [line.replace("\\|", "").count("|") for line in rows] == [6, 6, 6]


def test_exit_codes() -> None:
    agreed = Report("x", "y", BEGAN, (GOOD,))
    assert [exit_code(each) for each in ([agreed], [agreed, REPORTS[0]], REPORTS)] == [0, 1, 2]
