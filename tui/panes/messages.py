"""What panes tell the app; the app routes each to whom it concerns. Names are of the domain, not of widgets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.session.result import Result


class TestRequested(Message):
    """Somebody wants to try a grant with this API client."""

    __test__ = False  # a message, whatever its name makes a test runner think

    def __init__(self, api_client_id: str) -> None:
        super().__init__()
        self.api_client_id = api_client_id


class OpenRequested(Message):
    """Somebody wants to see this API client in Clients, on the tab named."""

    def __init__(self, api_client_id: str, tab: str = "details") -> None:
        super().__init__()
        self.api_client_id = api_client_id
        self.tab = tab


class ConnectRequested(Message):
    """Somebody wants the console to connect once more, as it did when it started."""


class AttemptMade(Message):
    """Somebody wants to see an attempt that was made outside of Tokens. It holds credentials: it is not shown."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result

    def __rich_repr__(self) -> Iterator[str]:
        """Leave the credentials out of logs."""
        yield self.result.app_name


class TokenGiven(Message):
    """Somebody wants to read an access token, from the source named. The token is a credential: it is not shown."""

    def __init__(self, compact: str, source: str) -> None:
        super().__init__()
        self.compact = compact
        self.source = source

    def __rich_repr__(self) -> Iterator[str]:
        """Leave the token out of logs."""
        yield self.source


class TimeChanged(Message):
    """The embedded sandbox's clock was changed; whatever depends on the time is old."""


class MarketplaceChanged(Message):
    """An API client, assignment or secret was changed through ocgate, or advice silenced; other pictures are old."""


class LifeMoved(Message):
    """A view of the lives of tokens has drawn something new: other keys may work now."""
