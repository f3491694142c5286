"""What a tour says there is to notice, held against the marketplace: an answer's members, who gets in, the load."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.session.scenarios.came import Came, NoSuchMember, member_of
from tui.session.scenarios.document import Expect, Look, Show, Step, Tell

if TYPE_CHECKING:
    from tui.access.facts import Party
    from tui.ordercloud import Exchange
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON
    from tui.session.scenarios.stage import Stage
    from tui.session.traffic_groups import Group

SELLER = "seller"
"""What the seller is called in a tour; companies go by their IDs."""


def party_name(party: Party) -> str:
    """Return what a party is called in a tour."""
    from tui.access.facts import PartyKind

    return SELLER if party.kind is PartyKind.SELLER else party.id


def noticed_words(expect: Expect) -> list[str]:
    """Say what is expected of what there is to notice, each in a few words."""
    told = [f"{name} {_json(value)}" for name, value in expect.fields.items()]
    told += [f"{name} lets in {', '.join(parties) or 'nobody'}" for name, parties in expect.access.items()]
    return told + [f"{name} caused {number} requests" for name, number in expect.requests.items()]


class Noticing:
    """Looks at a stage after a step. `came` is what came of each step, `exchanges` are all of them."""

    def __init__(self, stage: Stage, came: Mapping[str, Came], exchanges: Sequence[Exchange]) -> None:
        self._stage = stage
        self._came = came
        self._exchanges = exchanges

    async def differences(self, step: Step) -> list[str]:
        """Say where what there is differs from what the step tells. Raises the typed errors of the marketplace."""
        came, expect = self._came[step.name], step.expect
        if came.not_tried:
            return []
        found = list(_field_differences(expect, came))
        found += [each async for each in self._access_differences(expect)]
        if expect.requests:
            groups = await self.load()
            for name, wanted in expect.requests.items():
                number = next((each.requests for each, called in groups if called == name), 0)
                if number != wanted:
                    found.append(f"Expected {wanted} requests of {name}; there were {number}.")
        if step.look is not None:
            found += [f"What is to be noticed is not there: {each}." for each in await self._missing(step, step.look)]
        return found

    async def _access_differences(self, expect: Expect) -> AsyncIterator[str]:
        for name, wanted in expect.access.items():
            clients = await self._stage.api_clients([name])
            if not clients:
                yield f'There is no API client "{name}".'
                continue
            let_in = {party_name(each) for each in await self.let_in(clients[0])}
            if missing := sorted(set(wanted) - let_in):
                yield f"Expected {name} to let in {', '.join(missing)}; it does not."
            if more := sorted(let_in - set(wanted)):
                yield f"{name} lets in {', '.join(more)}, too."

    async def parties(self) -> tuple[Party, ...]:
        """Return every party of the marketplace."""
        marketplace = self._stage.opened.marketplace
        return (await marketplace.companies()).parties(marketplace.seller)

    async def let_in(self, api_client: ApiClient) -> tuple[Party, ...]:
        """Return the parties that get in by an API client now: both active, and by its flag or assignment."""
        from tui.access.matrix import AccessMatrix

        own = await self._stage.opened.marketplace.assignments(api_client.id)
        parties = await self.parties()
        column = AccessMatrix(parties, (api_client,), {api_client.id: own}).column(0)
        return tuple(party for party, standing in zip(parties, column, strict=True) if standing.gets_in)

    async def load(self) -> tuple[tuple[Group, str], ...]:
        """Return the requests so far by API client, each group with the API client's name."""
        from tui.session.traffic_groups import grouped
        from tui.session.traffic_requests import of_exchange

        groups = [each for each in grouped([of_exchange(each) for each in self._exchanges]) if not each.secret]
        found = {each.id.casefold(): each.app_name for each in await self._stage.api_clients([g.cid for g in groups])}
        return tuple((each, found.get(each.cid, "the administrator")) for each in groups)

    def token_of(self, step: str, look: Look) -> Came | None:
        """Return what came of the step whose token is shown: the one named, else the latest that brought one."""
        if look.token_of:
            return self._came.get(look.token_of)
        if (own := self._came.get(step)) is not None and own.token is not None:
            return own
        return next((each for each in reversed(tuple(self._came.values())) if each.token is not None), None)

    async def _missing(self, step: Step, look: Look) -> list[str]:
        """Return the marks that what is shown has not."""
        if look.show is Show.ANSWER:
            body = self._came[step.name].body
            return [] if isinstance(step.deed, Tell) else [each for each in look.marks if not _has(body, each)]
        if look.show in (Show.TOKEN, Show.LIFETIME):
            came = self.token_of(step.name, look)
            if came is None or came.token is None:
                return ["a token"]
            return [each for each in look.marks if look.show is Show.TOKEN and each not in came.token.claims_json]
        clients = await self._stage.api_clients(look.api_clients)
        if len(clients) < len(look.api_clients):
            return [each for each in look.api_clients if each not in {found.app_name for found in clients}]
        if look.show is Show.API_CLIENT:
            wire = clients[0].to_wire()
            return [each for each in look.marks if each not in wire]
        if look.show is Show.ACCESS:
            known = {party_name(each) for each in await self.parties()}
            return [each for each in (*look.marks, *look.parties) if each not in known]
        return [each for each in look.marks if each not in {name for _, name in await self.load()}]


def _has(body: JSON, path: str) -> bool:
    try:
        member_of(body, path)
    except NoSuchMember:
        return False
    return True


def _field_differences(expect: Expect, came: Came) -> Iterator[str]:
    for name, wanted in expect.fields.items():
        try:
            found = member_of(came.body, name)
        except NoSuchMember:
            yield f"Expected {name} to be {_json(wanted)}; it is not there."
            continue
        if found != wanted and not (wanted == "" and found is None):
            yield f"Expected {name} to be {_json(wanted)}; it is {_json(_harmless(name, found))}."


def _json(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False)


def _harmless(name: str, value: JSON) -> JSON:
    from tui.ordercloud.redact import redact_json

    last = name.rpartition(".")[2]
    hidden: dict[str, JSON] = redact_json({last: value})
    return hidden[last]
