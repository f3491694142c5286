"""Folders: the platform's, or one home for all."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from tui.config.paths import find_paths


def test_one_home_for_everything(tmp_path: Path) -> None:
    paths = find_paths({"OCGATE_HOME": str(tmp_path)})
    assert paths.settings_file == tmp_path / "config" / "config.toml"
    assert paths.themes == tmp_path / "config" / "themes"
    assert paths.state_file == tmp_path / "state" / "state.toml"
    assert paths.crashes == tmp_path / "state" / "crashes"
    assert paths.sandbox_database == tmp_path / "data" / "sandbox.db"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("environ", [{}, {"OCGATE_HOME": " "}])
def test_the_platforms_folders(environ: dict[str, str]) -> None:
    paths = find_paths(environ)
    assert paths.config == Path(platformdirs.user_config_dir("ocgate", appauthor=False))
    assert paths.state == Path(platformdirs.user_state_dir("ocgate", appauthor=False))
    assert paths.data == Path(platformdirs.user_data_dir("ocgate", appauthor=False))


def test_a_relative_home_does_not_move_with_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_paths({"OCGATE_HOME": "here"}).config == tmp_path / "here" / "config"
