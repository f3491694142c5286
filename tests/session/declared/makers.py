"""Documents, and sessions on sandboxes, as the tests of plans need them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from tests.session.sandbox_gate import START, request
from tui.access.api_roles import API_ROLES
from tui.access.xp import JSON
from tui.sandbox import FAST, Sandbox
from tui.session.declared.document import (
    CONTEXT_USER,
    EVENTS,
    FIELDS,
    NAME,
    ROLES,
    Document,
    Entry,
    Kind,
    NamedSecret,
    tidy,
)
from tui.session.session import Session

IDS = st.text("abcXYZ09-_", min_size=1, max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
JSON_VALUES: st.SearchStrategy[JSON] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=8,
)
_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware
SECRETS = st.builds(NamedSecret, IDS, TEXTS, st.none() | _MOMENTS)


@st.composite
def entries(draw: st.DrawFn, *, whole: bool = False, name: str = "", id: str = "") -> Entry:
    """An API client as somebody wants it, or, `whole`, as one is there."""
    roles = st.lists(st.sampled_from(sorted(API_ROLES)), max_size=3)
    values: dict[str, st.SearchStrategy[JSON]] = {
        NAME: st.just(name) if name else TEXTS.filter(str.strip),
        "AccessTokenDuration": st.integers(10, 600),
        "RefreshTokenDuration": st.integers(0, 524160),
        "AnonymousTokenDuration": st.integers(10080, 86400),
        CONTEXT_USER: st.just("") | TEXTS,
        "xp": st.dictionaries(TEXTS, JSON_VALUES, max_size=3),
        **dict.fromkeys(EVENTS, st.just("") | IDS),
        **dict.fromkeys(ROLES, roles),
    }
    fields: dict[str, JSON] = {}
    for field in FIELDS:
        if whole or field in (NAME, "AccessTokenDuration") or draw(st.booleans()):
            fields[field] = tidy(field, draw(values.get(field, st.booleans())))
    companies = {
        kind: draw(st.frozensets(IDS, max_size=3))
        for kind in (Kind.BUYER, Kind.SUPPLIER)
        if whole or draw(st.booleans())
    }
    secrets = draw(st.lists(SECRETS, max_size=2, unique_by=lambda each: each.name))
    return Entry(
        id or draw(IDS),
        fields,
        companies,
        tuple(sorted(secrets, key=lambda each: (each.name, each.id))) if whole or draw(st.booleans()) else None,
        draw(st.booleans()) if whole or draw(st.booleans()) else None,
    )


def documents(*, whole: bool = False) -> st.SearchStrategy[Document]:
    """Documents whose API clients differ in ID and in name."""
    several = st.lists(
        entries(whole=whole), max_size=4, unique_by=(lambda each: each.id.casefold(), lambda each: each.name)
    )
    return st.builds(lambda every: Document(tuple(every), marketplace_id="m", marketplace_name="M"), several)


@asynccontextmanager
async def session_on(path: Path | None = None, *, read_only: bool = False) -> AsyncIterator[Session]:
    """Open a session on a sandbox: the demo in memory, or what is in a file."""
    asked = replace(request(read_only=read_only), sandbox_memory=path is None, sandbox_db=path)
    session = Session(asked, clock=lambda: START)
    await session.open()
    assert session.ready, session.problem
    yield session
    await session.close()


async def empty_sandbox(path: Path) -> Path:
    """Make a new, empty marketplace in a file."""
    await (await Sandbox.open(path, seed="empty", hashing=FAST, clock=lambda: START)).close()
    return path


async def give_references(source: Session, target: Session) -> None:
    """Make everything that the demo's API clients refer to in another marketplace."""
    for buyer in [each async for each in source.client.buyers.iterate()]:
        await target.client.buyers.create({"ID": buyer.id, "Name": buyer.name, "Active": True})
    for supplier in [each async for each in source.client.suppliers.iterate()]:
        await target.client.suppliers.create({"ID": supplier.id, "Name": supplier.name, "Active": True})
    for person in await source.marketplace.people():
        user: dict[str, JSON] = {"ID": person.user.id, "Username": person.user.username, "Active": True}
        user |= {"FirstName": "A", "LastName": "B", "Email": "a@b.example"}
        match person.party.kind:
            case "buyer":
                await target.client.buyer_users(person.party.id).create(user)
            case "supplier":
                await target.client.supplier_users(person.party.id).create(user)
            case _:
                await target.client.seller_users.create(user)
    for event in [each async for each in source.client.integration_events.iterate()]:
        wire: dict[str, JSON] = {"ID": event.id, "Name": event.name, "HashKey": "k", "EventType": "OrderCheckout"}
        await target.client.integration_events.create({**wire, "CustomImplementationUrl": "https://x.example"})


async def do_tasks(document: Document, target: Session) -> None:
    """Do what a plan leaves to a person: make the secrets."""
    for entry in document.api_clients:
        (there,) = [each for each in target.marketplace.api_clients.values() if each.app_name == entry.name]
        if entry.legacy_secret:
            await target.client.api_clients.patch(there.id, {"ClientSecret": "a-legacy-secret"})
        for secret in entry.secrets or ():
            late = START + timedelta(days=10)
            made = await target.client.api_clients.secrets(there.id).create({"ID": secret.id, "Name": secret.name})
            assert made.client_secret
            assert secret.expiration is None or secret.expiration < late
