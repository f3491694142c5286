"""Which errors a person can meet in the course of work, as against faults of our own."""

from __future__ import annotations

from tui.session.journal import CannotUndo


def is_expected(error: BaseException) -> bool:
    """Return whether an error is a server's, a network's or a person's doing: something to say, not to crash on."""
    from tui.ordercloud.errors import OrderCloudError

    return isinstance(error, OrderCloudError | CannotUndo)
