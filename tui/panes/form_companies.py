"""The line of the form that says which buyers and suppliers are assigned, and would be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.access.facts import Party, PartyKind
from tui.access.words import count, list_some
from tui.panes.client_field import LABEL
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from textual.binding import BindingType

HINT = "Buyers and suppliers with an assignment: enter picks them"


class CompaniesLine(Widget, can_focus=True):
    """Shows them; enter asks for others. `before` is None while they are not read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "pick", "Pick", show=False),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]
    DEFAULT_CSS = """
    CompaniesLine { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    class PickAsked(Message):
        """Somebody wants to pick them."""

    def __init__(self, before: Iterable[Party] | None) -> None:
        super().__init__()
        self.before: tuple[Party, ...] | None = None
        self.now: tuple[Party, ...] = ()
        if before is not None:
            self.learn(before)

    def learn(self, before: Iterable[Party]) -> None:
        """Take in what is assigned by now; what was chosen stays."""
        kept = self.changes
        self.before = tuple(before)
        ids = {(each.kind, each.id) for each in self.before}
        removed = {(each.kind, each.id) for each in kept[1]}
        added = [each for each in kept[0] if (each.kind, each.id) not in ids]
        self.now = (*(each for each in self.before if (each.kind, each.id) not in removed), *added)
        self.refresh()

    def choose(self, parties: Iterable[Party]) -> None:
        """Take what was picked."""
        self.now = tuple(parties)
        self.refresh()

    def revert(self) -> None:
        """Put back what is saved."""
        self.choose(self.before or ())

    @property
    def changes(self) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
        """The companies to assign, and those to unassign."""
        before = {(each.kind, each.id): each for each in self.before or ()}
        now = {(each.kind, each.id): each for each in self.now}
        return (
            tuple(party for key, party in now.items() if key not in before),
            tuple(party for key, party in before.items() if key not in now),
        )

    @property
    def changed(self) -> bool:
        """Whether something would be assigned or unassigned."""
        return any(self.changes)

    def told(self) -> list[tuple[str, str, str]]:
        """Return (label, before, after) of what would be changed, in words."""
        added, removed = self.changes
        lines = [("Assigned", "", f"also {list_some([each.label for each in added])}")] if added else []
        return lines + ([("Assigned", "", f"no more {list_some([each.label for each in removed])}")] if removed else [])

    def render(self) -> Content:
        """Draw label, counts, and what would change."""
        style = "bold $accent" if self.changed else "$muted"
        label = Content.styled(f"{'Assigned':<{LABEL}} ", style)
        if self.before is None:
            return Content.assemble(label, Content.styled("reading…", "$muted"))
        buyers = sum(each.kind is PartyKind.BUYER for each in self.now)
        told = f"{count(buyers, 'buyer')}, {count(len(self.now) - buyers, 'supplier')}"
        names = f" · {list_some([each.label for each in self.now])}" if self.now else ""
        focused = "reverse" if self.has_focus else ""
        return Content.assemble(label, literal(told, focused), literal(names, "$muted"))

    def action_pick(self) -> None:
        """Ask for others."""
        self.post_message(self.PickAsked())

    def on_click(self) -> None:
        """Ask for others, with the mouse."""
        self.action_pick()

    def on_focus(self) -> None:
        """Show the focus."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that it is gone."""
        self.refresh()
