"""Which grants an API client offers, each with why or why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tui.access.facts import ApiClientFacts, AssignmentFacts, PartyKind, SecretFacts, User
from tui.access.parties import Gate, who_may_use
from tui.access.words import shorten


class GrantKind(StrEnum):
    """The ways to a token as people tell them apart; on the wire, anonymous is client credentials as well."""

    PASSWORD = "password"  # noqa: S105 - the name of a grant, not a password
    REFRESH = "refresh"
    CLIENT_CREDENTIALS = "client credentials"
    ANONYMOUS = "anonymous"

    @property
    def letter(self) -> str:
        """The one letter that stands for it in a list."""
        return self.value[0].upper()


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether an API client offers a grant, and the sentence that says why. Its `Active` is another question."""

    kind: GrantKind
    can: bool
    why: str


@dataclass(frozen=True, slots=True)
class _Known:
    api_client: ApiClientFacts
    has_secret: bool
    somebody: bool
    context_user: User | None
    context_user_refused: str | None


def offers(
    api_client: ApiClientFacts,
    secrets: Sequence[SecretFacts] = (),
    assignments: Iterable[AssignmentFacts] | None = None,
    context_user: User | None = None,
) -> tuple[Offer, ...]:
    """Tell which grants an API client offers: password, refresh, client credentials, anonymous.

    What is not known may be left out: without `assignments` the API client's own counts are taken, without the
    `context_user` it is taken to exist, to be a buyer user where IsAnonBuyer needs one, and to have access.
    """
    listed = None if assignments is None else tuple(assignments)
    refused = None
    if context_user is not None and listed is not None:
        access = who_may_use(api_client, context_user.party, listed)
        refused = None if access.allowed else access.reason
    known = _Known(
        api_client,
        bool(api_client.client_secret or secrets),
        lets_somebody_in(api_client, listed),
        context_user,
        refused,
    )
    return tuple(Offer(kind, *tell(known)) for kind, tell in _OFFERS)


def grant_letters(api_client: ApiClientFacts) -> str:
    """The grants an API client offers in a few letters: `P R`, `A`; what is known of it alone decides."""
    return " ".join(offer.kind.letter for offer in offers(api_client) if offer.can)


def lets_somebody_in(api_client: ApiClientFacts, assignments: Iterable[AssignmentFacts] | None = None) -> bool:
    """Whether any party at all may use it; without the assignments, its own counts of them decide."""
    if api_client.allow_seller or api_client.allow_any_buyer or api_client.allow_any_supplier:
        return True
    if assignments is None:
        return api_client.assigned_buyer_count > 0 or api_client.assigned_supplier_count > 0
    gate = Gate.of(api_client, assignments)
    return bool(gate.buyers or gate.suppliers)


def _password(known: _Known) -> tuple[bool, str]:
    if not known.somebody:
        return False, "No party may use this API client: every flag is off, and no company is assigned."
    return True, "Users sign in with username, password and the client secret." if known.has_secret else (
        "Users sign in with username and password."
    )


def _refresh(known: _Known) -> tuple[bool, str]:
    minutes = known.api_client.refresh_token_duration
    if minutes <= 0:
        return False, "RefreshTokenDuration is 0, so no refresh tokens are issued."
    if not (_password(known)[0] or _client_credentials(known)[0]):
        return False, "No grant is offered that comes with a refresh token."
    return True, "A refresh token comes with each sign-in, and renews it without the password."


def _client_credentials(known: _Known) -> tuple[bool, str]:
    name = known.api_client.default_context_user_name
    if not name:
        return False, "DefaultContextUserName is not set, and a token must act as somebody."
    if _anonymous(known)[0]:
        return False, "IsAnonBuyer is on: the same request is anonymous shopping."
    if known.context_user_refused:
        return False, f"The default context user {shorten(name)} has no access. {known.context_user_refused}"
    if not known.somebody:
        return False, "No party may use this API client, so its default context user may not either."
    how = "with the client secret" if known.has_secret else "with the client ID alone, as there is no secret"
    return True, f"A program gets a token {how}, and acts as {shorten(name)}."


def _anonymous(known: _Known) -> tuple[bool, str]:
    api_client, user = known.api_client, known.context_user
    name = api_client.default_context_user_name
    if not api_client.is_anon_buyer:
        return False, "IsAnonBuyer is off."
    if not name:
        return False, "IsAnonBuyer is on, but DefaultContextUserName names no buyer user to copy."
    if user is not None and user.party.kind is not PartyKind.BUYER:
        return False, f"IsAnonBuyer is on, but {shorten(name)} is a {user.party.kind} user, and no buyer user."
    if known.context_user_refused:
        return False, f"The default context user {shorten(name)} has no access. {known.context_user_refused}"
    if user is None and not (api_client.allow_any_buyer or api_client.assigned_buyer_count > 0):
        return False, "IsAnonBuyer is on, but no buyer may use this API client."
    return True, f"Anybody shops as a temporary copy of {shorten(name)}, each with an order of one's own."


_OFFERS: tuple[tuple[GrantKind, Callable[[_Known], tuple[bool, str]]], ...] = (
    (GrantKind.PASSWORD, _password),
    (GrantKind.REFRESH, _refresh),
    (GrantKind.CLIENT_CREDENTIALS, _client_credentials),
    (GrantKind.ANONYMOUS, _anonymous),
)
