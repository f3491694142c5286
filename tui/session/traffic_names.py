"""What the API clients and secrets in traffic are called: as known, and the others asked for once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui.session.traffic_filter import Names
from tui.session.traffic_requests import LEGACY, SENT

if TYPE_CHECKING:
    from tui.session.session import Session

_AT_ONCE = 50
_LONGEST = 64
"""Characters of the longest ID that is asked for: what a file calls a client may be anything."""


class TrafficNames:
    """Names of the marketplace that is open. Each API client is asked for at most once, all in one request."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: set[str] = set()
        self._secrets: dict[str, str] = {}
        self._version = -1
        self._clients: dict[str, str] = {}

    def forget(self) -> None:
        """Forget what was asked: it is another marketplace."""
        self._asked.clear()
        self._secrets.clear()
        self._clients.clear()
        self._version = -1

    def known(self) -> Names:
        """Return the names that are known."""
        if self._session.ready:
            marketplace = self._session.marketplace
            if marketplace.api_clients_version != self._version:
                self._version = marketplace.api_clients_version
                self._clients = {each.casefold(): found.app_name for each, found in marketplace.api_clients.items()}
        return Names(self._clients, self._secrets)

    def misses(self, wanted: Iterable[tuple[str, str]], *, secrets: bool) -> bool:
        """Tell whether names of API clients, or of their secrets, can still be asked for."""
        return self._session.ready and any(self._missing(wanted, secrets=secrets))

    def _missing(self, wanted: Iterable[tuple[str, str]], *, secrets: bool) -> tuple[set[str], set[str]]:
        known, pairs = self.known(), [*wanted]
        clients = {cid for cid, _ in pairs if cid and cid not in known.clients and _can_be_asked(cid)}
        if not secrets:
            return clients - self._asked, set()
        owners = {cid for cid, secret in pairs if secret not in ("", SENT, LEGACY) and secret not in known.secrets}
        return clients - self._asked, {each for each in owners if f"secrets of {each}" not in self._asked}

    async def read(self, wanted: Iterable[tuple[str, str]], *, secrets: bool) -> bool:
        """Ask for the names that are missing; return whether some were found. One that is refused is not told."""
        from tui.ordercloud import ListQuery
        from tui.ordercloud.errors import OrderCloudError

        clients, owners = self._missing(wanted, secrets=secrets)
        self._asked |= clients | {f"secrets of {each}" for each in owners}
        marketplace, before = self._session.marketplace, self.known()
        found = False
        try:
            if clients:
                some = sorted(clients)[:_AT_ONCE]
                await marketplace.api_client_page(ListQuery(filters={"ID": "|".join(some)}, page_size=100))
                found = self.known().clients != before.clients
            for each in owners:
                for secret in await marketplace.secrets(each):
                    self._secrets[secret.id] = secret.name
                    found = True
        except OrderCloudError:
            return found
        return found


def _can_be_asked(cid: str) -> bool:
    return len(cid) <= _LONGEST and cid.replace("-", "").isalnum()
