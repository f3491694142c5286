"""What was changed here and elsewhere at the same time, side by side: for each field one of the two is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.panes.client_draft import Conflict
from tui.widgets.framed import Veiled
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList

LABEL_WIDTH = 17
_KEYS = "t theirs · m mine · T M all · enter goes on · esc leaves"


class Merge(Veiled[frozenset[str] | None]):
    """Asks field by field, of `xp` member by member. The answer names what stays as it is on the server.

    None leaves all open.

    Args:
        name: The API client's name.
        conflicts: The fields that differ.
        others: Labels of fields that were changed elsewhere alone: they are taken over, and told.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave", show=False),
        Binding("t", "choose(True)", "Theirs", show=False),
        Binding("m", "choose(False)", "Mine", show=False),
        Binding("T", "choose_all(True)", "All theirs", show=False),
        Binding("M", "choose_all(False)", "All mine", show=False),
        Binding("ctrl+s", "take", "Go on", show=False, priority=True),
        Binding("J", "scroll(1)", "Down", show=False),
        Binding("K", "scroll(-1)", "Up", show=False),
    ]
    DEFAULT_CSS = """
    Merge > Vertical {
        width: 96; max-width: 98%; height: auto; max-height: 94%;
        border: round $warning; border-title-color: $warning;
    }
    Merge #why { height: auto; margin-bottom: 1; }
    Merge VerticalScroll { height: auto; max-height: 9; margin-top: 1; }
    """

    def __init__(self, name: str, conflicts: Sequence[Conflict], others: Sequence[str] = ()) -> None:
        super().__init__()
        self._name = plain(name)
        self._conflicts = tuple(conflicts)
        self._others = tuple(others)
        self._theirs: dict[str, bool] = {}

    def compose(self) -> ComposeResult:
        """Lay out the fields, and below them the one under the cursor whole."""
        columns: tuple[Column[Conflict], ...] = (
            Column("", self._sign, width=6),
            Column("Field", lambda each: literal(each.label), width=LABEL_WIDTH),
            Column("On the server now", lambda each: literal(each.theirs), width=24),
            Column("Typed here", lambda each: literal(each.mine), grow=True),
        )
        with Vertical() as box:
            box.border_title = Content(f"{self._name} was changed elsewhere meanwhile")
            box.border_subtitle = Content(_KEYS)
            taken = f" Taken over without a question: {', '.join(self._others)}." if self._others else ""
            yield Static(
                literal(f"Choose for each field whose value is to stay; nothing is sent yet.{taken}"), id="why"
            )
            rows = RowList[Conflict](columns, key=lambda each: each.name)
            rows.styles.height = min(8, len(self._conflicts)) + 1
            yield rows
            with VerticalScroll(can_focus=False):
                yield Static(id="whole")

    def _sign(self, conflict: Conflict) -> Content:
        theirs = self._theirs.get(conflict.name)
        if theirs is None:
            return Content.styled("?", "$warning")
        return Content.styled("theirs" if theirs else "mine", "$accent")

    @property
    def _list(self) -> RowList[Conflict]:
        return self.query_one(RowList)

    def on_mount(self) -> None:
        """Start at the first field."""
        self._list.rows = self._conflicts
        self._list.focus()

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Show the three values of the field under the cursor whole."""
        message.stop()
        row = message.row
        if isinstance(row, Conflict):
            values = (("it was", row.base), ("on the server", row.theirs), ("typed here", row.mine))
            lines = [Content.assemble(literal(f"{label:<14}", "$muted"), literal(value)) for label, value in values]
            if len(row.label) > LABEL_WIDTH:
                lines.insert(0, literal(row.label, "bold"))
            self.query_one("#whole", Static).update(Content("\n").join(lines))
            self.query_one(VerticalScroll).scroll_home(animate=False)
            self.call_after_refresh(self._fit)

    def on_resize(self) -> None:
        """Say how the rest is read where there is not room for all."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        more = self.query_one(VerticalScroll).max_scroll_y > 0
        self.query_one(Vertical).border_subtitle = Content(f"J K scroll · {_KEYS}" if more else _KEYS)

    def action_choose(self, theirs: bool) -> None:
        """Choose for the field under the cursor, and go to the next."""
        row = self._list.row
        if row is not None:
            self._theirs[row.name] = theirs
            self._list.action_move(1)
            self._list.refresh()

    def action_choose_all(self, theirs: bool) -> None:
        """Choose for every field."""
        self._theirs = dict.fromkeys((each.name for each in self._conflicts), theirs)
        self._list.refresh()

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Enter goes on."""
        message.stop()
        self.action_take()

    def action_take(self) -> None:
        """Answer, once there is a choice for every field."""
        left = next((each for each in self._conflicts if each.name not in self._theirs), None)
        if left is not None:
            self._list.move_to(left.name)
            self.app.notify(f"Choose for {plain(left.label)} first: t theirs, m mine.", markup=False, timeout=4)
            return
        self.dismiss(frozenset(name for name, theirs in self._theirs.items() if theirs))
