"""The app's commands that need no mode of their own: the journal, kept drafts, and those of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from tui.panes.presenting import PresentingCommands
from tui.widgets.background import start

if TYPE_CHECKING:
    from tui.config.request import ConsoleRequest
    from tui.panes.messages import AttemptMade, TokenGiven
    from tui.panes.mode import ModePane


class AppCommands(PresentingCommands):
    """An app's part that carries them out."""

    request: ConsoleRequest

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        if command not in ("app.journal", "app.drafts"):
            return super().why_not(command)
        if not self.session.ready:
            return "There is no marketplace yet."
        if command == "app.drafts":
            drafts = self.session.drafts
            if drafts is None:
                return "Drafts in a marketplace in memory end with it."
            if not drafts.offered:
                return "No draft was kept."
            if isinstance(self, App) and self.query("ApiClientForm"):
                return "A form is open: save or leave it first."
        return None

    async def show_mode(self, name: str) -> ModePane:
        """Show a mode; the app does."""
        raise NotImplementedError

    async def begin_learning(self) -> bool:
        """Show Learn if the start asked for it, and play the tour that it named; return whether it did."""
        if not self.request.learn:
            return False
        from tui.panes.learn import LearnPane
        from tui.session.tours import read_tour

        pane, file = await self.show_mode("learn"), self.request.tour
        if file is not None and isinstance(pane, LearnPane):
            await pane.play(read_tour(file))
        return True

    async def do_journal(self) -> None:
        """Show every change made through ocgate."""
        from tui.panes.journal import JournalScreen

        if isinstance(self, App):
            self.push_screen(JournalScreen(self.session))

    def on_token_given(self, message: TokenGiven) -> None:
        """Read an access token that a pane has come by."""
        from tui.panes.token_reader import TokenReader
        from tui.session.own_zone import own_zone

        if isinstance(self, App):
            self.push_screen(TokenReader(self.session, own_zone(), text=message.compact, source=message.source))

    async def on_attempt_made(self, message: AttemptMade) -> None:
        """Show an attempt that a pane has made, in Tokens."""
        from tui.panes.attempt_commands import AttemptCommands

        pane = await self.show_mode("tokens")
        if isinstance(pane, AttemptCommands):
            pane.show_attempt(message.result)

    async def do_traffic_file(self) -> None:
        """Ask for a file of recorded traffic, and show it in Traffic by API client."""
        from tui.panes.traffic import TrafficPane
        from tui.panes.traffic_file import ask_for_traffic_file

        assert isinstance(self, App), "the commands of everywhere are the app's"
        if (file := await ask_for_traffic_file(self)) is not None:
            pane = await self.show_mode("traffic")
            if isinstance(pane, TrafficPane):
                pane.show_file(file)

    async def do_drafts(self) -> None:
        """Go on with what was typed and never saved."""
        from tui.panes.client_new import resume as resume_draft
        from tui.panes.clients import ClientsPane
        from tui.panes.kept_drafts import choose_draft

        if not isinstance(self, App):
            return
        app: App[int] = self

        async def resume() -> None:
            draft = await choose_draft(app, self.session)
            pane = await self.show_mode("clients") if draft is not None else None
            if draft is not None and isinstance(pane, ClientsPane):
                await resume_draft(pane, draft)

        start(app, resume, group="drafts")
