"""The key map: keys as Textual spells them, and commands that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.config.keys import check_keys
from tui.config.settings import load_settings

USUAL = {"clients.reload": ("r",), "clients.new": ("n",), "access.reload": ("r",), "app.quit": ("q", "ctrl+q")}
FILE = Path("config.toml")


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


def test_dotted_command_names_without_quotes_mean_the_same(tmp_path: Path) -> None:
    assert keys_of(tmp_path, "app.quit = ['q', 'f10']\napp.help = []\n") == (
        {"app.quit": ("q", "f10"), "app.help": ()},
        0,
    )
    assert keys_of(tmp_path, "[keys.app]\nquit = 'f10'\n") == ({"app.quit": ("f10",)}, 0)


def test_what_is_wrong_with_a_name_without_quotes_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[keys]\napp.quit = 10\napp.help.me = 'x'\n", encoding="utf-8")
    settings, problems = load_settings(tmp_path / "config.toml")
    assert not settings.keys
    assert [(each.key, each.line) for each in problems] == [("keys.app.quit", 2), ("keys.app.help", None)]


def test_unknown_commands_are_reported_with_the_nearest_one() -> None:
    scopes = 'write its scope as well: "clients.reload" or "access.reload"'
    problems = check_keys({"app.quiet": ("f5",), "app.quit": (), "xyzzy": (), "reload": ()}, USUAL, FILE)
    assert [str(problem) for problem in problems] == [
        'config.toml: keys.app.quiet: there is no such command; did you mean "app.quit"?',
        "config.toml: keys.xyzzy: there is no such command; the help (?) lists the commands",
        f"config.toml: keys.reload: there is no such command; {scopes}",
    ]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"clients.reload": ("n",)}, [("clients.reload", "n", "clients.new")]),
        ({"clients.reload": ("f7",), "clients.new": ("f7",)}, [("clients.new", "f7", "clients.reload")]),
        ({"clients.find": ("question_mark",)}, [("clients.find", "question_mark", "clients.help")]),
        ({"clients.reload": ("n",), "clients.new": ("r",)}, []),
        ({"clients.reload": ("n",), "clients.new": ()}, []),
        ({"access.reload": ("n",)}, []),
    ],
)
def test_a_key_that_two_commands_of_one_place_share_is_told(
    keys: dict[str, tuple[str, ...]], told: list[tuple[str, str, str]]
) -> None:
    usual = {**USUAL, "clients.find": (), "clients.help": ("?",)}
    found = check_keys(keys, usual, FILE, sign=lambda key: {"question_mark": "?"}.get(key, key))
    assert [str(each) for each in found] == [
        f'config.toml: keys.{command}: "{key}" is a key of "{other}" as well; give one of the two another'
        for command, key, other in told
    ]
