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


def read_tour(file: Path) -> Scenario:
    """Read a tour: a scenario that brings its marketplace, and words. Raises NotAScenario."""
    from tui.config.problems import ConfigProblem
    from tui.session.scenarios.toml import NotAScenario, read_scenario

    tour = read_scenario(file)
    wrong = []
    if not tour.is_planted:
        wrong.append(ConfigProblem(file, 'a tour brings its own marketplace: write [Facts] with Seed = "demo"'))
    silent = [(number, each.name) for number, each in enumerate(tour.steps, 1) if not each.text]
    wrong += [
        ConfigProblem(file, f'step {number}, "{name}", has no Text', key=f"Steps[{number}]") for number, name in silent
    ]
    if wrong:
        raise NotAScenario(wrong)
    return tour


@cache
def tours() -> tuple[Scenario, ...]:
    """Read every tour of Learn. Raises NotAScenario, which a test keeps from happening."""
    return tuple(read_tour(file) for file in tour_files())
