"""What the API leaves and what is judged here, together, are what the filter finds: on a marketplace made by chance."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.session.random_filters import MINUTES, TEXTS, make_filter
from tests.session.sandbox_gate import START, request
from tui.access.advice import advise
from tui.ordercloud import ListQuery
from tui.ordercloud.models.base import JSON
from tui.session.client_row import ClientRow
from tui.session.filtering import CompanyIndex, RowFacts
from tui.session.marketplace import Marketplace
from tui.session.session import Session

CLIENTS = 40
FILTERS = 500
ROLES = ("FullAccess", "Shopper", "MeAdmin")
XP: tuple[JSON, ...] = (
    None,
    {"Team": "web"},
    {"Team": "Web site", "N": 5},
    {"Tags": ["web", 5, True]},
    {"Deep": {"Er": "web"}, "Team": None},
)


def _fields(draw: Random) -> dict[str, JSON]:
    user = draw.choice((None, None, "shopper01", "harbor-admin"))
    name = draw.choice(("{} {}", "{}{}", "{}")).format(draw.choice(TEXTS), draw.choice(TEXTS)).strip()
    return {
        "AppName": name or "x",
        "Active": draw.random() < 0.6,
        "AccessTokenDuration": draw.choice([each for each in MINUTES if 10 <= each <= 600]),
        "RefreshTokenDuration": draw.choice(MINUTES),
        "AnonymousTokenDuration": draw.choice((10080, 20160, 86400)),
        "DefaultContextUserName": user,
        "AllowAnyBuyer": draw.random() < 0.3,
        "AllowAnySupplier": draw.random() < 0.3,
        "AllowSeller": draw.random() < 0.3,
        "IsAnonBuyer": user == "shopper01" and draw.random() < 0.5,
        "ClientSecret": draw.choice((None, None, "an old secret")),
        "MinimumRequiredRoles": draw.sample(ROLES, draw.choice((0, 0, 1))),
        "MaximumGrantedRoles": draw.sample(ROLES, draw.choice((0, 0, 2))),
        "xp": draw.choice(XP),
    }


async def _fill(draw: Random, session: Session) -> None:
    """Add API clients made by chance, some with secrets and assignments."""
    client, marketplace = session.client, session.marketplace
    companies = await marketplace.companies()
    for _ in range(CLIENTS):
        created = await client.api_clients.create(_fields(draw))
        if draw.random() < 0.3:
            end = draw.choice((None, "2026-11-25T00:00:00Z"))
            await client.api_clients.secrets(created.id).create({"Name": "one", "Expiration": end})
        for party in draw.sample(companies.parties(marketplace.seller)[1:], draw.choice((0, 0, 1, 2))):
            await marketplace.assign(created, party)


async def _facts(marketplace: Marketplace) -> Mapping[str, RowFacts]:
    """Return everything there is to know of every row."""
    companies = CompanyIndex((await marketplace.companies()).parties(marketplace.seller))
    found: dict[str, RowFacts] = {}
    for each in marketplace.api_clients.values():
        assignments = await marketplace.assignments(each.id)
        secrets = await marketplace.secrets(each.id)
        person = await marketplace.person(each.default_context_user_name)
        advice = advise(each, secrets, assignments, None if person is None else person.facts(), START)
        found[each.id] = RowFacts(ClientRow.of(each), each, companies, assignments, secrets, advice, START)
    return found


async def test_the_api_and_the_rest_together_find_what_the_filter_finds() -> None:
    draw = Random(7)
    session = Session(request(), clock=lambda: START)
    await session.open()
    try:
        await _fill(draw, session)
        async for _ in session.marketplace.read_api_clients():
            pass
        facts = await _facts(session.marketplace)
        served = selective = 0
        for number in range(FILTERS):
            made = make_filter(draw)
            query, rest = made.server(), made.rest
            asked = ListQuery(search=query.search or None, filters=query.filters, page_size=100)
            given = [each.id async for each in session.client.api_clients.iterate(asked)]
            together = {each for each in given if rest.matches(facts[each])}
            every = {each for each, known in facts.items() if made.matches(known)}
            assert together == every, f"{number}: {made} asks {query}, leaves {rest}"
            served += bool(query)
            selective += 0 < len(every) < len(facts)
        assert served > FILTERS / 4
        assert selective > FILTERS / 4
    finally:
        await session.close()
