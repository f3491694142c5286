"""Rules and sandbox agree: on the complete demo matrix, and on two thousand cells of a large marketplace.

Every attempt is a real request to a sandbox in memory. Its passwords have the cheapest hash there is, for nothing here
is about hashing.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

import pytest

from tests.bench.sandbox import exchange, token_form
from tests.console import StandingClock
from tests.sandbox.random_worlds import CHEAP
from tui.access.entries import WIRE_GRANTS, Door, Entry, entries
from tui.access.facts import Party, User
from tui.access.grants import GrantKind
from tui.access.matrix import AccessMatrix
from tui.access.times import UNTIL_UNLOCKED
from tui.access.ways import Way, all_ways
from tui.sandbox import Sandbox
from tui.sandbox.demo import PASSWORD
from tui.sandbox.large import LargeSize
from tui.sandbox.planting import Planting
from tui.session.facts import Person
from tui.session.opening import Opened, Surroundings, open_sandbox
from tui.session.picturing import read_picture
from tui.session.who_can import doors_of
from tui.tokens.decode import decode

AT_ONCE = 4
CELLS = 2_000
LOCKED = "breakwater-locked"
"""A user whom the demo marketplace has locked out, which no list of users tells."""


@asynccontextmanager
async def marketplace_of(planting: Planting, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Opened, Try]]:
    """Open a marketplace in memory, and what tries tokens there."""
    monkeypatch.setattr("tui.sandbox.FAST", CHEAP)
    around = Surroundings(StandingClock(), lambda: 0.0, lambda exchange: None, read_only=False)
    opened = await open_sandbox(None, around, planting)
    assert opened.sandbox is not None
    try:
        yield opened, Try(opened.sandbox)
    finally:
        await opened.close()


@dataclass
class Try:
    """Asks for tokens, and compares what comes with what the rules say."""

    sandbox: Sandbox
    tried: int = 0
    allowed: int = 0

    async def token(self, form: Mapping[str, str], entry: Entry) -> str | None:
        """Ask for a token; return the refresh token that came with it."""
        decision = entry.decision
        assert decision is not None
        status, answer = await exchange(self.sandbox, token_form(**form))
        body, about = json.loads(answer), (dict(form) | {"password": "", "client_secret": ""}, entry)
        self.tried += 1
        if not decision.allowed:
            assert decision.error is not None
            assert status == 400, about
            told = (body["error"], body["Errors"][0]["ErrorCode"], body["error_description"])
            assert told == (decision.error.error, decision.error.code, decision.error.description), about
            return None
        assert status == 200, (about, body)
        self.allowed += 1
        claims = decode(body["access_token"]).claims
        assert claims.role == decision.roles, about
        assert (claims.orderid is not None) == decision.anonymous, about
        refresh: str | None = body.get("refresh_token")
        assert (refresh is not None) == bool(decision.lifetimes and decision.lifetimes.refresh_minutes), about
        return refresh

    async def password(self, door: Door, user: User, now: datetime, *, refresh_too: bool = True) -> bool:
        """Try a user's password, and then the refresh token that came; return whether there was a token."""
        by_grant = {each.kind: each for each in entries(door, user, now)}
        entry = by_grant[GrantKind.PASSWORD]
        refresh = await self.token(form_of(door, GrantKind.PASSWORD, username=user.username, password=PASSWORD), entry)
        if refresh is not None and refresh_too:
            again = by_grant[GrantKind.REFRESH]
            await self.token(form_of(door, GrantKind.REFRESH, refresh_token=refresh), again)
        return entry.can


def form_of(door: Door, kind: GrantKind, **fields: str) -> dict[str, str]:
    """Return a request; every secret of these marketplaces is the demo's password."""
    form = {"grant_type": WIRE_GRANTS[kind].value, "client_id": door.api_client.id, **fields}
    return form | ({"client_secret": PASSWORD} if door.secrets or door.api_client.client_secret else {})


def known(person: Person) -> User:
    """Return what the rules know of a user, and that it is locked out."""
    facts = person.facts()
    return replace(facts, locked_until=UNTIL_UNLOCKED) if facts.username == LOCKED else facts


async def test_rules_and_sandbox_agree_on_the_complete_demo_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    async with marketplace_of(Planting("demo"), monkeypatch) as (opened, attempts):
        marketplace = opened.marketplace
        matrix = AccessMatrix(*await read_picture(marketplace))
        doors, people = await doors_of(marketplace), await marketplace.people()
        assert opened.sandbox is not None
        now, limit = opened.sandbox.now(), asyncio.Semaphore(AT_ONCE)
        got_in: dict[tuple[Party, str], bool] = {}

        async def cell(door: Door, person: Person) -> None:
            async with limit:
                can = await attempts.password(door, known(person), now)
            key = (person.party, door.api_client.id)
            got_in[key] = got_in.get(key, False) or can

        await asyncio.gather(*(cell(door, person) for door in doors for person in people))
        by_name = {each.user.username.casefold(): known(each) for each in people}
        credentials = 0
        for door in doors:
            context = by_name.get((door.api_client.default_context_user_name or "").casefold())
            kind = GrantKind.ANONYMOUS if door.api_client.is_anon_buyer else GrantKind.CLIENT_CREDENTIALS
            if context is not None:
                entry = next(each for each in entries(door, context, now) if each.kind is kind)
                await attempts.token(form_of(door, kind), entry)
                credentials += 1
        assert credentials >= 6
        assert attempts.tried > len(doors) * len(people)
        ways = [each for found in all_ways(doors, [known(each) for each in people], now) for each in found]
        assert attempts.allowed == sum(isinstance(each, Way) for each in ways) > 90
        # And the matrix: where anybody got in, the cell says so; where it says no, nobody did.
        rows = {(each.kind, each.id): row for row, each in enumerate(matrix.parties)}
        columns = {each.id: column for column, each in enumerate(matrix.api_clients)}
        for (party, client_id), can in got_in.items():
            standing = matrix.standing(rows[party.kind, party.id], columns[client_id])
            assert standing.gets_in or not can


async def test_rules_and_sandbox_agree_on_two_thousand_cells_of_a_large_marketplace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = LargeSize(api_clients=90, buyers=70, suppliers=20, users=180)
    async with marketplace_of(Planting("large", size), monkeypatch) as (opened, attempts):
        marketplace = opened.marketplace
        matrix = AccessMatrix(*await read_picture(marketplace))
        people = await marketplace.people()
        by_party: dict[tuple[str, str], list[Person]] = {}
        for each in people:
            by_party.setdefault((each.party.kind, each.party.id), []).append(each)
        doors = {each.api_client.id: each for each in await doors_of(marketplace)}
        draw, limit = Random(6), asyncio.Semaphore(AT_ONCE)
        assert opened.sandbox is not None
        now, outcomes = opened.sandbox.now(), Counter[str]()
        every = [(row, column) for row in range(len(matrix.parties)) for column in range(len(matrix.api_clients))]
        # Most cells refuse: half of the sample are cells that do not.
        let_in = [each for each in every if matrix.standing(*each).gets_in]
        sample = draw.sample(let_in, min(CELLS // 2, len(let_in)))
        sample += draw.sample(every, CELLS - len(sample))

        async def cell(row: int, column: int) -> None:
            party, standing = matrix.parties[row], matrix.standing(row, column)
            person = draw.choice(by_party[party.kind, party.id])
            async with limit:
                door = doors[matrix.api_clients[column].id]
                can = await attempts.password(door, person.facts(), now, refresh_too=False)
            assert can == (standing.gets_in and person.user.active), (party, matrix.api_clients[column], standing)
            outcomes[standing.value] += 1

        await asyncio.gather(*(cell(*each) for each in sample))
        assert outcomes.total() == CELLS
        assert set(outcomes) >= {"by flag", "by assignment", "by flag, assignment nullified", "refused", "inactive"}
        assert attempts.allowed > CELLS / 3
