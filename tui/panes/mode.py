"""What the five modes have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container

from tui.commands import CommandHost

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.session.session import Session


class ModePane(CommandHost, Container):
    """One mode's pane: it owns its widgets, asks the session, and posts messages; it never calls another pane."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    ModePane { height: 1fr; layout: horizontal; }
    """

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.session = session

    async def session_changed(self) -> None:
        """The session is ready, or failed, or changed its marketplace: show that."""

    async def marketplace_changed(self) -> None:
        """Something was changed through another pane: draw anew."""

    async def time_changed(self) -> None:
        """The clock was changed: draw anew whatever depends on the time."""
        await self.marketplace_changed()

    def tell_stand_ins(self) -> None:
        """Tell the session's stand-ins what is shown here that is not from the marketplace."""

    def take_focus(self) -> None:
        """Put the focus where the keyboard is wanted first."""

    async def may_leave(self) -> bool:
        """Return whether nothing would be lost, after asking when something would."""
        return True
