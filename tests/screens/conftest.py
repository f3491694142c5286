"""Pictures of screens, compared with the files in `pictures/`: text for most, SVG for those that people see.

`pytest tests/screens --update-pictures` writes them anew; look at the difference before it is committed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console import Console
from tui.headless.stage import same_key
from tui.widgets.picture import Picture

FOLDER = Path(__file__).parent / "pictures"

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")


def named(what: str, size: tuple[int, int]) -> str:
    """Return the name of a picture of something at a size."""
    return f"{what}-{size[0]}x{size[1]}"


class Pictures:
    """Compares screens with their files."""

    def __init__(self, *, update: bool) -> None:
        self._update = update

    def check_text(self, console: Console, name: str) -> None:
        """Compare what is shown, without colours."""
        self._check(same_key(console.text), FOLDER / f"{name}.txt")

    def check_svg(self, console: Console, name: str) -> None:
        """Compare the picture itself; fonts are the reader's own, none is fetched."""
        self._check(same_key(Picture(console.app).svg()), FOLDER / f"{name}.svg")

    def check_drawn(self, svg: str, name: str) -> None:
        """Compare a picture that `ocgate shot` has drawn."""
        self._check(svg, FOLDER / f"{name}.svg")

    def _check(self, shown: str, file: Path) -> None:
        if self._update:
            file.parent.mkdir(exist_ok=True)
            file.write_text(shown, encoding="utf-8")
        assert file.exists(), f"{file.name} is new: run with --update-pictures and look at it"
        assert shown == file.read_text(encoding="utf-8")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Pictures:
    """Return what compares screens with their files."""
    return Pictures(update=bool(request.config.getoption("--update-pictures")))
