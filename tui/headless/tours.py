"""`ocgate learn --check`: tours played to their ends without a console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.exits import Exit
from tui.headless.opening import run, say, write

if TYPE_CHECKING:
    from tui.session.scenarios.document import Scenario


def why_not_played(file: Path) -> str | None:
    """Say, a line each, why a file is no tour; None when it is one."""
    found = _read(file)
    return found if isinstance(found, str) else None


def check_tours(file: Path | None) -> int:
    """Play a tour, or all of Learn's own; write a report, and return 1 when something came otherwise than told."""
    from tui.session.scenarios import runner
    from tui.session.scenarios.report import exit_code
    from tui.session.scenarios.reports import as_text
    from tui.session.scenarios.stage import made_for
    from tui.session.tours import tours

    found = tours() if file is None else _read(file)
    if isinstance(found, str):
        say(found)
        return Exit.USAGE

    async def work() -> int:
        reports = []
        for tour in found:
            async with made_for(tour, {}) as stage:
                reports.append(await runner.run(tour, stage))
        write(as_text(reports))
        return exit_code(reports)

    return run(work)


def _read(file: Path) -> tuple[Scenario, ...] | str:
    from tui.session.scenarios.toml import NotAScenario
    from tui.session.tours import read_tour

    try:
        return (read_tour(file),)
    except NotAScenario as error:
        return "\n".join(str(each) for each in error.problems)
