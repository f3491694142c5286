"""What was typed and never saved: offered when its marketplace is opened again, and opened on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.access.xp import same_json
from tui.panes.client_draft import FIELDS
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON
    from tui.panes.mode import ModePane
    from tui.session.drafts import Drafts, KeptDraft
    from tui.session.marketplace import Marketplace
    from tui.session.session import Session

KEY = "D"
"""The usual key of the command; the footer shows the one it is bound to."""


def tell_drafts(pane: ModePane, drafts: Drafts) -> None:
    """Tell in passing of the drafts that were found."""
    app, session = pane.app, pane.session
    known = session.marketplace.api_clients
    told = "\n".join(told_draft(each, known.get(each.api_client_id)) for each in drafts.offered[:3])
    more = f"\nand {len(drafts.offered) - 3} more" if len(drafts.offered) > 3 else ""
    title = "A draft was kept" if len(drafts.offered) == 1 else f"{len(drafts.offered)} drafts were kept"
    app.notify(plain(f"{told}{more}\n{KEY} goes on with it.", lines=True), title=title, timeout=12, markup=False)
    app.refresh_bindings()


def told_draft(draft: KeptDraft, now: ApiClient | None) -> str:
    """Say whose draft it is, of when, and how it differs from what the server has today."""
    told = f"{draft.name or 'A new API client'}, {draft.at:%d %b %H:%M}: {told_difference(draft, now)}"
    return f"{told}; a secret typed then is not kept" if draft.secret else told


def told_difference(draft: KeptDraft, now: ApiClient | None) -> str:
    """Say which fields it would change, and which of them were changed elsewhere since."""
    labels = [FIELDS[name].label for name in draft.typed if name in FIELDS]
    labels += ["Assigned"] if draft.companies is not None else []
    changed = ", ".join(labels) or "nothing"
    if not draft.api_client_id:
        return f"new, {changed} typed"
    if now is None:
        return f"{changed} typed; the API client is not there any more"
    wire = now.to_wire()
    moved = [
        FIELDS[name].label
        for name, value in draft.base.items()
        if name in FIELDS and not same_json(wire.get(name), value)
    ]
    return f"{changed} typed" + (f"; changed elsewhere since: {', '.join(moved)}" if moved else "")


async def choose_draft(app: App[int], session: Session) -> KeptDraft | None:
    """Let the person choose among several drafts; the only one is taken at once."""
    from tui.widgets.picker import Choice, Picker

    drafts = session.drafts
    offered = () if drafts is None else drafts.offered
    if len(offered) < 2:
        return next(iter(offered), None)
    known = session.marketplace.api_clients
    choices = [
        Choice(
            each.id,
            each.name or "A new API client",
            f"{each.at:%d %b %H:%M}",
            why=told_difference(each, known.get(each.api_client_id)),
        )
        for each in offered
    ]
    picked = await app.push_screen_wait(Picker("Go on with a draft", choices))
    return next((each for each in offered if each.id == picked), None)


async def base_of(marketplace: Marketplace, draft: KeptDraft) -> tuple[ApiClient | None, Mapping[str, JSON]]:
    """Return what a kept draft was typed upon: the API client as it was then, and its wire form.

    None when it was a new one, or is not there any more: it is a new one then, with all its settings.
    """
    from tui.ordercloud import errors
    from tui.ordercloud.models import ApiClient

    if not draft.api_client_id:
        return None, draft.base
    try:
        now = await marketplace.api_client(draft.api_client_id)
    except errors.NotFound:
        return None, draft.base
    wire = {**now.to_wire(), **draft.base}
    return ApiClient.from_wire(wire), wire
