"""The README tells the truth: its commands are understood, its pictures are there, its walk goes as it says."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from tests.console import open_console
from tui.cli import make_parser
from tui.commands import COMMAND_BY_NAME
from tui.config.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
KEYS = {"esc": "escape", "/": "slash"}
NAMED = frozenset({"enter", "tab", "space", "ctrl+s", "ctrl+r"})


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def steps() -> list[tuple[list[str], list[str]]]:
    """Return (keys, words to see) of each step of the walk."""
    rows = re.findall(r"^\| \d+ \|(.*?)\|(.*)\|$", README, flags=re.MULTILINE)
    return [(re.findall(r"`([^`]+)`", keys), re.findall(r"`([^`]+)`", seen)) for keys, seen in rows]


def test_the_pictures_are_those_that_the_tests_of_screens_compare() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) >= 5
    for picture in pictures:
        assert picture.startswith("tests/screens/pictures/")
        assert (ROOT / picture).is_file()


COMMANDS = [
    line.partition("#")[0].partition("<")[0].strip()
    for block in blocks("sh")
    for line in block.splitlines()
    if line.startswith("ocgate ")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_understood(command: str) -> None:
    make_parser().parse_args(shlex.split(command)[1:])


def test_the_settings_of_the_readme_are_settings(tmp_path: Path) -> None:
    text = blocks("toml")[0]
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    settings, problems = load_settings(file)
    assert problems == ()
    assert set(settings.keys) <= set(COMMAND_BY_NAME)
    assert "acme-staging" in tomllib.loads(text)["profiles"]


def test_the_walk_has_its_steps() -> None:
    assert len(steps()) >= 12
    assert all(seen for _, seen in steps())


@pytest.mark.timeout(120)
async def test_the_walk_goes_as_it_says() -> None:
    async with open_console(size=(120, 40)) as console:
        for number, (keys, seen) in enumerate(steps(), 1):
            for key in keys:
                if len(key) == 1 or key in KEYS or key in NAMED:
                    await console.press(KEYS.get(key, key))
                else:
                    await console.type(key)
            for words in seen:
                assert words in console.text, f"step {number}: {words!r} is not in\n{console.text}"
