"""The drafts of a sitting side by side: how much each changes, and for how many users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.access.what_if import Draft, Edit, Outlook
from tui.widgets.framed import Framed
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft with what it would do."""

    draft: Draft
    outlook: Outlook


class DraftsScreen(Framed[str | None]):
    """Drafts to compare; the answer is the name of the one to go on with, None when the person leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Leave", show=False)]
    DEFAULT_CSS = """
    DraftsScreen > Vertical { width: 76; max-width: 96%; height: 22; max-height: 90%; }
    DraftsScreen RowList { height: 1fr; }
    DraftsScreen VerticalScroll { height: 1fr; margin-top: 1; }
    """

    def __init__(self, rows: Sequence[DraftRow], current: str) -> None:
        super().__init__()
        self._rows = tuple(rows)
        self._current = current

    def compose(self) -> ComposeResult:
        """Lay the drafts out above the changes of the one under the cursor."""
        with Vertical() as box:
            box.border_title = Content("Drafts")
            box.border_subtitle = Content("enter goes on with it · esc leaves")
            yield RowList[DraftRow](
                (
                    Column("Draft", lambda row: row.draft.name, grow=True, most=30),
                    Column("Changes", lambda row: f"{len(row.draft.edits):,}", width=7, right=True),
                    Column(
                        "Users gain", lambda row: _number(row.outlook.users.gaining, "$allowed"), width=10, right=True
                    ),
                    Column(
                        "Users lose", lambda row: _number(row.outlook.users.losing, "$refused"), width=10, right=True
                    ),
                    Column("Programs", lambda row: _number(len(row.outlook.programs), ""), width=8, right=True),
                ),
                key=lambda row: row.draft.name,
            )
            with VerticalScroll(can_focus=False):
                yield Static(id="only-here")

    def on_mount(self) -> None:
        """Start on the draft that is worked on."""
        rows = self.query_one(RowList)
        rows.rows = self._rows
        rows.move_to(self._current)
        rows.focus()

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Tell the changes of a draft, those that no other draft makes first."""
        message.stop()
        if isinstance(message.row, DraftRow):
            self.query_one("#only-here", Static).update(self._changes(message.row.draft))

    def _changes(self, draft: Draft) -> Content:
        others = {
            (each.key, each.after) for row in self._rows if row.draft.name != draft.name for each in row.draft.edits
        }
        only = [each for each in draft.edits if (each.key, each.after) not in others]
        shared = [each for each in draft.edits if (each.key, each.after) in others]
        lines = [Content.styled("In this draft alone" if others else "Changes", "$muted"), *map(edit_line, only)]
        if not only:
            lines = []
        if shared:
            lines += [Content.styled("In others as well", "$muted"), *map(edit_line, shared)]
        return Content("\n").join(lines)

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Answer."""
        message.stop()
        if isinstance(message.row, DraftRow):
            self.dismiss(message.row.draft.name)


def edit_line(edit: Edit) -> Content:
    """Return a change in one line."""
    return Content.assemble(sign_of(edit), " ", literal(f"{edit.label}: {edit.what}"))


def sign_of(edit: Edit) -> Content:
    """Return the sign of a change, in its colour."""
    return Content.styled(edit.sign, {"+": "$allowed", "-": "$refused"}.get(edit.sign, "$accent"))


def _number(number: int, colour: str) -> Content:
    return Content.styled(f"{number:,}", colour if number else "$muted")
