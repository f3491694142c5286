"""Pictures of screens, compared with the files in `pictures/`: text for most, SVG for those that people see."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

from tests.console import Console

FOLDER = Path(__file__).parent / "pictures"
"""A folder of its own: updating removes whatever in it is no picture of a test that ran."""


class _Picture(SingleFileSnapshotExtension):
    """One file a picture, named by the test and not by syrupy, so that the README can show it."""

    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(FOLDER)

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        return str(index)


class _Text(_Picture):
    file_extension = "txt"


class _Svg(_Picture):
    file_extension = "svg"


class Pictures:
    """Compares screens with their files; `pytest tests/screens --snapshot-update` writes them anew."""

    def __init__(self, snapshot: SnapshotAssertion) -> None:
        self._text = snapshot.use_extension(_Text)
        self._svg = snapshot.use_extension(_Svg)

    def check_text(self, console: Console, name: str) -> None:
        """Compare what is shown, without colours."""
        assert console.text == self._text(name=name)

    def check_svg(self, console: Console, name: str) -> None:
        """Compare the picture itself; fonts are the reader's own, none is fetched."""
        svg = console.app.export_screenshot(title="ocgate")
        svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
        assert re.sub(r"terminal-\d+", "terminal", svg) == self._svg(name=name)


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> Pictures:
    """Return what compares screens with their files."""
    return Pictures(snapshot)
