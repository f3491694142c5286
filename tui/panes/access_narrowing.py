"""The two filters of Access: words for the parties, and words for the API clients."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class Narrowing(Horizontal):
    """Two lines to type in, in sight once one of them is used."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear", show=False),
        Binding("down", "leave", "To the matrix", show=False),
        Binding("tab,shift+tab", "other", "The other", show=False),
    ]
    DEFAULT_CSS = """
    Narrowing { height: 1; display: none; margin-bottom: 1; }
    Narrowing.-shown { display: block; }
    Narrowing Static { width: auto; color: $text-muted; }
    Narrowing Input { width: 1fr; margin: 0 2 0 1; padding: 0; }
    """

    class Changed(Message):
        """Other words were typed."""

    class Left(Message):
        """The person is done typing: the keyboard goes back to the matrix."""

    def compose(self) -> ComposeResult:
        """Lay the two lines out side by side."""
        yield Static("Parties")
        yield Input(id="party-words", compact=True, placeholder="name, ID or kind")
        yield Static("API clients")
        yield Input(id="client-words", compact=True, placeholder="name or ID")

    @property
    def parties(self) -> str:
        """The words for the parties."""
        return self.query_one("#party-words", Input).value

    @property
    def api_clients(self) -> str:
        """The words for the API clients."""
        return self.query_one("#client-words", Input).value

    @property
    def narrows(self) -> bool:
        """Whether anything is typed."""
        return bool(self.parties.strip() or self.api_clients.strip())

    def ask(self, which: str) -> None:
        """Show the lines, and let the person type in the one of this ID."""
        self.add_class("-shown")
        self.query_one(f"#{which}", Input).focus()

    def clear(self) -> None:
        """Show everything again."""
        for each in self.query(Input):
            each.value = ""
        self.remove_class("-shown")

    def action_clear(self) -> None:
        """Clear the line that is typed in, and go back."""
        if isinstance(typed := self.screen.focused, Input):
            typed.value = ""
        self._leave()

    def action_leave(self) -> None:
        """Go back, with what was typed."""
        self._leave()

    def action_other(self) -> None:
        """Go to the other line."""
        other = "#client-words" if self.query_one("#party-words").has_focus else "#party-words"
        self.query_one(other, Input).focus()

    def _leave(self) -> None:
        self.set_class(self.narrows, "-shown")
        self.post_message(self.Left())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._leave()
