"""What `y` copies: an API client, an assignment, an exchange, each opened in the dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.panes.copy_as import CopyAs, Offer, Whole, note_for
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.access.facts import Party
    from tui.ordercloud import Exchange
    from tui.ordercloud.models import ApiClient
    from tui.session.client_row import ClientRow
    from tui.session.session import Session


async def copy_api_client(host: Widget, session: Session, row: ClientRow, api_client: ApiClient | None) -> None:
    """Offer an API client: its ID, its name, and a token request for each grant it offers.

    Without the `api_client` the list is as it was last seen, and only ID and name are there.
    """
    offers = [] if api_client is None else await _token_offers(session, api_client)
    wholes = (Whole("ID", row.id), Whole("Name", row.name))
    host.app.push_screen(CopyAs(row.name, offers, wholes, note=note_for(session) if offers else ""))


async def _token_offers(session: Session, api_client: ApiClient) -> list[Offer]:
    from tui.access.grants import offers
    from tui.ordercloud.copy_as.api_clients import resource_of, token_request
    from tui.ordercloud.errors import OrderCloudError

    url = session.identity.url
    try:
        named = await session.marketplace.secrets(api_client.id)
    except OrderCloudError:
        named = ()  # whether there are some decides only over a line that can be left out
    secret = bool(api_client.client_secret or named)
    found = [
        Offer(each.kind.value, token_request(url, api_client, each.kind.value, secret=secret))
        for each in offers(api_client, named)
        if each.can
    ]
    return found or [Offer("no grant", resource_of(url, api_client))]


def copy_assignment(host: Widget, session: Session, api_client: ApiClient, party: Party) -> None:
    """Offer the requests that assign a company to an API client, and that end it."""
    from tui.ordercloud.copy_as import Assignment

    url = session.identity.url
    offers = [
        Offer(title, Assignment(url, api_client.id, party.kind.value, party.id, remove))
        for title, remove in (("assign", False), ("unassign", True))
    ]
    wholes = (Whole(f"{party.kind.value.capitalize()} ID", party.id),)
    title = f"{plain(party.label)} of {plain(api_client.app_name)}"
    host.app.push_screen(CopyAs(title, offers, wholes, note=note_for(session)))


def copy_exchange(
    host: Widget, session: Session, exchange: Exchange, *, wholes: tuple[Whole, ...] = (), text: str = ""
) -> None:
    """Offer an exchange: what is given first, its request in each form, and as JSON both sides."""
    from tui.ordercloud.copy_as.exchanges import of_exchange

    shown = (Whole("As shown", text),) if text else ()
    title = f"{exchange.method} {exchange.redacted().path}"
    offers = [Offer("request", of_exchange(exchange))]
    host.app.push_screen(CopyAs(title, offers, (*wholes, *shown), note=note_for(session)))
