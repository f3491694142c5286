"""What an API client says, in words: who may use it, how they get in, for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tui.access.advice import Advice, Severity
from tui.access.facts import AssignmentFacts, PartyKind, SecretFacts, User
from tui.access.grants import grant_offers
from tui.access.parties import FLAG_OF_KIND
from tui.tokens.durations import format_minutes
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient

LABEL = 17
"""Cells of the left column."""


def _line(label: str, *parts: Content | str) -> Content:
    head = Content.styled(f"{label:<{LABEL}}", "$text-muted")
    return Content.assemble(head, *parts)


def _more(*parts: Content | str) -> Content:
    return _line("", *parts)


def _box(on: bool, title: str) -> Content:
    return Content.styled(f"☑ {title}  ", "$allowed") if on else Content(f"☐ {title}  ")


def details_text(
    api_client: ApiClient,
    assignments: Sequence[AssignmentFacts] | None,
    secrets: Sequence[SecretFacts] | None,
    user: User | None,
    now: datetime,
    *,
    names: Mapping[tuple[PartyKind, str], str] | None = None,
) -> Content:
    """Return the Details tab.

    Args:
        api_client: What is shown.
        assignments: Its assignments; None while they are being read.
        secrets: Its named secrets; None while they are being read.
        user: Its default context user, if there is one and it is known.
        now: The time expiries are told against.
        names: Names of companies by kind and ID.
    """
    lines = [
        *_who(api_client, assignments, names or {}),
        Content(""),
        *_grants(api_client, secrets, user, known=secrets is not None),
        Content(""),
        *_durations(api_client),
        Content(""),
        *_roles(api_client),
        *_rest(api_client),
    ]
    return Content("\n").join(lines)


def _who(
    api_client: ApiClient,
    assignments: Sequence[AssignmentFacts] | None,
    names: Mapping[tuple[PartyKind, str], str],
) -> list[Content]:
    lines = [
        _line(
            "Who may use it",
            _box(api_client.allow_seller, "seller"),
            _box(api_client.allow_any_buyer, "any buyer"),
            _box(api_client.allow_any_supplier, "any supplier"),
        )
    ]
    if assignments is None:
        return [*lines, _more(Content.styled("reading its assignments…", "$muted"))]
    anybody = api_client.allow_seller or api_client.allow_any_buyer or api_client.allow_any_supplier
    for kind, flag in ((PartyKind.BUYER, api_client.allow_any_buyer), (PartyKind.SUPPLIER, api_client.allow_any_supplier)):
        ids = [each.buyer_id if kind is PartyKind.BUYER else each.supplier_id for each in assignments]
        assigned = [each for each in ids if each]
        if not assigned:
            continue
        count = f"{len(assigned)} {kind.value} assignment{'s' if len(assigned) != 1 else ''}"
        told = ", ".join(names.get((kind, each), each) for each in assigned[:4])
        told += f" and {len(assigned) - 4} more" if len(assigned) > 4 else ""
        if flag:
            because = f" — nullified by {FLAG_OF_KIND[kind]}"
            lines.append(_more(Content.styled(f"⊘ {count}{because}", "$nullified")))
        else:
            lines.append(_more(Content.styled(f"✓ {count}", "$allowed"), literal(f": {told}")))
    if not anybody and not assignments:
        lines.append(_more(Content.styled("Nobody: no flag is on and no company is assigned.", "$refused")))
    return lines


def _grants(
    api_client: ApiClient, secrets: Sequence[SecretFacts] | None, user: User | None, *, known: bool
) -> list[Content]:
    offers = grant_offers(api_client, secrets or (), user)
    signs = [
        Content.assemble(
            f"{offer.title} ", Content.styled("✓", "$allowed") if offer.offered else Content.styled("✗", "$refused"), "  "
        )
        for offer in offers
    ]
    lines = [_line("Grants", *signs)]
    count = len(secrets or ()) + bool(api_client.client_secret)
    if count:
        told = "1 secret: it is" if count == 1 else f"{count} secrets: one of them is"
        lines.append(_more(literal(f"{told} required on every grant")))
    elif known:
        lines.append(_more(Content("no secret: none is asked for")))
    lines.extend(
        _more(literal(f"{offer.title}: {offer.why}", "$muted")) for offer in offers if not offer.offered
    )
    name = api_client.default_context_user_name
    if name:
        who = "" if user is None else f", {user.party.kind.value} {user.party.label}"
        state = "" if user is None or user.active else " (inactive)"
        lines.append(_line("Context user", literal(name, "bold"), literal(f"{who}{state}")))
    if api_client.is_anon_buyer:
        lines.append(_more(Content("guests get a temporary copy of this user, and one orderid")))
    return lines


def _durations(api_client: ApiClient) -> list[Content]:
    access, refresh = api_client.access_token_duration, api_client.refresh_token_duration
    told = f"access {format_minutes(access)}   refresh {format_minutes(refresh) if refresh else 'none'}"
    if api_client.is_anon_buyer and api_client.anonymous_token_duration:
        told += f"   guests {format_minutes(api_client.anonymous_token_duration)}"
    lines = [_line("Token durations", told)]
    if refresh:
        lines.append(_more(f"signed in again after {format_minutes(max(access, refresh))} at the latest"))
    else:
        lines.append(_more(f"signed in again every {format_minutes(access)}"))
    return lines


def _roles(api_client: ApiClient) -> list[Content]:
    floor = (*api_client.minimum_required_roles, *api_client.minimum_required_custom_roles)
    ceiling = (*api_client.maximum_granted_roles, *api_client.maximum_granted_custom_roles)
    return [
        _line("Role floor", literal(" ".join(floor)) if floor else Content.styled("none", "$muted")),
        _line("Role ceiling", literal(" ".join(ceiling)) if ceiling else Content.styled("none", "$muted")),
    ]


def _rest(api_client: ApiClient) -> list[Content]:
    lines = [
        _line(label, literal(name or identity or ""))
        for label, identity, name in (
            (
                "Checkout event",
                api_client.order_checkout_integration_event_id,
                api_client.order_checkout_integration_event_name,
            ),
            ("Return event", api_client.order_return_integration_event_id, api_client.order_return_integration_event_name),
            ("Cart event", api_client.add_to_cart_integration_event_id, api_client.add_to_cart_integration_event_name),
        )
        if identity
    ]
    note = api_client.xp.get("note") if isinstance(api_client.xp, Mapping) else None
    if isinstance(note, str):
        lines.append(_line("xp.note", literal(note, lines=True)))
    return [*lines, _line("ID", literal(api_client.id, "$muted"))]


_SIGNS = {
    Severity.ERROR: ("✗", "$refused"),
    Severity.WARNING: ("▲", "$warning"),
    Severity.INFO: ("·", "$text-muted"),
}


def advice_text(advice: Sequence[Advice]) -> Content:
    """Return the Advice tab."""
    if not advice:
        return Content.styled("Nothing to advise: nothing here contradicts itself.", "$allowed")
    parts: list[Content] = []
    for each in advice:
        sign, style = _SIGNS[each.severity]
        parts.append(Content.assemble(Content.styled(f"{sign} ", style), literal(each.title, "bold")))
        parts.append(literal(f"  {each.reason}"))
        if each.fix:
            fix = ", ".join(f"{name} → {value}" for name, value in each.fix.items())
            parts.append(literal(f"  Mend: {fix}", "$text-muted"))
        parts.append(literal(f"  {each.id} · {', '.join(each.fields)}", "$muted"))
        parts.append(Content(""))
    return Content("\n").join(parts)

