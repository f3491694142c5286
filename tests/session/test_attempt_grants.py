"""The ways to a token beside the four grants, against the sandbox: acting as another, through a browser, by a code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from tests.session.test_attempts import DEMO_PASSWORD, StandingClock, id_of, password, request, told
from tui.ordercloud.models.integrations import OpenIdConnect
from tui.session.attempt_record import AttemptRecord
from tui.session.attempts import Attempts, Form, Kind, Result
from tui.session.browser_receiver import BrowserReceiver
from tui.session.browser_sign_in import sign_in, why_not_here
from tui.session.failures import Declined
from tui.session.kept_secrets import recall, remember
from tui.session.outcome import SignInRefused
from tui.session.session import Session
from tui.tokens.decode import decode


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def session(clock: StandingClock) -> AsyncIterator[Session]:
    session = Session(request(), clock=clock)
    await session.open()
    async for _ in session.marketplace.read_api_clients():
        pass
    yield session
    await session.close()


@pytest.fixture
def attempts(session: Session) -> Attempts:
    return Attempts(session)


def acting(session: Session, client: str, username: str, caller: Result | None = None, scope: str = "") -> Form:
    return Form(Kind.IMPERSONATION, id_of(session, client), username, caller=caller, scope=scope)


async def test_acting_as_another_is_expected_by_its_configurations(session: Session, attempts: Attempts) -> None:
    support = await attempts.run(password(session, "Reporting Job", "support-agent", secret=DEMO_PASSWORD))
    supplier = await attempts.run(password(session, "Admin Backoffice", "gale-seller"))
    good = await attempts.run(acting(session, "Headless Shop", "shopper01", support))
    assert good.agreed, told(good)
    assert good.token is not None
    assert (good.token.claims.usr, bool(good.token.claims.imp)) == ("shopper01", True)
    again = await attempts.run(attempts.refresh_form(good))
    assert again.agreed, told(again)
    assert again.token is not None
    assert again.token.claims.imp
    users = ("shopper01", "breakwater-buyer", "chandlery-former", "foghorn-buyer")
    for client in ("Headless Shop", "Partner Portal", "Old ERP Bridge"):
        for caller in (None, support, supplier):
            for username in users:
                result = await attempts.run(acting(session, client, username, caller, "Shopper ProductAdmin"))
                assert result.agreed, told(result)
    refused = {each.record.outcome.code for each in attempts.results if each.record and not each.record.outcome.allowed}
    assert refused == {
        "Auth.InsufficientRoles",
        "Impersonation.BadApiClient",
        "Impersonation.BuyerNotAssigned",
        "Impersonation.ConfigError",
    }


async def test_configurations_that_nearly_allow_it_are_named(session: Session, attempts: Attempts) -> None:
    lonely = await attempts.expect(acting(session, "Headless Shop", "shopper01"))
    assert lonely.near_misses == ("support-as-shopper lets others act as shopper01, not harbor-admin.",)
    nobody = await attempts.run(acting(session, "Headless Shop", "gale-seller"))
    assert nobody.exchange is None
    assert "Only users of buyers" in str(nobody.error)


async def test_a_browser_goes_the_whole_way_round_and_comes_back_as_expected(
    session: Session, attempts: Attempts
) -> None:
    for client, username, scope in (
        ("Buyer Storefront", "shopper01", ""),
        ("Kiosk Terminal", "shopper01", "Shopper MeAdmin"),
        ("Partner Portal", "breakwater-buyer", ""),
        ("Old ERP Bridge", "harbor-admin", ""),
        ("Reporting Job", "harbor-admin", ""),
        ("Buyer Storefront", "chandlery-former", ""),
        ("Buyer Storefront", "nobody", ""),
    ):
        result = await attempts.run(Form(Kind.OPENID, id_of(session, client), username, scope=scope))
        assert result.agreed, told(result)
    first = attempts.results[0]
    assert first.token is not None
    assert first.refresh_token
    assert (await attempts.run(attempts.refresh_form(first))).agreed
    assert [each async for each in session.client.openid_connects.iterate()] == []
    assert isinstance(attempts.results[2].error, SignInRefused)
    heard = " ".join(repr(each.redacted()) for each in session.exchanges)
    assert first.refresh_token not in heard


async def test_a_one_time_password_is_good_once_and_for_ten_minutes(
    session: Session, attempts: Attempts, clock: StandingClock
) -> None:
    client = id_of(session, "Buyer Storefront")
    form = Form(Kind.ONE_TIME, client, "shopper01")

    async def code() -> Form:
        await attempts.send_one_time_password(form)
        mail = (await session.outbox())[0]
        return replace(form, password=mail.code or "")

    one = await code()
    assert (await attempts.expect(one)).assumptions
    good = await attempts.run(one)
    assert good.token is not None
    assert good.agreed
    twice = await attempts.run(one)
    late = await code()
    clock.now += timedelta(minutes=11)
    over = await attempts.run(late)
    for result in (twice, over):
        assert (result.token, result.agreed) == (None, True)
        assert "one-time password was assumed" in result.comparison.note


async def test_the_receiver_takes_only_the_sign_in_that_was_begun() -> None:
    async def get(receiver: BrowserReceiver, target: str, host: str = "") -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
        named = host or f"127.0.0.1:{receiver.port}"
        writer.write(f"GET {target} HTTP/1.1\r\nHost: {named}\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return answer

    async with BrowserReceiver() as receiver:
        assert b"404" in await get(receiver, "/other?access_token=x")
        assert b"404" in await get(receiver, f"/{receiver.state}?access_token=x", "evil.example")
        assert not receiver.answer.done()
        assert b"200 OK" in await get(receiver, f"/{receiver.state}?access_token=x&more=%3Cb%3E")
        assert await receiver.answer == {"access_token": "x", "more": "<b>"}
    async with BrowserReceiver(path="/back", state_in="path") as receiver:
        assert b"404" in await get(receiver, "/back?access_token=x&path=/wrong")
        assert b"200 OK" in await get(receiver, f"/back?access_token=x&path=/{receiver.state}")


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ("http://127.0.0.1:4200/back?token={0}&path={2}", None),
        ("http://localhost:4200/?t={0}", None),
        ("https://shop.example/?token={0}", "does not lead to this machine"),
        ("http://127.0.0.1/?token={0}", "does not lead to this machine"),
        ("http://127.0.0.1:4200/{0}", "no member of the query"),
        ("http://127.0.0.1:99999/?t={0}", "no web address"),
    ],
)
def test_a_configuration_that_leads_elsewhere_says_so(place: str, part: str | None) -> None:
    told = why_not_here(OpenIdConnect(app_start_url=place))
    assert told is None if part is None else told is not None and part in told


async def test_no_record_holds_a_credential(session: Session, attempts: Attempts) -> None:
    long = "Zk3vQ9xT7mB2nL5pR8sW1yC4dF6gH0jK"
    first = await attempts.run(password(session, "Buyer Storefront", "shopper01"))
    token, refresh = first.token, first.refresh_token
    assert token is not None
    assert refresh
    client = id_of(session, "Buyer Storefront")
    await attempts.run(attempts.refresh_form(first))
    await attempts.run(Form(Kind.PASSWORD, client, long, long))
    await attempts.run(Form(Kind.ELEVATED, client, token.compact, DEMO_PASSWORD, long, scope=long))
    await attempts.run(Form(Kind.ANONYMOUS, refresh, secret=long, anon_user_id=long))
    await attempts.run(acting(session, "Headless Shop", "shopper01", first))
    records = [each.record for each in attempts.results]
    assert all(isinstance(each, AttemptRecord) for each in records)
    written = repr(records)
    for secret in (long, token.compact, DEMO_PASSWORD):
        assert secret not in written


async def test_elsewhere_a_configuration_leads_the_browser_back_to_this_machine(session: Session) -> None:
    async with BrowserReceiver() as free:
        port = free.port  # free again in a moment
    client, url = id_of(session, "Buyer Storefront"), session.identity.url
    here = replace(session.opened, sandbox=None)
    await session.client.openid_connects.create(
        {
            "ID": "dev",
            "OrderCloudApiClientID": client,
            "ConnectClientID": "dev",
            "ConnectClientSecret": "provider-secret",
            "AppStartUrl": f"http://127.0.0.1:{port}/back?t={{0}}&at={{2}}&r={{3}}",
            "AuthorizationEndpoint": f"{url}/idp/authorize",
            "TokenEndpoint": f"{url}/idp/token",
        }
    )
    form = Form(Kind.OPENID, client, "shopper01", scope="Shopper", connect="dev")
    addresses: list[str] = []
    cookies: dict[str, str] = {}

    async def browser(address: str) -> None:
        """Follow the way a person's browser goes, to its end on this machine."""
        while address.startswith(url):
            address = await here.tester.follow(address, cookies)
        parts = urlsplit(address)
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    answer = await sign_in(here, form, browser=browser, tell=addresses.append)
    assert decode(answer.access_token).claims.role == ("Shopper",)
    assert answer.refresh_token
    assert addresses[0].startswith(f"{url}/ocrplogin?")

    async def nobody(_: str) -> None:
        """A browser that is never used."""

    with pytest.raises(TimeoutError):
        await sign_in(here, form, browser=nobody, tell=addresses.append, seconds=0.01)
    sent_off = asyncio.Event()
    waiting = asyncio.ensure_future(sign_in(here, form, browser=nobody, tell=lambda _: sent_off.set()))
    await sent_off.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with BrowserReceiver(port):  # given back each time
        with pytest.raises(Declined, match="Nothing can listen"):
            await sign_in(here, form, browser=nobody, tell=addresses.append)


async def test_secrets_of_the_sitting_are_found_again_for_their_own_account_alone(session: Session) -> None:
    form = Form(Kind.ELEVATED, "some-client", "shopper01", "Correct-Horse-7", "a-client-secret")
    await remember(session, form)
    found = await recall("client_secret", session, "SOME-CLIENT".lower())
    assert found is not None
    assert (found.secret, found.source) == ("a-client-secret", "this sitting")
    assert "a-client-secret" not in repr(found)
    assert await recall("password", session, "some-client", "somebody-else") is None
    assert await recall("client_secret", session, "other-client") is None
