"""What a new API client starts from: nothing, a template with its reasons, or a copy with or without assignments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.access.facts import Party
from tui.access.words import count
from tui.panes.client_detail import ClientDetail
from tui.panes.client_draft import NEW_API_CLIENT
from tui.panes.kept_drafts import base_of
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from tui.access.templates import Template
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON
    from tui.panes.clients import ClientsPane
    from tui.panes.mode import ModePane
    from tui.session.drafts import KeptDraft

BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the form of a new API client opens with."""

    start: Mapping[str, JSON]
    companies: tuple[Party, ...] = ()
    template: Template | None = None


async def open_new(pane: ClientsPane) -> None:
    """Open the form of a new API client, after a choice of what it starts from."""
    _open(pane, await choose_beginning(pane))


async def open_copy(pane: ClientsPane, api_client: ApiClient) -> None:
    """Open the form of a copy."""
    _open(pane, await begin_copy(pane, api_client))


async def resume(pane: ClientsPane, draft: KeptDraft) -> None:
    """Open a form with what was typed another time, on what the server has today."""
    before, start = await base_of(pane.session.marketplace, draft)
    detail = pane.query_one(ClientDetail)
    if before is not None:
        await pane.open(before.id)
        detail.show(before)  # the list tells of its new row only later, and would take the form for another one's
    elif draft.api_client_id:
        pane.tell(f"{plain(draft.name)} is not there any more: saving this makes a new one, with another ID.")
    detail.edit(before, start, kept=draft)
    pane.add_class("-detail")


def _open(pane: ClientsPane, begun: Beginning | None) -> None:
    if begun is None:
        return
    pane.query_one(ClientDetail).edit(None, begun.start, companies=begun.companies, template=begun.template)
    pane.add_class("-detail")


async def choose_beginning(pane: ModePane) -> Beginning | None:
    """Let the person choose a template or none; None when they leave."""
    from tui.access.templates import TEMPLATES, unique_name
    from tui.widgets.picker import Choice, Picker

    choices = [Choice(BLANK, "Blank", why="Nothing is set but the usual durations; nobody can get in yet.")]
    choices += [Choice(each.id, each.title, each.name, why=each.what) for each in TEMPLATES]
    picked = await pane.app.push_screen_wait(Picker("New API client", choices))
    if picked is None:
        return None
    template = next((each for each in TEMPLATES if each.id == picked), None)
    if template is None:
        return Beginning(NEW_API_CLIENT)
    fields: dict[str, JSON] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in template.fields.items()
    }
    name = unique_name(template.name, names_of(pane))
    return Beginning({**NEW_API_CLIENT, **fields, "AppName": name}, (), template)


async def begin_copy(pane: ModePane, api_client: ApiClient) -> Beginning | None:
    """Begin a copy, never with the secret; asks whether with the assignments, where there are any."""
    from tui.access.templates import unique_name
    from tui.widgets.dialogs import Choose

    parties = await pane.session.marketplace.parties_assigned(api_client.id)
    if parties:
        buyers = sum(each.kind == "buyer" for each in parties)
        its = f"{count(buyers, 'buyer')} and {count(len(parties) - buyers, 'supplier')}"
        choices = (("with", f"With its assignments: {its}"), ("without", "The settings alone"))
        chosen = await pane.app.push_screen_wait(Choose(f"Copy of {api_client.app_name}", choices))
        if chosen is None:
            return None
        parties = parties if chosen == "with" else ()
    name = unique_name(f"{api_client.app_name} copy", names_of(pane))
    return Beginning({**api_client.to_wire(), "ClientSecret": None, "AppName": name}, parties)


def names_of(pane: ModePane) -> tuple[str, ...]:
    """Return the names of all API clients known."""
    return tuple(each.app_name for each in pane.session.marketplace.api_clients.values())
