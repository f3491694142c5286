"""A dialog with a field to type in and a list below it: the keys that move the list work while one types."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ScreenResultType

from tui.widgets.framed import Veiled
from tui.widgets.row_list import RowList


class TypedList(Veiled[ScreenResultType]):
    """What such dialogs have in common; the list itself never has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave", show=False),
        Binding("up,ctrl+p", "move(-1)", "Up", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", "Down", show=False, priority=True),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    TypedList > Vertical { width: 72; max-width: 96%; height: 22; max-height: 90%; }
    TypedList Input { margin-bottom: 1; }
    """

    def action_move(self, by: int) -> None:
        """Move the cursor of the list."""
        self.query_one(RowList).action_move(by)
