"""What is under way and takes its time: how far it is, and a key that stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.widgets.framed import Framed
from tui.widgets.plain import literal, plain


class UnderWay(Framed[None]):
    """Stands there until whoever does the work dismisses it.

    Args:
        title: What is done.
        stop: Called once when the person wants it to stop; what is sent already is waited for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stop", "Stop", show=False)]
    DEFAULT_CSS = """
    UnderWay > Vertical { width: 60; max-width: 96%; height: auto; padding: 1 1; }
    UnderWay Static { height: auto; }
    """

    def __init__(self, title: str, stop: Callable[[], None]) -> None:
        super().__init__()
        self._heading = plain(title)
        self._stop: Callable[[], None] | None = stop

    def compose(self) -> ComposeResult:
        """Lay out the one line there is."""
        with Vertical() as box:
            box.border_title = Content(self._heading)
            box.border_subtitle = Content("esc stops")
            yield Static("…", markup=False)

    def tell(self, words: str) -> None:
        """Say how far it is."""
        if self.is_mounted and self._stop is not None:
            self.query_one(Static).update(literal(words))

    def action_stop(self) -> None:
        """Have it stopped."""
        if self._stop is not None:
            self._stop()
            self._stop = None
            self.query_one(Static).update("Stopping…")
