"""A dialog in a frame above the screen, which shines through around it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, ScreenResultType


class Above(ModalScreen[ScreenResultType]):
    """What stands above the modes. Only these can be left for good: one may hold what would be lost."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "app.help_quit", "Leave", show=False)]


class Framed(Above[ScreenResultType]):
    """What dialogs look like: one box in the middle, with a frame. Each says itself how large its box is."""

    DEFAULT_CSS = """
    Framed { align: center middle; background: $background 30%; }
    Framed > Vertical, Framed > VerticalScroll {
        padding: 0 1;
        background: $surface; border: round $accent; border-title-color: $accent; border-subtitle-color: $text-muted;
    }
    """

    def action_scroll(self, by: int) -> None:
        """Scroll what there is to read by some lines, in a dialog that has keys for it."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


class Veiled(Framed[ScreenResultType]):
    """A dialog that has nothing to do with what stands around it: that is hardly seen."""

    DEFAULT_CSS = """
    Veiled { background: $background 60%; }
    """
