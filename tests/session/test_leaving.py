"""Connecting elsewhere while something is under way: it stays with the marketplace it began in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.session.sandbox_gate import Gated, gated
from tui.config.connection import Connection, ConnectionProblem, Part
from tui.ordercloud import errors
from tui.ordercloud._httpx import Request
from tui.session.attempts import Attempts, Form, Kind
from tui.session.failures import NoMarketplace, is_expected

NOWHERE = Connection("", problems=(ConnectionProblem(Part.URL, "Where to?", missing=True),))


@pytest.fixture
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gated]:
    async with gated(monkeypatch) as session:
        yield session


def form(opened: Gated) -> Form:
    return Form(Kind.PASSWORD, opened.named("Kiosk Terminal").id, "shopper01", "Harbor-Supply-1")


def is_token(request: Request) -> bool:
    return request.url.path == "/oauth/token"


async def test_an_attempt_goes_on_where_it_began_while_the_console_connects(opened: Gated) -> None:
    attempts = Attempts(opened.session)
    held = opened.hold(is_token)
    running = asyncio.ensure_future(attempts.run(form(opened)))
    await held.caught.wait()
    await opened.session.connect(NOWHERE)
    assert not opened.session.ready
    held.go.set()
    result = await running
    assert result.agreed
    assert result.signature is not None
    assert result.exchange is not None
    assert not attempts.is_of_here(result)
    assert opened.session.resume()
    assert attempts.is_of_here(result)


@pytest.mark.parametrize("stage", ["facts", "token", "key"])
async def test_an_attempt_whose_marketplace_is_closed_ends_in_words_and_sends_nothing_to_the_other(
    opened: Gated, stage: str
) -> None:
    path = {"facts": "/secrets", "token": "/oauth/token", "key": "/oauth/certs"}[stage]
    attempts, left = Attempts(opened.session), opened.session.opened
    held = opened.hold(lambda request: path in request.url.path)
    running = asyncio.ensure_future(attempts.run(form(opened)))
    await held.caught.wait()
    await opened.session.use_sandbox()
    assert opened.session.opened is not left
    sent = len(opened.session.exchanges)
    held.go.set()
    result = await running
    assert not attempts.is_of_here(result)
    here = Attempts(opened.session)
    assert here.results == []
    if stage == "facts":
        assert isinstance(result.error, errors.Closed)
        assert is_expected(result.error)
    late = [each for each in list(opened.session.exchanges)[sent:] if "token" in each.url]
    assert late == [each for each in late if stage == "token"], "only the held answer itself may be heard of"


async def test_a_call_of_me_belongs_to_the_marketplace_of_its_token(opened: Gated) -> None:
    attempts = Attempts(opened.session)
    result = await attempts.run(form(opened))
    held = opened.hold(lambda request: request.url.path == "/v1/me")
    calling = asyncio.ensure_future(attempts.call_me(result))
    await held.caught.wait()
    await opened.session.connect(NOWHERE)
    held.go.set()
    call = await calling
    assert call.me is not None
    await opened.session.use_sandbox()
    assert isinstance((await attempts.call_me(result)).error, errors.Closed)


async def test_no_token_of_one_marketplace_is_sent_to_another_though_the_address_is_the_same(opened: Gated) -> None:
    result = await Attempts(opened.session).run(form(opened))
    url = opened.session.identity.url
    await opened.session.use_sandbox()
    assert opened.session.identity.url == url
    here = Attempts(opened.session)
    sent = len(opened.session.exchanges)
    assert not here.is_of_here(result)
    for ask in (here.call_me(result), here.run(Form(Kind.REFRESH, result.form.api_client_id, refreshing=result))):
        with pytest.raises(NoMarketplace, match="never sent to this one") as caught:
            await ask
        assert is_expected(caught.value)
    assert len(opened.session.exchanges) == sent
    assert here.results == []


async def test_without_a_marketplace_an_attempt_says_so(opened: Gated) -> None:
    await opened.session.connect(NOWHERE)
    with pytest.raises(NoMarketplace):
        await Attempts(opened.session).run(Form(Kind.PASSWORD, "any", "u", "p"))


async def test_a_write_under_way_when_its_marketplace_is_closed_is_told_and_not_noted(opened: Gated) -> None:
    marketplace = opened.session.marketplace
    held = opened.hold(lambda request: request.method == "GET" and "/apiclients/" in request.url.path)
    changing = asyncio.ensure_future(marketplace.patch_api_client(opened.named("Partner Portal"), {"AppName": "Mine"}))
    await held.caught.wait()
    await opened.session.use_sandbox()
    held.go.set()
    with pytest.raises(errors.Closed):
        await changing
    assert marketplace.journal.last is None
    assert "PATCH" not in opened.writes
