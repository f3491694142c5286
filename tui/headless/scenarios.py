"""`ocgate run`: scenarios from files, and every refusal of an API client."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tui.exits import Exit
from tui.headless.finding import api_client_called
from tui.headless.opening import opened_session, put_in, run, say, write

if TYPE_CHECKING:
    from tui.config.request import ConsoleRequest
    from tui.session.scenarios.document import Scenario
    from tui.session.scenarios.report import Report

Finder: TypeAlias = "Callable[[str], ConsoleRequest]"


def run_files(
    request: ConsoleRequest, files: Sequence[Path], form: str, output: Path | None, *, there: bool, find: Finder
) -> int:
    """Run scenarios. `there` says that a marketplace was named: then their facts are only checked in it.

    `find` gives the request for a profile that a scenario names.
    """
    from tui.session.scenarios.toml import NotAScenario, read_scenario

    scenarios = []
    for file in files:
        try:
            scenarios.append(read_scenario(file))
        except NotAScenario as error:
            for problem in error.problems:
                say(str(problem))
    if len(scenarios) < len(files):
        return Exit.USAGE

    async def work() -> int:
        reports = []
        for scenario in scenarios:
            own = find(scenario.profile) if scenario.profile and not there else request
            reports.append(await _run(scenario, own, there=there))
        return _report(reports, form, output)

    return run(work)


async def _run(scenario: Scenario, request: ConsoleRequest, *, there: bool) -> Report:
    from tui.session.scenarios import runner
    from tui.session.scenarios.stage import made_for, stage_of

    if scenario.is_planted and not there:
        async with made_for(scenario, os.environ) as stage:
            return await runner.run(scenario, stage)
    async with opened_session(request) as session:
        return await runner.run(scenario, stage_of(session))


def run_refusals(request: ConsoleRequest, wanted: str, form: str, output: Path | None, *, here: bool) -> int:
    """Try every refusal of an API client on a copy in a sandbox; `here` tries those that harm nobody where it is."""
    return run(partial(_refusals, request, wanted, form, output, here=here))


async def _refusals(request: ConsoleRequest, wanted: str, form: str, output: Path | None, *, here: bool) -> int:
    from tui.session.scenarios.trying import try_refusals

    async with opened_session(request) as session:
        api_client = await api_client_called(session, wanted)
        report = await try_refusals(session.opened, api_client, session.clock(), here=here)
    return _report([report], form, output)


def _report(reports: Sequence[Report], form: str, output: Path | None) -> int:
    from tui.session.scenarios.report import exit_code
    from tui.session.scenarios.reports import FORMATS

    text = FORMATS[form](reports)
    if output is None:
        write(text)
    else:
        if not put_in(output, lambda: output.write_text(text, encoding="utf-8")):
            return Exit.USAGE
        for each in reports:
            say(f"{each.name}: {each.summary}.")
    for each in reports:
        if each.problem:
            say(f"{each.name} could not be run to its end: {each.problem}")
    return exit_code(reports)
