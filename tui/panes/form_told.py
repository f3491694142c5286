"""What the form says of a change before it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.access.facts import Party
from tui.access.xp import left_over
from tui.panes.client_draft import Draft
from tui.session.changes import members_stay
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON


def told_changes(changes: Iterable[tuple[str, str, str]]) -> list[Content]:
    """Tell (label, before, after) of each field, a line each."""
    return [
        Content.assemble(
            literal(f"{label:<17} ", "$muted"),
            *((literal(before), Content(" → ")) if before else ()),
            literal(after, "bold"),
        )
        for label, before, after in changes
    ]


def told_notes(
    before: ApiClient | None,
    draft: Draft,
    changes: Mapping[str, JSON],
    added: Sequence[Party],
    removed: Sequence[Party],
    own_client_id: str,
) -> list[Content]:
    """Tell the calls, and what is peculiar about them."""
    verbs = []
    if before is None or changes:
        verbs.append("POST /v1/apiclients" if before is None else f"PATCH /v1/apiclients/{before.id}")
    if added:
        verbs.append(f"{len(added)} x POST /v1/apiclients/assignments")
    if removed:
        verbs.append(f"{len(removed)} x DELETE /v1/…/ApiClients/Assignments/…")
    lines = [Content(""), *(literal(verb, "$muted") for verb in verbs)]
    over = () if draft.new else left_over(draft.base["xp"], draft.value("xp"))
    if "xp" in changes and over:
        lines.append(Content.styled(plain(f"▲ {members_stay(over)}."), "$warning"))
    if before is not None and before.id.casefold() == own_client_id.casefold():
        lines.append(Content.styled("▲ The console itself is signed in through this API client.", "$warning"))
    return lines
