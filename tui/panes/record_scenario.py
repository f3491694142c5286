"""Recording a scenario from the attempts of a sitting: a name for it, a file for it, and what is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.panes.file_commands import ask_where, write_to
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from tui.panes.mode import ModePane
    from tui.session.attempts import Result


def why_not_record(results: Sequence[Result]) -> str | None:
    """Say why no scenario can be made of attempts; None when one can."""
    return None if any(each.record is not None for each in results) else "Nothing was tried in this sitting."


async def record_scenario(pane: ModePane, results: Sequence[Result]) -> None:
    """Ask for a file, and write the attempts as a scenario, with what came of each as what is expected."""
    from tui.session.scenarios.from_history import record
    from tui.session.scenarios.toml import to_toml

    opened = pane.session.opened
    records = [each.record for each in results if each.record is not None]
    told = (
        f"The {len(records)} attempts of this sitting, with what came of each as what is expected, and the facts they "
        "rest on. Passwords and secrets are not in it; `ocgate run FILE` makes its own."
    )
    first = f"{opened.marketplace.seller.id or 'scenario'}-attempts.toml"
    file = await ask_where(pane.app, "Record a scenario", first, told, "Record")
    if file is None:
        return
    made = await record(opened, records, file.stem)
    if not await write_to(pane.app, file, lambda: file.write_text(to_toml(made.scenario), "utf-8")):
        return
    steps = f"{len(made.scenario.steps)} steps were written to {file}; `ocgate run` runs them."
    pane.tell(plain(" ".join([steps, *made.left_out])))
