"""`ocgate learn --check`: tours played to their ends without a console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.exits import Exit
from tui.headless.opening import run, say, write

if TYPE_CHECKING:
    from tui.session.scenarios.document import Scenario


def is_played(file: Path) -> bool:
    """Return whether a file is a tour; what is wrong with one that is none is told."""
    return bool(_read(file))


def check_tours(file: Path | None) -> int:
    """Play a tour, or all of Learn's own; write a report, and return 1 when something came otherwise than told."""
    from tui.session.scenarios import runner
    from tui.session.scenarios.report import exit_code
    from tui.session.scenarios.reports import as_text
    from tui.session.scenarios.stage import made_for
    from tui.session.tours import tours

    found = tours() if file is None else _read(file)
    if not found:
        return Exit.USAGE

    async def work() -> int:
        reports = []
        for tour in found:
            async with made_for(tour, {}) as stage:
                reports.append(await runner.run(tour, stage))
        write(as_text(reports))
        return exit_code(reports)

    return run(work)


def _read(file: Path) -> tuple[Scenario, ...]:
    """Read a tour; tell what is wrong with the file, a line each, and return nothing when it is none."""
    from tui.session.scenarios.toml import NotAScenario
    from tui.session.tours import read_tour

    try:
        return (read_tour(file),)
    except NotAScenario as error:
        for each in error.problems:
            say(str(each))
        return ()
