"""Signing in, and staying so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import anyio
import pytest

from tests.ordercloud.wire import (
    PASSWORD,
    SECRET,
    START,
    Bench,
    Script,
    Site,
    bench,
    by_password,
    error_body,
    form_of,
    page_body,
    ready_token,
    reply,
    token_body,
    words_of,
)
from tui.ordercloud import Credentials, SignedIn, errors
from tui.ordercloud._httpx import Request, Response, httpx

REFUSED: dict[str, object] = {"error": "invalid_grant", **error_body("Auth.InvalidUsernameOrPassword", "No.")}


class Marketplace(Site):
    """Answers buyers to whoever has a live token, and gives tokens: token-1, token-2 and so on."""

    def __init__(self, **more: object) -> None:
        super().__init__(self._answer)
        self.more = more
        self.live: set[str] = set()
        self.grants: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.refusing: set[str] = set()
        self.failing: Exception | None = None
        self.tokens_used: list[str] = []

    def _answer(self, request: Request) -> Response:
        if request.url.path == "/oauth/token":
            form = form_of(request)
            self.forms.append(form)
            self.grants.append(form["grant_type"])
            if self.failing is not None:
                raise self.failing
            if form["grant_type"] in self.refusing:
                return reply(400, REFUSED)
            token = f"token-{len(self.grants)}"
            self.live.add(token)
            return reply(200, {"access_token": token, "token_type": "bearer", "expires_in": 599, **self.more})
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.tokens_used.append(given)
        return reply(200, page_body({"ID": "acme"})) if given in self.live else reply(401, error_body("InvalidToken"))


REFRESHABLE: dict[str, object] = {"refresh_token": "the-refresh-token"}


async def test_signing_in_waits_for_the_first_request_that_needs_it() -> None:
    site = Marketplace()
    b = bench(site, credentials=by_password())
    assert b.oc.signed_in is None
    assert site.requests == []

    await b.oc.buyers.list()
    await b.oc.buyers.list()

    assert site.grants == ["password"]
    assert site.tokens_used == ["token-1", "token-1"]
    assert b.oc.signed_in is not None
    assert b.oc.signed_in.expires_at == START + timedelta(seconds=599)
    assert b.oc.signed_in.remaining(START) == timedelta(seconds=599)
    assert b.tokens == [b.oc.signed_in]


@pytest.mark.parametrize(
    ("credentials", "form"),
    [
        (
            by_password(),
            {"grant_type": "password", "client_id": "the-client", "username": "harbor-admin", "password": PASSWORD},
        ),
        (
            by_password(secret=SECRET, scope="Shopper MeAdmin"),
            {
                "grant_type": "password",
                "client_id": "the-client",
                "username": "harbor-admin",
                "password": PASSWORD,
                "client_secret": SECRET,
                "scope": "Shopper MeAdmin",
            },
        ),
        (
            Credentials("c", "client_credentials", secret=SECRET),
            {"grant_type": "client_credentials", "client_id": "c", "client_secret": SECRET},
        ),
        (
            Credentials("c", "anonymous", anon_user_id="visitor", scope="Shopper"),
            {"grant_type": "client_credentials", "client_id": "c", "scope": "Shopper", "anonuserid": "visitor"},
        ),
        (
            Credentials("c", "refresh_token", refresh_token="r-r-r", secret=SECRET),
            {"grant_type": "refresh_token", "client_id": "c", "refresh_token": "r-r-r", "client_secret": SECRET},
        ),
    ],
)
async def test_what_each_grant_sends(credentials: Credentials, form: dict[str, str]) -> None:
    site = Marketplace()
    await bench(site, credentials=credentials).oc.buyers.list()

    token = site.requests[0]
    assert site.forms == [form]
    assert (token.method, token.url.path) == ("POST", "/oauth/token")
    assert token.headers["content-type"] == "application/x-www-form-urlencoded"
    assert token.headers["accept"] == "application/json"
    assert "authorization" not in token.headers


async def test_a_form_survives_every_character() -> None:
    site = Marketplace()
    password = "a&b=c+d %é\u2603\n\"'"
    await bench(site).oc.oauth.password("c", "u&=x", password)

    assert (site.forms[0]["username"], site.forms[0]["password"]) == ("u&=x", password)


@pytest.mark.parametrize("seconds", [568, 569, 598, 600, 10_000])
@pytest.mark.parametrize("more", [{}, REFRESHABLE])
async def test_renewal_thirty_seconds_early(seconds: int, more: dict[str, object]) -> None:
    site = Marketplace(**more)
    b = bench(site, credentials=by_password())
    await b.oc.buyers.list()
    b.clock.advance(seconds)
    await b.oc.buyers.list()

    due = seconds >= 569
    assert site.grants == ["password"] + (["refresh_token" if more else "password"] if due else [])
    assert site.tokens_used == ["token-1", "token-2" if due else "token-1"]
    assert b.oc.signed_in is not None
    assert b.oc.signed_in.renewals == (1 if due and more else 0)


async def test_a_refresh_sends_secret_and_scope_and_keeps_its_token() -> None:
    site = Marketplace(**REFRESHABLE)
    b = bench(site, credentials=by_password(secret=SECRET, scope="Shopper"))
    await b.oc.buyers.list()
    site.more = {}  # an answer to a refresh need not repeat the refresh token
    for _ in range(2):
        b.clock.advance(600)
        await b.oc.buyers.list()

    wanted = {"grant_type": "refresh_token", "client_id": "the-client", "refresh_token": "the-refresh-token",
              "client_secret": SECRET, "scope": "Shopper"}  # fmt: skip
    assert site.forms[1:] == [wanted, wanted]


async def test_a_short_life_is_not_renewed_at_every_request() -> None:
    site = Marketplace(expires_in=20)
    b = bench(site, credentials=by_password())
    for _ in range(3):
        await b.oc.buyers.list()
    assert site.grants == ["password"]
    b.clock.advance(10)
    await b.oc.buyers.list()
    assert site.grants == ["password", "password"]


async def test_a_token_without_an_end_is_used_until_it_is_refused() -> None:
    site = Marketplace(expires_in=0)
    b = bench(site, credentials=by_password())
    await b.oc.buyers.list()
    b.clock.advance(10_000_000)
    await b.oc.buyers.list()

    assert site.grants == ["password"]
    assert b.oc.signed_in is not None
    assert b.oc.signed_in.remaining(START) is None


async def test_one_renewal_on_a_401() -> None:
    site = Marketplace(**REFRESHABLE)
    b = bench(site, credentials=by_password())
    await b.oc.buyers.list()
    site.live.clear()
    await b.oc.buyers.list()

    assert site.grants == ["password", "refresh_token"]
    assert site.tokens_used == ["token-1", "token-1", "token-2"]
    assert [each.attempt for each in b.exchanges if each.path != "/oauth/token"] == [1, 1, 2]


async def test_only_one_renewal_on_a_401() -> None:
    site = Script(reply(200, token_body("1")), reply(401), reply(200, token_body("2")), reply(401))
    b = bench(site, credentials=by_password())
    with pytest.raises(errors.Unauthorized):
        await b.oc.buyers.list()
    assert site.steps == []


async def test_a_post_is_sent_again_after_a_401() -> None:
    answers = (reply(200, token_body("1")), reply(401), reply(200, token_body("2")), reply(201, {"ID": "a"}))
    site = Script(*answers)
    await bench(site, credentials=by_password()).oc.buyers.create({"Name": "A"})

    assert [each.content for each in site.requests if each.url.path == "/v1/buyers"] == [b'{"Name":"A"}'] * 2


async def test_a_refused_refresh_falls_back_to_the_whole_sign_in() -> None:
    site = Marketplace(**REFRESHABLE)
    site.refusing.add("refresh_token")
    b = bench(site, credentials=by_password())
    await b.oc.buyers.list()
    b.clock.advance(600)
    await b.oc.buyers.list()

    assert site.grants == ["password", "refresh_token", "password"]


async def test_a_failed_refresh_does_not_risk_the_password() -> None:
    site = Marketplace(**REFRESHABLE)
    b = bench(site, credentials=by_password(), attempts=1)
    await b.oc.buyers.list()
    site.failing = httpx.ReadTimeout("x")
    b.clock.advance(600)
    with pytest.raises(errors.ReadTimedOut):
        await b.oc.buyers.list()

    assert site.grants == ["password", "refresh_token"]


async def test_a_token_in_its_last_seconds_will_do_while_the_server_is_away() -> None:
    site = Marketplace(**REFRESHABLE)
    b = bench(site, credentials=by_password(), attempts=1)
    await b.oc.buyers.list()
    site.failing = httpx.ConnectError("x")
    b.clock.advance(580)
    await b.oc.buyers.list()

    assert site.tokens_used == ["token-1", "token-1"]
    b.clock.advance(19)
    with pytest.raises(errors.CannotConnect):
        await b.oc.buyers.list()


async def test_a_refused_sign_in_is_not_tried_again_by_itself() -> None:
    site = Marketplace()
    site.refusing.add("password")
    b = bench(site, credentials=by_password())
    for _ in range(20):
        with pytest.raises(errors.OAuthRefused) as caught:
            await b.oc.buyers.list()
    assert caught.value.code == "Auth.InvalidUsernameOrPassword"
    assert site.grants == ["password"], "each try would count towards a lockout"

    site.refusing.clear()
    await b.oc.sign_in()
    await b.oc.buyers.list()
    assert site.grants == ["password", "password"]


async def test_a_password_that_may_have_been_counted_is_not_sent_again() -> None:
    site = Marketplace()
    site.failing = httpx.ReadTimeout("x")
    b = bench(site, credentials=by_password(), attempts=5)
    with pytest.raises(errors.ReadTimedOut):
        await b.oc.buyers.list()
    assert site.grants == ["password"]


async def ask_at_once(b: Bench, count: int) -> list[BaseException | None]:
    results: list[BaseException | None] = []

    async def ask() -> None:
        try:
            await b.oc.buyers.list()
        except errors.OrderCloudError as error:
            results.append(error)
        else:
            results.append(None)

    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(ask)
    return results


async def test_one_sign_in_for_all_who_wait() -> None:
    site = Marketplace()
    b = bench(site, credentials=by_password())

    assert await ask_at_once(b, 20) == [None] * 20
    assert site.grants == ["password"]


@pytest.mark.parametrize("by", ["expiry", "401"])
async def test_one_renewal_for_all_who_wait(by: str) -> None:
    site = Marketplace(**REFRESHABLE)
    b = bench(site, credentials=by_password())
    await b.oc.buyers.list()
    if by == "expiry":
        b.clock.advance(600)
    else:
        site.live.clear()

    assert await ask_at_once(b, 20) == [None] * 20
    assert site.grants == ["password", "refresh_token"]


async def test_one_refusal_for_all_who_wait() -> None:
    site = Marketplace()
    site.refusing.add("password")
    b = bench(site, credentials=by_password())
    results = await ask_at_once(b, 20)

    assert all(isinstance(each, errors.OAuthRefused) for each in results)
    assert site.grants == ["password"]


async def test_a_cancelled_caller_does_not_keep_the_others_waiting() -> None:
    entered = anyio.Event()

    async def never(_: Request) -> Response:
        entered.set()
        await anyio.sleep_forever()
        raise AssertionError

    site = Script(never, reply(200, token_body("2")), reply(200, page_body()))
    b = bench(site, credentials=by_password())
    async with anyio.create_task_group() as group:
        first = anyio.CancelScope()

        async def ask_and_be_cancelled() -> None:
            with first:
                await b.oc.buyers.list()

        group.start_soon(ask_and_be_cancelled)
        await entered.wait()
        group.start_soon(b.oc.buyers.list)
        await anyio.lowlevel.checkpoint()
        first.cancel()

    assert site.steps == []
    assert b.exchanges[0].failure == "cancelled"
    assert b.exchanges[0].status is None


async def test_without_credentials_nothing_is_sent() -> None:
    site = Marketplace()
    b = bench(site)
    with pytest.raises(errors.NotSignedIn):
        await b.oc.buyers.list()
    with pytest.raises(errors.NotSignedIn):
        await b.oc.sign_in()
    assert site.requests == []


async def test_a_given_token_is_used_as_it_is() -> None:
    site = Marketplace()
    site.live.add("token-given")
    b = bench(site, credentials=ready_token())
    await b.oc.buyers.list()
    assert site.tokens_used == ["token-given"]

    site.live.clear()
    with pytest.raises(errors.Unauthorized):
        await b.oc.buyers.list()
    assert site.grants == []


async def test_a_foreign_token_is_neither_renewed_nor_kept() -> None:
    site = Script(reply(401))
    b = bench(site, credentials=by_password())
    with pytest.raises(errors.Unauthorized):
        await b.oc.me.get("token-foreign")

    assert site.requests[0].headers["authorization"] == "Bearer token-foreign"
    assert b.oc.signed_in is None


async def test_asking_for_tokens_does_not_sign_the_client_in() -> None:
    b = bench(Marketplace(**REFRESHABLE), credentials=by_password())
    answer = await b.oc.oauth.client_credentials("c", SECRET)

    assert (answer.access_token, answer.expires_in, answer.refresh_token) == ("token-1", 599, "the-refresh-token")
    assert b.oc.signed_in is None


async def test_certificates_need_no_token() -> None:
    jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "x6sA-/+", "n": "abc", "e": "AQAB"}
    site = Script(reply(200, jwk))
    key = await bench(site, credentials=by_password()).oc.certs.get("x6sA-/+")

    assert key.to_wire() == jwk
    assert site.requests[0].url.raw_path == b"/oauth/certs/x6sA-%2F%2B"
    assert "authorization" not in site.requests[0].headers


async def test_new_credentials_replace_the_old_ones_only_when_they_are_good() -> None:
    site = Marketplace()
    b = bench(site, credentials=by_password())
    await b.oc.buyers.list()
    site.refusing.add("client_credentials")
    other = Credentials("other", "client_credentials", secret=SECRET)
    with pytest.raises(errors.OAuthRefused):
        await b.oc.sign_in(other)
    await b.oc.buyers.list()
    assert b.oc.credentials == by_password()
    assert site.tokens_used == ["token-1", "token-1"]

    site.refusing.clear()
    signed_in = await b.oc.sign_in(other)
    await b.oc.buyers.list()
    assert (signed_in.client_id, signed_in.grant) == ("other", "client_credentials")
    assert b.oc.credentials == other
    assert site.tokens_used[-1] == signed_in.access_token


async def test_signing_out() -> None:
    site = Marketplace()
    b = bench(site, credentials=by_password())
    await b.oc.buyers.list()
    b.oc.sign_out()

    assert b.oc.signed_in is None
    assert b.tokens[-1] is None
    with pytest.raises(errors.NotSignedIn):
        await b.oc.buyers.list()


async def test_a_refresh_token_alone_gets_in_until_it_is_refused() -> None:
    site = Marketplace()
    b = bench(site, credentials=Credentials("c", "refresh_token", refresh_token="the-refresh-token"))
    await b.oc.buyers.list()
    b.clock.advance(600)
    site.refusing.add("refresh_token")
    for _ in range(3):
        with pytest.raises(errors.OAuthRefused):
            await b.oc.buyers.list()
    assert set(site.grants) == {"refresh_token"}


@pytest.mark.parametrize(
    "given",
    [
        {"grant": "password", "client_id": "c", "username": "u"},
        {"grant": "password", "username": "u", "password": "p"},
        {"grant": "client_credentials", "client_id": "c"},
        {"grant": "anonymous"},
        {"grant": "refresh_token", "client_id": "c"},
        {"grant": "token"},
    ],
)
def test_incomplete_credentials(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs"):
        Credentials(**given)


def test_no_credential_in_repr() -> None:
    every = Credentials("c", "password", "u", "hush-1", "hush-2", "scope", "hush-3", "hush-4")
    held = SignedIn("hush-5", START, refresh_token="hush-6")

    assert "hush" not in words_of([every, held])
