"""The state file: remembered, private, never half written, and never in the way."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from tui.config.state import State, StateFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "state.toml"


def test_what_is_remembered_is_there_next_time(path: Path) -> None:
    state = StateFile(path)
    assert state.current == State()
    state.remember_theme("dusk")
    state.remember_profile("acme")
    state.remember_columns("api_clients", ("name", "who"))
    state.remember_columns("users", ("username",))
    state.remember_silenced("https://api.example 5f0c", {"name-taken": 'It is "ours".'})
    state.remember_silenced("sandbox 77", {"inactive": "Closed."})
    state.remember_silenced("sandbox 77", {})
    again = StateFile(path)
    assert again.problems == ()
    assert again.current == state.current
    silenced = {"https://api.example 5f0c": {"name-taken": 'It is "ours".'}}
    columns = {"api_clients": ("name", "who"), "users": ("username",)}
    assert again.current == State("dusk", "acme", columns, silenced=silenced)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_may_read_it(path: Path) -> None:
    StateFile(path).remember_theme("dusk")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_left_beside_it(path: Path) -> None:
    state = StateFile(path)
    state.remember_theme("dusk")
    state.remember_theme("harbor")
    assert [each.name for each in path.parent.iterdir()] == ["state.toml"]


@pytest.mark.parametrize(
    "content",
    [
        b"theme = ",
        b"\xff\xfe",
        b"theme = 3",
        b"columns = 1",
        b"[columns]\nusers = [1]",
        b"[columns]\nusers = 'x'",
        b"profile = []",
        b"filters = 1",
        b"[filters]\nguests = 1",
        b"silenced = 1",
        b"[silenced]\na = 1",
        b"[silenced.a]\nb = 1",
    ],
)
def test_a_damaged_file_is_set_aside_and_reported(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    state = StateFile(path)
    assert state.current == State()
    assert [problem.message.startswith("was damaged") for problem in state.problems] == [True]
    assert path.with_name("state.toml.damaged").read_bytes() == content
    state.remember_theme("dusk")
    assert StateFile(path).current.theme == "dusk"


def test_members_of_a_newer_version_do_no_harm(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('theme = "dusk"\nfuture = 1\n')
    state = StateFile(path)
    assert (state.current.theme, state.problems) == ("dusk", ())


def test_a_folder_that_cannot_be_written_is_reported_and_the_choice_holds(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    state = StateFile(tmp_path / "file" / "state.toml")
    state.remember_theme("dusk")
    assert state.current.theme == "dusk"
    assert "could not be written" in state.problems[-1].message


def test_an_interrupted_save_leaves_the_old_file_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = StateFile(path)
    state.remember_theme("dusk")
    before = path.read_bytes()

    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        state.remember_theme("harbor")
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["state.toml"]
