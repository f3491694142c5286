"""A card of Learn, and the small marketplace whose examples the rules answer on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.access.attempt import Attempt, Grant, PasswordEvidence
from tui.access.decision import Decision, TokenError
from tui.access.facts import Party, PartyKind, User
from tui.access.parties import who_may_use
from tui.ordercloud.models import ApiClient, ApiClientAssignment
from tui.tokens.durations import format_minutes

if TYPE_CHECKING:
    from tui.access.facts import ApiClientFacts

Fits = Callable[["ApiClientFacts"], bool]
"""Whether an API client of the marketplace shows what a card tells."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question, and what the rules answer: allowed, refused, or neither (None) where only a number is told."""

    question: str
    answer: str
    allowed: bool | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One rule. `error` is what the token endpoint answers where the rule refuses; `fits` finds an API client."""

    name: str
    chapter: str
    title: str
    text: tuple[str, ...]
    examples: tuple[Example, ...] = ()
    error: TokenError | None = None
    fits: Fits | None = None


SHOP = ApiClient(
    id="00000000-0000-4000-8000-000000000001",
    app_name="Shop",
    active=True,
    access_token_duration=600,
    allow_any_buyer=True,
)
SELLER = Party(PartyKind.SELLER, "market", "the seller")
BUYER = Party(PartyKind.BUYER, "anchor", "Anchor Boats")
OTHER_BUYER = Party(PartyKind.BUYER, "breakwater", "Breakwater")
SUPPLIER = Party(PartyKind.SUPPLIER, "gale", "Gale Sails")
ADA = User("ada", BUYER, available_roles=frozenset({"Shopper", "MeAdmin"}))
ASSIGNED = (ApiClientAssignment(api_client_id=SHOP.id, buyer_id=BUYER.id),)
PASSWORD = Attempt(Grant.PASSWORD, SHOP.id, password=PasswordEvidence.RIGHT)
PROGRAM = Attempt(Grant.CLIENT_CREDENTIALS, SHOP.id)


HELD = "held"
"""That there is a client secret; its value never matters here."""


def prose(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a text that is written here as blocks of lines."""
    return tuple(" ".join(block.split()) for block in text.strip().split("\n\n"))


def changed(**fields: object) -> ApiClient:
    """Return the API client of the examples with other values in some fields."""
    return SHOP.model_copy(update=fields)


def asked(question: str, decision: Decision) -> Example:
    """Return an attempt as an example, with the server's words and the rules' reasons."""
    words = () if decision.error is None else (f"\u201c{decision.error.description}\u201d",)
    return Example(question, " ".join((*words, *decision.reasons)), decision.allowed)


def about_party(question: str, api_client: ApiClient, party: Party, assigned: bool = False) -> Example:
    """Return whether a party may use an API client as an example; `assigned` pairs it with Anchor Boats."""
    access = who_may_use(api_client, party, ASSIGNED if assigned else ())
    return Example(question, access.reason, access.allowed)


def about_roles(question: str, decision: Decision) -> Example:
    """Return the roles of a token as an example, with those that were left out and why."""
    roles = ", ".join(decision.roles) or "none"
    gaps = "".join(f"; not {gap.role}: {gap.why}" for gap in decision.role_gaps)
    if decision.error is not None:
        return Example(question, decision.error.description, allowed=False)
    return Example(question, f"the token carries {roles}{gaps}", allowed=True)


def about_life(question: str, decision: Decision) -> Example:
    """Return the lifetimes of a token as an example."""
    if decision.lifetimes is None:
        return Example(question, "no token", allowed=False)
    refresh = decision.lifetimes.refresh_minutes
    more = f", and can be renewed for {format_minutes(refresh)}" if refresh else ", and cannot be renewed"
    return Example(question, f"the token lives {format_minutes(decision.lifetimes.access_minutes)}{more}")
