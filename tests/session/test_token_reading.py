"""Tokens from anywhere held against the sandbox: keys, clocks, names, and calls that are as the rules say."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.session.test_attempts import StandingClock, request
from tests.tokens.makers import make, with_claims
from tui.access.endpoints import endpoints
from tui.session.attempts import Attempts, Form, Kind
from tui.session.session import Session
from tui.session.token_reading import TokenReading
from tui.tokens.decode import decode
from tui.tokens.keys import KeySet
from tui.tokens.token import Token
from tui.tokens.verify import Status

PASSWORD = "Harbor-Supply-1"


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    session = Session(request(), clock=StandingClock(), timer=lambda: 0.0)
    await session.open()
    async for _ in session.marketplace.read_api_clients():
        pass
    yield session
    await session.close()


async def token_of(session: Session, client: str, kind: Kind = Kind.PASSWORD, username: str = "") -> Token:
    found = next(each for each in session.marketplace.api_clients.values() if each.app_name == client)
    result = await Attempts(session).run(Form(kind, found.id, username=username, password=PASSWORD))
    assert result.token is not None, result.error
    return result.token


async def test_the_key_is_fetched_once_and_a_file_goes_before_it(session: Session) -> None:
    token, reading = await token_of(session, "Buyer Storefront", username="shopper01"), TokenReading(session)
    before = len(session.exchanges)
    for where in (reading.url, f"kept from {reading.url}"):
        verdict, told = await reading.verify(token)
        assert (verdict.status, told) == (Status.PASSED, where)
    assert [each.path for each in list(session.exchanges)[before:]] == [f"/oauth/certs/{token.header.kid}"]
    assert (await reading.verify(decode(make())))[0].status is Status.NOT_CHECKED  # no such key
    assert (await reading.verify(decode(make(header={"alg": "RS256", "kid": ".."}))))[0].status is Status.NOT_CHECKED
    reading.given = KeySet(({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "other"},))
    assert "None of the keys" in (await reading.verify(token))[0].why
    skew = reading.skew()
    assert skew is not None
    assert skew.agrees


async def test_claims_get_the_names_of_the_marketplace(session: Session) -> None:
    reading = TokenReading(session)
    token = await token_of(session, "Guest Storefront", Kind.ANONYMOUS)
    claims = token.claims
    assert None not in (claims.cid, claims.usr, claims.orderid)
    names = await reading.names(token)
    assert names["cid", claims.cid or ""] == "Guest Storefront"
    assert "Estuary" in names["usr", claims.usr or ""]
    assert names["orderid", claims.orderid or ""] == "not begun: nothing was put in it yet"
    lines = await session.opened.tester.read("cart", token=token.compact)
    assert lines is not None
    decision = await reading.expected(token)
    assert decision is not None
    assert decision.anonymous
    assert set(decision.roles) == set(claims.role or ())
    foreign = decode(with_claims(aud="https://api.ordercloud.io", iss="https://auth.ordercloud.io"))
    assert not reading.is_of_here(foreign)
    assert await reading.names(foreign) == {}
    assert await reading.expected(foreign) is None


@pytest.mark.parametrize(
    ("client", "kind", "username"),
    [
        ("Buyer Storefront", Kind.PASSWORD, "shopper01"),
        ("Guest Storefront", Kind.ANONYMOUS, ""),
        ("Supplier Network", Kind.PASSWORD, "gale-dispatch"),
    ],
)
async def test_every_call_comes_as_it_was_expected(session: Session, client: str, kind: Kind, username: str) -> None:
    reading, token = TokenReading(session), await token_of(session, client, kind, username)
    safe = [each for each in endpoints() if each.safe]
    tried = [
        await reading.call(token, each, ["nobody"] * len(each.places)) for each in safe if "direction" not in each.path
    ]
    assert [each.endpoint.title for each in tried if each.agreed is not True] == []
    assert {each.expected.allowed for each in tried} == {True, False}


async def test_nothing_else_is_ever_sent(session: Session) -> None:
    reading, token = TokenReading(session), await token_of(session, "Buyer Storefront", username="shopper01")
    foreign = decode(with_claims(aud="https://api.ordercloud.io"))
    me = next(each for each in endpoints() if each.title == "GET /v1/me")
    before = len(session.exchanges)
    for endpoint in endpoints():
        if not endpoint.safe:
            with pytest.raises(ValueError, match="never sent"):
                await reading.call(token, endpoint, ["x"] * len(endpoint.places))
    with pytest.raises(ValueError, match="never sent there"):
        await reading.call(foreign, me)
    await session.use_sandbox()
    with pytest.raises(ValueError, match="another marketplace"):
        await reading.call(token, me)
    sent = list(session.exchanges)[before:]
    assert all(token.compact not in (each.request_header("authorization") or "") for each in sent)
