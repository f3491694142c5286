"""The tours of Learn: one TOML file each, in the order of their numbers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tui.session.scenarios.document import Scenario

FOLDER: Final = Path(__file__).parent
FEWEST, MOST = 5, 10
"""How many steps a tour of Learn has."""


def tour_files() -> tuple[Path, ...]:
    """Return the files of the tours, in their order."""
    return tuple(sorted(FOLDER.glob("*.toml")))


@cache
def tours() -> tuple[Scenario, ...]:
    """Read every tour of Learn. Raises NotAScenario, which a test keeps from happening."""
    from tui.session.scenarios.toml import read_scenario

    return tuple(read_scenario(file) for file in tour_files())
