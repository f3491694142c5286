"""`ocgate matrix` and `ocgate ways`: forms, files, answers and exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tui.cli import main
from tui.exits import Exit


def test_matrix_writes_what_the_name_asks_for(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["matrix"]) == Exit.OK
    out, err = capsys.readouterr()
    assert err == ""
    assert "11 parties by 17 API clients" in out
    assert "B Anchor Boats        ·  ✓*  ✓⊘" in out
    assert main(["matrix", "--parties", "supplier", "--api-clients", "supplier", "--format", "csv"]) == Exit.OK
    cells = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {each["PartyKind"] for each in cells} == {"supplier"}
    assert {each["ApiClient"] for each in cells} == {"Supplier Desk", "Supplier Network"}
    assert len(cells) == 8
    page = tmp_path / "who.html"
    assert main(["matrix", "-o", str(page)]) == Exit.OK
    out, err = capsys.readouterr()
    assert out == ""
    assert f"written to {page} as html" in err
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(["matrix", "-o", str(tmp_path / "who.pdf")]) == Exit.USAGE
    assert "in which form?" in capsys.readouterr().err
    assert main(["matrix", "-o", str(tmp_path / "none" / "who.svg")]) == Exit.USAGE
    assert "could not be written" in capsys.readouterr().err


def test_ways_gives_every_way_or_a_proof(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ways", "--role", "OrderAdmin"]) == Exit.OK
    told = capsys.readouterr().out
    assert told.startswith("Who can ever obtain OrderAdmin?\n  13 ways: 2 users through 4 API clients. That is all.")
    assert "erp-service             ERP Middleware            client credentials  from Integration (the user)" in told
    assert main(["ways", "--through", "buyer approvals"]) == Exit.FAILED
    told = capsys.readouterr().out
    assert "  Nobody can.\n  Looked at: 20 users and 1 API client, by every grant." in told
    assert "by check 14, the roles suffice" in told
    assert main(["ways", "--user", "SHOPPER01", "--json"]) == Exit.OK
    document = json.loads(capsys.readouterr().out)
    assert document["Question"] == "Where can shopper01 get in?"
    assert {each["ApiClient"] for each in document["Ways"]} >= {"Partner Portal", "Kiosk Terminal"}
    assert all(each["User"] == "shopper01" for each in document["Ways"])
    assert main(["ways", "--user", "nobody"]) == Exit.USAGE
    assert "there is no user named nobody" in capsys.readouterr().err
    assert main(["ways"]) == Exit.USAGE
