"""The key map: keys as Textual spells them, and commands that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.config.keys import check_keys
from tui.config.settings import load_settings


def keys_of(folder: Path, text: str) -> tuple[dict[str, tuple[str, ...]], int]:
    file = folder / "config.toml"
    file.write_text("[keys]\n" + text, encoding="utf-8")
    settings, problems = load_settings(file)
    return dict(settings.keys), len(problems)


@pytest.mark.parametrize(
    "key", ["f5", "T", "j", "?", "/", "ctrl+s", "ctrl+shift+left", "question_mark", "space", "é", "+"]
)
def test_keys_there_are(tmp_path: Path, key: str) -> None:
    assert keys_of(tmp_path, f"reload = '{key}'") == ({"reload": (key,)}, 0)


@pytest.mark.parametrize("key", ["ctrl s", "a,b", "F5", "ctrl+", " ", "control+s"])
def test_keys_there_are_not(tmp_path: Path, key: str) -> None:
    assert keys_of(tmp_path, f"reload = '{key}'") == ({}, 1)


def test_a_key_named_twice_is_there_once(tmp_path: Path) -> None:
    assert keys_of(tmp_path, "reload = ['f5', 'f5', 'r']") == ({"reload": ("f5", "r")}, 0)


def test_no_keys_at_all(tmp_path: Path) -> None:
    assert keys_of(tmp_path, "quit = []") == ({"quit": ()}, 0)


def test_dotted_command_names(tmp_path: Path) -> None:
    assert keys_of(tmp_path, "'app.quit' = 'q'\n") == ({"app.quit": ("q",)}, 0)


def test_unknown_commands_are_reported_with_the_nearest_one() -> None:
    problems = check_keys({"relaod": ("f5",), "quit": (), "xyzzy": ()}, {"reload", "quit"}, Path("config.toml"))
    assert [str(problem) for problem in problems] == [
        "config.toml: keys.relaod: there is no such command; did you mean reload?",
        "config.toml: keys.xyzzy: there is no such command; the help (?) lists the commands",
    ]
