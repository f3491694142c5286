"""What an API client says, in words: who may use it, how they get in, for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tui.access.facts import AssignmentFacts, PartyKind, SecretFacts, User
from tui.access.grants import lets_somebody_in, offers
from tui.access.parties import FLAG_OF_KIND
from tui.access.summary import who_in_words
from tui.access.words import count
from tui.tokens.durations import format_minutes
from tui.widgets.fact_sheet import GAP, Fact
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient


def _box(on: bool, title: str) -> Content:
    return Content.styled(f"☑ {title}  ", "$allowed") if on else Content(f"☐ {title}  ")


def details_facts(
    api_client: ApiClient,
    assignments: Sequence[AssignmentFacts] | None,
    secrets: Sequence[SecretFacts] | None,
    user: User | None,
    now: datetime,
    *,
    names: Mapping[tuple[PartyKind, str], str] | None = None,
) -> tuple[Fact, ...]:
    """Return the Details tab.

    Args:
        api_client: What is shown.
        assignments: Its assignments; None while they are being read.
        secrets: Its named secrets; None while they are being read.
        user: Its default context user, if there is one and it is known.
        now: The time expiries are told against.
        names: Names of companies by kind and ID.
    """
    return (
        *_who(api_client, assignments, names or {}),
        GAP,
        *_grants(api_client, assignments, secrets, user),
        GAP,
        *_durations(api_client),
        GAP,
        *_roles(api_client),
        *_rest(api_client),
    )


def _who(
    api_client: ApiClient,
    assignments: Sequence[AssignmentFacts] | None,
    names: Mapping[tuple[PartyKind, str], str],
) -> list[Fact]:
    boxes = Content.assemble(
        _box(api_client.allow_seller, "seller"),
        _box(api_client.allow_any_buyer, "any buyer"),
        _box(api_client.allow_any_supplier, "any supplier"),
    )
    facts = [Fact("Who may use it", boxes)]
    if assignments is None:
        return [*facts, Fact("", Content.styled("reading its assignments…", "$muted"))]
    for kind, flag in (
        (PartyKind.BUYER, api_client.allow_any_buyer),
        (PartyKind.SUPPLIER, api_client.allow_any_supplier),
    ):
        ids = [each.buyer_id if kind is PartyKind.BUYER else each.supplier_id for each in assignments]
        assigned = [names.get((kind, each), each) for each in ids if each]
        if not assigned:
            continue
        counted = count(len(assigned), f"{kind.value} assignment")
        if flag:
            told = Content.styled(f"⊘ {counted} — nullified by {FLAG_OF_KIND[kind]}", "$nullified")
        else:
            more = f" and {len(assigned) - 4} more" if len(assigned) > 4 else ""
            told = Content.assemble(
                Content.styled(f"✓ {counted}", "$allowed"), literal(f": {', '.join(assigned[:4])}{more}")
            )
        facts.append(Fact("", told))
    if not lets_somebody_in(api_client, assignments):
        facts.append(Fact("", literal(who_in_words(api_client, assignments), "$refused")))
    return facts


def _grants(
    api_client: ApiClient,
    assignments: Sequence[AssignmentFacts] | None,
    secrets: Sequence[SecretFacts] | None,
    user: User | None,
) -> list[Fact]:
    facts: list[Fact] = []
    for number, offer in enumerate(offers(api_client, secrets or (), assignments, user)):
        sign = Content.styled("✓ ", "$allowed") if offer.can else Content.styled("✗ ", "$refused")
        told = Content.assemble(sign, f"{offer.kind.value}: ", literal(offer.why, "$muted" if not offer.can else ""))
        facts.append(Fact("Grants" if number == 0 else "", told))
    secret_count = len(secrets or ()) + bool(api_client.client_secret)
    if secret_count:
        told = literal(f"{count(secret_count, 'client secret')}: one is required on every grant")
        facts.append(Fact("Secrets", told))
    elif secrets is not None:
        facts.append(Fact("Secrets", Content("none: no grant asks for one")))
    name = api_client.default_context_user_name
    if name:
        party = "" if user is None else f", {user.party.kind.value} {user.party.label}"
        state = "" if user is None or user.active else " (inactive)"
        facts.append(Fact("Context user", Content.assemble(literal(name, "bold"), literal(f"{party}{state}"))))
    return facts


def _durations(api_client: ApiClient) -> list[Fact]:
    access, refresh = api_client.access_token_duration, api_client.refresh_token_duration
    told = f"access {format_minutes(access)}   refresh {format_minutes(refresh) if refresh else 'none'}"
    if api_client.is_anon_buyer and api_client.anonymous_token_duration:
        told += f"   guests {format_minutes(api_client.anonymous_token_duration)}"
    facts = [Fact("Token durations", Content(told))]
    if refresh:
        facts.append(Fact("", Content(f"sign in again after {format_minutes(max(access, refresh))} at the latest")))
    else:
        facts.append(Fact("", Content(f"sign in again every {format_minutes(access)}")))
    return facts


def _roles(api_client: ApiClient) -> list[Fact]:
    floor = (*api_client.minimum_required_roles, *api_client.minimum_required_custom_roles)
    ceiling = (*api_client.maximum_granted_roles, *api_client.maximum_granted_custom_roles)
    return [
        Fact("Role floor", literal(" ".join(floor)) if floor else Content.styled("none", "$muted")),
        Fact("Role ceiling", literal(" ".join(ceiling)) if ceiling else Content.styled("none", "$muted")),
    ]


def _rest(api_client: ApiClient) -> list[Fact]:
    facts = [
        Fact(label, literal(name or identity or ""))
        for label, identity, name in (
            (
                "Checkout event",
                api_client.order_checkout_integration_event_id,
                api_client.order_checkout_integration_event_name,
            ),
            (
                "Return event",
                api_client.order_return_integration_event_id,
                api_client.order_return_integration_event_name,
            ),
            ("Cart event", api_client.add_to_cart_integration_event_id, api_client.add_to_cart_integration_event_name),
        )
        if identity
    ]
    note = api_client.xp.get("note") if isinstance(api_client.xp, Mapping) else None
    if isinstance(note, str):
        facts.append(Fact("xp.note", literal(note, lines=True)))
    return [*facts, Fact("ID", literal(api_client.id, "$muted"))]
