"""`ocgate shot`: which file it writes, what it says of wrong usage; that it plays keys as people write them."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from tui.cli import main
from tui.exits import Exit
from tui.headless.stage import key_name


def test_it_writes_text_or_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.txt"
    assert main(["shot", "-o", str(file), "--size", "80x24", "--theme", "daylight", "/", "store", "enter"]) == Exit.OK
    text = file.read_text(encoding="utf-8")
    assert "API clients 2 of 17" in text
    assert len(text.splitlines()) == 24
    assert main(["shot", "--client", "No Such", "-o", str(file)]) == Exit.FAILED
    assert "There is no API client 'No Such'" in capsys.readouterr().err
    nowhere = tmp_path / "none" / "a.svg"
    assert main(["shot", "-o", str(nowhere)]) == Exit.FAILED
    assert f"{nowhere} could not be written: " in capsys.readouterr().err
    gc.unfreeze()


@pytest.mark.parametrize("wrong", [["--size", "80"], ["--size", "20x20"], ["--theme", "none-such"]])
def test_wrong_usage_is_told(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shot", *wrong]) == Exit.USAGE
    assert wrong[-1] in capsys.readouterr().err


def test_keys_are_written_as_people_know_them() -> None:
    written = ["e", "^s", "esc", "/", "ctrl+r", "tab", "]", "P", "store"]
    names = ["e", "ctrl+s", "escape", "slash", "ctrl+r", "tab", "right_square_bracket", "P", None]
    assert [key_name(each) for each in written] == names
