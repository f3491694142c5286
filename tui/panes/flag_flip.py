"""Flipping one of the three flags of an API client, after showing whom it lets in and whom it keeps out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from tui.access.facts import PartyKind
from tui.access.parties import FLAG_OF_KIND
from tui.panes.changing import Kind, Question, change
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.ordercloud.models import ApiClient
    from tui.panes.assignment_rows import FlagRow
    from tui.session.marketplace import Marketplace
    from tui.session.session import Session

MOST_COMPANIES = 200
"""Of how many companies the users are read to say who is affected; reading those of more would take minutes."""
MOST_LINES = 6


async def flip(
    host: Widget, session: Session, api_client: ApiClient, row: FlagRow, totals: Mapping[PartyKind, int | None]
) -> None:
    """Flip a flag, after showing what it does to who gets in. `totals` are the companies there are of each kind."""
    name = FLAG_OF_KIND[row.kind]
    changes = {name: not row.on}
    marketplace = session.marketplace
    affected = await _affected(session, marketplace, api_client, changes, totals)
    told = Content.assemble(
        literal(f"{name}: {'on' if row.on else 'off'} → {'off' if row.on else 'on'}", "bold"),
        "\n\n",
        literal(flip_told(row)),
        "\n\n",
        affected,
        literal(f"\n\nPATCH /v1/apiclients/{api_client.id}", "$muted", lines=True),
    )
    await change(
        host,
        session,
        Question(Kind.FLAG, f"Change {plain(api_client.app_name)}?", told, "Change", api_client.app_name),
        lambda marketplace: marketplace.patch_api_client(api_client, changes),
        threat=lambda: marketplace.way_in.after_patch(api_client, changes),
        at=marketplace,
    )


def flip_told(row: FlagRow) -> str:
    """Say what flipping a flag does."""
    if row.kind is PartyKind.SELLER:
        return "No seller user may use it any more." if row.on else "Every seller user may use it."
    kind = row.kind.value
    if row.on:
        others = (
            f"every other {kind} is" if row.total is None else f"the {max(0, row.total - row.assigned):,} others are"
        )
        return f"Only the {row.assigned:,} assigned {kind}s may use it then; {others} refused."
    if row.assigned:
        return f"Every {kind} may use it then; the {row.assigned:,} {kind} assignments stay, nullified."
    return f"Every {kind} may use it then."


async def _affected(
    session: Session,
    marketplace: Marketplace,
    api_client: ApiClient,
    changes: Mapping[str, bool],
    totals: Mapping[PartyKind, int | None],
) -> Content:
    """Tell which users gain and lose what, where there are few enough companies to read them all."""
    from tui.access.blast import Crowd, Situation, blast
    from tui.ordercloud import errors
    from tui.ordercloud.models import ApiClient

    companies = [totals.get(kind) for kind in (PartyKind.BUYER, PartyKind.SUPPLIER)]
    if any(each is None for each in companies) or sum(each or 0 for each in companies) > MOST_COMPANIES:
        return Content.styled("Which users that are is not read: there are too many companies.", "$muted")
    try:
        people = await marketplace.people()
        person = await marketplace.person(api_client.default_context_user_name)
    except errors.Forbidden:
        return Content.styled("Which users that are is not known: the console may not read users.", "$muted")
    secrets = await marketplace.secrets(api_client.id)
    assignments = await marketplace.assignments(api_client.id)
    after = ApiClient.from_wire({**api_client.to_wire(), **changes})
    user = None if person is None else person.facts()
    was, will = (Situation(each, secrets, assignments, user) for each in (api_client, after))
    crowd = Crowd([each.facts() for each in people])
    found = await asyncio.to_thread(blast, was, will, crowd, session.clock())
    lines = found.lines()
    if not lines:
        return Content.styled("Nobody gains or loses anything by it now.", "$muted")
    shown = "\n".join(f"· {line}" for line in lines[:MOST_LINES])
    more = f"\n· and {len(lines) - MOST_LINES:,} more" if len(lines) > MOST_LINES else ""
    return literal(shown + more, "$warning" if found.grave else "", lines=True)
