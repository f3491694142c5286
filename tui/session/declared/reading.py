"""Reading a marketplace as a document, and what a plan must know of it beside. Nothing here changes anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from tui.session.called import api_client_called
from tui.session.declared.compare import compare, match_entries
from tui.session.declared.document import EVENTS, XP, Document, Entry, Kind, entry_of
from tui.session.declared.looking import look_around, look_up
from tui.session.declared.plan import Plan
from tui.session.few_at_once import few_at_once

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient, ApiClientAssignment, ApiClientSecret
    from tui.session.opening import Opened

T = TypeVar("T")

_ONE_BY_ONE: Final = 25
"""Of so many API clients the assignments are read one by one; of more, all there are."""


@dataclass(frozen=True, slots=True)
class Export:
    """A document to write, and what is not in it."""

    document: Document
    remarks: tuple[str, ...] = ()


# -- what is there ----------------------------------------------------------------------------------------------------


async def export(opened: Opened, which: Sequence[str] = ()) -> Export:
    """Read API clients, all of them unless some are named by ID or name, with everything an export says of them.

    Raises NoSuchApiClient, and the errors of the typed client.
    """
    api_clients = _chosen(await _read_api_clients(opened), which)
    entries = await _whole(opened, api_clients, api_clients)
    known = frozenset(each.client_secret for each in opened.marketplace.api_clients.values() if each.client_secret)
    entries, remarks = _without_secrets(entries, known)
    document = Document(
        tuple(entries), marketplace_id=opened.marketplace.seller.id, marketplace_name=opened.identity.marketplace
    )
    looked = await look_up(opened.client, document.refers_to(), {})
    events = _event_names(api_clients)
    references: dict[Kind, Mapping[str, str]] = {}
    for kind, ids in document.refers_to().items():
        named = {**looked.names.get(kind, {}), **(events if kind is Kind.EVENT else {})}
        references[kind] = {id: named.get(id.casefold() if kind is Kind.USER else id, "") for id in ids}
    remarks += looked.remarks
    remarks += [f"What the {kind}s are called is not known: {why}" for kind, why in looked.unknown.items()]
    return Export(replace(document, references=references), tuple(remarks))


async def make_plan(opened: Opened, wanted: Document, *, delete: bool = False) -> Plan:
    """Compare a document with the marketplace as it is now. Raises the errors of the typed client."""
    api_clients = await _read_api_clients(opened)
    bare = [entry_of(api_client, (), None) for api_client in api_clients]
    matches, _ = match_entries(wanted.api_clients, bare)
    of_interest = {match.id: match.wanted for match in matches if match.there is not None and match.wanted is not None}
    assigned = [each for each in api_clients if each.id in of_interest and of_interest[each.id].companies]
    with_secrets = [each for each in api_clients if each.id in of_interest and of_interest[each.id].secrets is not None]
    read = {entry.id: entry for entry in await _whole(opened, assigned, with_secrets)}
    there = Document(tuple(read.get(entry.id, entry) for entry in bare))
    known = await look_around(opened, wanted, there)
    return await asyncio.to_thread(compare, wanted, there, known, delete=delete)  # of thousands it takes a second


async def _read_api_clients(opened: Opened) -> list[ApiClient]:
    """Read every API client, and forget what was known of the rest: what is read after this is as it is now."""
    opened.marketplace.forget()
    async for _ in opened.marketplace.read_api_clients():
        pass
    return list(opened.marketplace.api_clients.values())


def _chosen(api_clients: Sequence[ApiClient], which: Sequence[str]) -> Sequence[ApiClient]:
    if not which:
        return api_clients
    chosen = (api_client_called(asked, api_clients) for asked in which)
    return list({each.id: each for each in chosen}.values())


async def _whole(opened: Opened, assigned: Sequence[ApiClient], with_secrets: Sequence[ApiClient]) -> list[Entry]:
    """Return API clients as entries: some with what is assigned to them, some with their secrets, most with both."""
    marketplace = opened.marketplace
    assignments: Mapping[str, tuple[ApiClientAssignment, ...]]
    if len(assigned) <= _ONE_BY_ONE:
        assignments = await _of_each(marketplace.assignments, assigned)
    else:
        assignments = await marketplace.all_assignments()
    secrets: Mapping[str, tuple[ApiClientSecret, ...]]
    secrets = await _of_each(marketplace.secrets, with_secrets)
    every = {each.id: each for each in (*assigned, *with_secrets)}
    return [entry_of(each, assignments.get(each.id, ()), secrets.get(each.id)) for each in every.values()]


async def _of_each(ask: Callable[[str], Awaitable[T]], api_clients: Sequence[ApiClient]) -> dict[str, T]:
    """Ask about API clients by their IDs, a few at a time, and return the answers by ID."""
    ids = [each.id for each in api_clients]
    return dict(zip(ids, await few_at_once(ask, ids), strict=True))


def _without_secrets(entries: Iterable[Entry], known: frozenset[str]) -> tuple[list[Entry], list[str]]:
    """Leave `xp` out where something in it is a known secret, or goes by the name of one.

    Then it says nothing, and stays as it is.
    """
    from tui.ordercloud.redact import redact_json

    kept: list[Entry] = []
    remarks: list[str] = []
    for entry in entries:
        xp = entry.fields.get(XP)
        if xp != redact_json(xp, known):
            remarks.append(f"{entry.label}: its xp is left out, for something in it looks like a secret.")
            entry = replace(entry, fields={name: value for name, value in entry.fields.items() if name != XP})
        kept.append(entry)
    return kept, remarks


def _event_names(api_clients: Iterable[ApiClient]) -> dict[str, str]:
    """Return the names of the integration events by ID, as the API clients tell them."""
    names: dict[str, str] = {}
    for each in api_clients:
        wire = each.to_wire()
        for member in EVENTS:
            id, name = wire.get(member), wire.get(f"{member.removesuffix('ID')}Name")
            if isinstance(id, str) and isinstance(name, str):
                names[id] = name
    return names
