"""The panes of the modes, each imported when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.panes.mode import ModePane
    from tui.session.session import Session


def make_pane(name: str, session: Session) -> ModePane:
    """Make the pane of a mode by its name; Clients is there from the start."""
    if name == "access":
        from tui.panes.access import AccessPane

        return AccessPane(session, id=name)
    if name == "tokens":
        from tui.panes.tokens import TokensPane

        return TokensPane(session, id=name)
    if name == "traffic":
        from tui.panes.traffic import TrafficPane

        return TrafficPane(session, id=name)
    from tui.panes.learn import LearnPane

    return LearnPane(session, id=name)
