"""What is remarked on a request while it is answered, for whoever keeps a log. Nothing here is a secret's value."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from tui.access.decision import Check, Decision
from tui.sandbox.facts import KnownClient, KnownUser, match_secret
from tui.tokens.token import Claims

LEGACY = "legacy"
"""What the log calls the secret that is a member of the API client itself."""

DROP = "ocgate.drop"
"""The scope's extension that breaks the connection off; a server puts it there. In process there is none."""

_MEMBER = "ocgate.remark"
_BEFORE_THE_GRANT = frozenset({Check.FORM_ENCODED, Check.GRANT_TYPE_PRESENT, Check.GRANT_TYPE_SUPPORTED})


@dataclass(slots=True)
class Remark:
    """Who asked and what was decided, by names that the marketplace knows: what it does not know may be a secret."""

    api_client: str | None = None
    user: str | None = None
    secret: str | None = None
    grant: str | None = None
    check: int | None = None
    code: str | None = None

    def of_caller(self, claims: Claims) -> None:
        """Remark the owner of an access token that was verified."""
        self.api_client, self.user = claims.cid, claims.usr

    def of_attempt(
        self,
        client: KnownClient | None,
        user: KnownUser | None,
        form: Mapping[str, str],
        decision: Decision,
    ) -> None:
        """Remark an attempt to get a token; the last one told counts."""
        self.api_client = None if client is None else client.facts.id.lower()
        self.user = None if user is None else user.facts.username
        self.secret = None if client is None else _secret_used(client, form.get("client_secret"))
        self.grant = form.get("grant_type") if decision.check not in _BEFORE_THE_GRANT else None
        self.check = None if decision.check is None else int(decision.check)
        self.code = None if decision.error is None else decision.error.code


def remark_in(scope: MutableMapping[str, Any]) -> Remark:
    """Give the remark of a request, by its ASGI scope."""
    remark = scope.setdefault(_MEMBER, Remark())
    assert isinstance(remark, Remark)
    return remark


def _secret_used(client: KnownClient, given: str | None) -> str | None:
    """Name the secret that was sent: its ID, or `legacy`; None when none was, or a wrong one."""
    if not given:
        return None
    match = match_secret(client, given)
    if match.named is not None:
        return match.named.id
    return LEGACY if match.legacy else None
