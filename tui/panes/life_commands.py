"""The commands about the lives of tokens: run to exhaustion, when signed out, and the watch over a token's end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from tui.panes.file_commands import FileCommands

if TYPE_CHECKING:
    from tui.session.session import Session

_NO_TOKEN = "Get a token in Tokens first."  # noqa: S105 - a sentence
_OWN_TIME = "Only the embedded sandbox's clock can be moved: here, the watch follows a token as time goes."


class LifeCommands(FileCommands):
    """An app's part that carries them out."""

    session: Session

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        if command not in ("app.exhaust", "app.watch"):
            return super().why_not(command)
        from tui.panes.answer_moments import OnScreen

        if command == "app.exhaust" and (reason := self.session.why_not_sandbox(_OWN_TIME)) is not None:
            return reason
        assert isinstance(self, App), "the commands of everywhere are the app's"
        result = OnScreen.of(self).shown
        if result is None:
            return _NO_TOKEN
        return "The token shown does not say when it expires." if result.lifetime() is None else None

    async def do_exhaust(self) -> None:
        """Play the whole life of the sign-in shown."""
        await self._open("exhaust")

    async def do_habit(self) -> None:
        """Say when a user with a habit has to sign in again."""
        await self._open("habit")

    async def do_watch(self) -> None:
        """Watch the end of the token shown."""
        await self._open("watch")

    async def _open(self, tab: str) -> None:
        from tui.panes.answer_moments import OnScreen
        from tui.panes.life_screen import LifeScreen

        assert isinstance(self, App), "the commands of everywhere are the app's"
        clock = await self.session.sandbox_clock() if self.session.why_not_sandbox("elsewhere") is None else None
        self.push_screen(LifeScreen(self.session, clock, OnScreen.of(self).shown, tab))
