"""What the list of API clients knows: the marketplace's own answer, or until it comes, what was seen last time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.session.session import Phase, Session
from tui.tokens.durations import format_remaining

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.client_row import ClientRow
    from tui.session.last_seen import Seen


class ClientRows:
    """The rows of the list. `loading` and `loaded` tell how far the marketplace's answer is."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.loading = False
        self.loaded = False
        self._seen: Seen | None = None
        self._made: dict[str, tuple[ApiClient, ClientRow]] = {}

    def begin(self) -> None:
        """Begin anew with what was seen last time, unless the marketplace turned the console away since."""
        self.loaded = False
        self._made.clear()
        last_seen = None if self._session.phase is Phase.SIGN_IN_NEEDED else self._session.last_seen
        self._seen = None if last_seen is None else last_seen.read()

    def known(self) -> tuple[Sequence[ClientRow], str]:
        """Return the rows there are now, and how old they are when they are not the marketplace's own answer."""
        session = self._session
        api_clients = session.marketplace.api_clients if session.ready else {}
        if api_clients or self.loaded or self._seen is None:
            return [self._row_of(each) for each in api_clients.values()], " …" if self.loading else ""
        age = format_remaining(min(self._seen.at - session.clock(), timedelta(0))).removeprefix("expired ")
        return self._seen.rows, f" · seen {age}"

    async def keep(self) -> None:
        """Keep the list for the next start; the file is written on a thread."""
        last_seen = self._session.last_seen
        if self.loaded and last_seen is not None:
            await asyncio.to_thread(last_seen.write, self._session.clock(), self.known()[0])

    def _row_of(self, api_client: ApiClient) -> ClientRow:
        """Return the row of an API client, made once."""
        from tui.session.client_row import ClientRow

        made = self._made.get(api_client.id)
        if made is None or made[0] is not api_client:
            made = self._made[api_client.id] = (api_client, ClientRow.of(api_client))
        return made[1]
