"""The commands that only the embedded sandbox can carry out: its clock and its outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.app import App

from tui.panes.life_commands import LifeCommands

if TYPE_CHECKING:
    from tui.session.session import Session

ELSEWHERE: Mapping[str, str] = {
    "app.clock": "Only the embedded sandbox's clock can be changed: this marketplace keeps its own time.",
    "app.outbox": "Only the embedded sandbox keeps its mail to be read: this marketplace sends it.",
}
"""By command, what is so in every other marketplace."""


class SandboxCommands(LifeCommands):
    """An app's part that carries them out."""

    session: Session

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        elsewhere = ELSEWHERE.get(command)
        return super().why_not(command) if elsewhere is None else self.session.why_not_sandbox(elsewhere)

    async def do_clock(self) -> None:
        """Change the embedded sandbox's time."""
        from tui.panes.answer_moments import OnScreen
        from tui.panes.sandbox_clock import SandboxClock

        clock = await self.session.sandbox_clock()
        if isinstance(self, App):
            self.push_screen(SandboxClock(self.session, clock, OnScreen.of(self)))

    async def do_outbox(self) -> None:
        """Read the embedded sandbox's mail."""
        from tui.panes.outbox import Outbox

        messages = await self.session.outbox()
        if isinstance(self, App):
            self.push_screen(Outbox(self.session, messages))
