"""Looking for what API clients refer to: companies, integration events, users. What may not be read is told as such."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, TypeVar

from tui.access.limits import check_id
from tui.access.words import list_some
from tui.session.declared.compare import Known
from tui.session.declared.document import Document, Kind

if TYPE_CHECKING:
    from tui.ordercloud import ListQuery, OrderCloud
    from tui.ordercloud.models import User
    from tui.session.opening import Opened

MOST_COMPANIES: Final = 100
"""Users are looked for in every company only where there are no more of them than this: it is a request for each."""
_IN_ONE_REQUEST: Final = 40
"""IDs in one filter, so that an address stays short enough for every server on the way."""
_OF_FILTERS: Final = frozenset("|*!<>,")
"""What means something in a filter, so that a username with one of these cannot be asked for by name."""


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


T = TypeVar("T", covariant=True)
Iterate: TypeAlias = "Callable[[ListQuery], AsyncIterator[T]]"


@dataclass(slots=True)
class Found:
    """What was found: names (of users, their companies, by folded username), and what could not be looked for."""

    names: defaultdict[Kind, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    unknown: dict[Kind, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


async def look_around(opened: Opened, wanted: Document, there: Document) -> Known:
    """Look for all that a plan refers to. What an API client there refers to is there, and need not be looked for."""
    in_use, asked = there.refers_to(), dict(wanted.refers_to())
    for kind in (Kind.EVENT, Kind.USER):
        asked[kind] -= in_use[kind]
    for kind in (Kind.BUYER, Kind.SUPPLIER):
        asked[kind] |= in_use[kind]  # for their names
    found = await look_up(opened.client, asked, wanted.references.get(Kind.USER, {}))
    for id in in_use[Kind.EVENT]:
        found.names[Kind.EVENT].setdefault(id, "")
    for username in in_use[Kind.USER]:
        found.names[Kind.USER].setdefault(username.casefold(), "")
    own = opened.marketplace.way_in.own.client_id
    return Known(found.names, found.unknown, own_id=own, remarks=tuple(found.remarks))


async def look_up(client: OrderCloud, ids: Mapping[Kind, frozenset[str]], companies_of: Mapping[str, str]) -> Found:
    """Look for things by ID, and for users by name. Raises the errors of the typed client, but not Forbidden.

    Args:
        client: Signed in.
        ids: What is looked for.
        companies_of: Where to look for users first, by username: `seller`, `buyer ID` or `supplier ID`.
    """
    found = Found()
    await _look_up(found, Kind.BUYER, client.buyers.iterate, ids[Kind.BUYER])
    await _look_up(found, Kind.SUPPLIER, client.suppliers.iterate, ids[Kind.SUPPLIER])
    await _look_up(found, Kind.EVENT, client.integration_events.iterate, ids[Kind.EVENT])
    await _People(client, found).look_up(ids[Kind.USER], companies_of)
    return found


async def _look_up(found: Found, kind: Kind, iterate: Iterate[_Named], ids: Iterable[str]) -> None:
    from tui.ordercloud import ListQuery, errors

    possible = [id for id in sorted(ids) if check_id("ID", id) is None]
    try:
        for some in _chunks(possible):
            async for each in iterate(ListQuery(filters={"ID": "|".join(some)})):
                found.names[kind][each.id] = each.name
    except errors.Forbidden:
        found.unknown[kind] = f"the user signed in may not read {kind}s."


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _IN_ONE_REQUEST] for start in range(0, len(ids), _IN_ONE_REQUEST))


class _People:
    """Looks for users. No list has those of every company, so it begins where somebody says they are."""

    def __init__(self, client: OrderCloud, found: Found) -> None:
        self._client, self._found = client, found
        self._names = found.names[Kind.USER]
        self._looked: set[tuple[str, frozenset[str]]] = set()

    async def look_up(self, usernames: Iterable[str], companies_of: Mapping[str, str]) -> None:
        """Look where each is said to be, then among the seller's users, then everywhere, where that is not too much."""
        from tui.ordercloud import errors

        left = {name.casefold(): name for name in usernames}
        if not left:
            return
        said: defaultdict[str, set[str]] = defaultdict(set)
        for name in left.values():
            said[companies_of.get(name) or "seller"].add(name)
        try:
            for company, names in said.items():
                await self._look_in(company, names)
            await self._look_in("seller", self._missing(left))
            if missing := self._missing(left):
                await self._look_everywhere(missing)
        except errors.Forbidden:
            self._found.unknown[Kind.USER] = "the user signed in may not read users."

    def _missing(self, left: Mapping[str, str]) -> set[str]:
        return {name for folded, name in left.items() if folded not in self._names}

    async def _look_everywhere(self, missing: set[str]) -> None:
        from tui.ordercloud import ListQuery

        one = ListQuery(page_size=1)
        buyers, suppliers = await self._client.buyers.list(one), await self._client.suppliers.list(one)
        number = buyers.meta.total_count + suppliers.meta.total_count
        if number > MOST_COMPANIES:
            self._names.update(dict.fromkeys((name.casefold() for name in missing), ""))
            told = f"{list_some(missing)} could not be looked for: no list has the users of all {number:,} companies."
            self._found.remarks.append(told)
            return
        companies = [f"buyer {each.id}" async for each in self._client.buyers.iterate()]
        companies += [f"supplier {each.id}" async for each in self._client.suppliers.iterate()]
        for company in companies:
            missing = {name for name in missing if name.casefold() not in self._names}
            if missing:
                await self._look_in(company, missing)

    async def _look_in(self, company: str, names: set[str]) -> None:
        from tui.ordercloud import ListQuery, errors

        looked = (company, frozenset(names))
        iterate = self._users_of(company)
        if iterate is None or not names or looked in self._looked:
            return
        self._looked.add(looked)
        folded = {name.casefold() for name in names}
        plain = sorted(name for name in names if not _OF_FILTERS & set(name) and name == name.strip())
        queries = [ListQuery(filters={"Username": "|".join(some)}) for some in _chunks(plain)]
        if len(plain) < len(names):
            queries = [ListQuery()]
        try:
            for query in queries:
                async for user in iterate(query):
                    if user.username.casefold() in folded:
                        self._names[user.username.casefold()] = company
        except errors.NotFound:
            return  # there is no such company, so nobody is in it

    def _users_of(self, company: str) -> Iterate[User] | None:
        kind, _, id = company.partition(" ")
        if kind == "seller":
            return self._client.seller_users.iterate
        if not id:
            return None
        if kind == Kind.BUYER:
            return self._client.buyer_users(id).iterate
        return self._client.supplier_users(id).iterate if kind == Kind.SUPPLIER else None
