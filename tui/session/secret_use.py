"""When an API client's secrets were used last, where somebody knows it: the embedded sandbox keeps a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui.sandbox import Sandbox

LEGACY = ""
"""The key of the secret that is a member of the API client itself; the others' are their IDs."""


@dataclass(frozen=True, slots=True)
class Use:
    """How a secret was used: how often, how many of these requests were refused, when last and by whom."""

    requests: int
    refusals: int
    last: datetime
    user: str | None = None


@dataclass(frozen=True, slots=True)
class SecretUses:
    """What is known of an API client's secrets since a moment. A secret that is not there was not used since then."""

    since: datetime
    by_secret: Mapping[str, Use]

    def of(self, secret_id: str | None) -> Use | None:
        """Return the use of a named secret, or of the legacy one (None)."""
        return self.by_secret.get(secret_id or LEGACY)


class UseLog(Protocol):
    """Whoever knows when secrets were used. No OrderCloud marketplace tells it."""

    def uses(self, api_client_id: str) -> SecretUses:
        """Return what is known of an API client's secrets."""


class SandboxLog:
    """The embedded sandbox's log, kept from the first use of its controls on."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Begin the log, unless it is kept already."""
        self._control = sandbox.control

    def uses(self, api_client_id: str) -> SecretUses:
        """Return what was counted, and who used each secret last as far as the last requests are kept."""
        from tui.sandbox.control.log import Filter
        from tui.sandbox.remarks import LEGACY as LOGGED_LEGACY

        log, wanted = self._control.log, api_client_id.lower()
        found: dict[str, Use] = {}
        for (client, secret), count in log.secrets.items():
            if client.lower() == wanted and count.last_used is not None:
                last = log.entries(Filter(api_client=client, secret=secret), limit=1)
                user = last[-1].user if last else None
                key = LEGACY if secret == LOGGED_LEGACY else secret
                found[key] = Use(count.requests, count.refusals, count.last_used, user)
        return SecretUses(self._control.since, found)
