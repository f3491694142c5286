"""Flipping one of the three flags of an API client, after showing whom it lets in and whom it keeps out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.access.facts import PartyKind
from tui.access.parties import FLAG_OF_KIND, Gate
from tui.panes.changing import Kind, Question, change
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.ordercloud.models import ApiClient
    from tui.panes.assignment_rows import FlagRow
    from tui.session.session import Session


async def flip(host: Widget, session: Session, api_client: ApiClient, row: FlagRow, gate: Gate) -> None:
    """Flip a flag, after showing what it does to who gets in."""
    name = FLAG_OF_KIND[row.kind]
    told = Content.assemble(
        literal(f"{name}: {'on' if row.on else 'off'} → {'off' if row.on else 'on'}", "bold"),
        Content("\n\n"),
        literal(flip_told(row)),
        literal(f"\n\nPATCH /v1/apiclients/{api_client.id}", "$muted", lines=True),
    )
    changes = {name: not row.on}
    way_in = session.marketplace.way_in
    await change(
        host,
        session,
        Question(Kind.FLAG, f"Change {plain(api_client.app_name)}?", told, "Change", api_client.app_name),
        lambda marketplace: marketplace.patch_api_client(api_client, changes),
        threat=lambda: way_in.after_patch(api_client, changes),
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
