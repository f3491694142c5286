"""What is sent again, what never is, and how long to wait in between."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.utils import format_datetime

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ordercloud.wire import (
    PASSWORD,
    SECRET,
    START,
    Bench,
    Script,
    Step,
    bench,
    error_body,
    ready_token,
    reply,
    token_body,
)
from tui.ordercloud import OrderCloud, RetryPolicy, errors
from tui.ordercloud._httpx import Response, httpx
from tui.ordercloud.models import ApiClientAssignment

Ask = Callable[[OrderCloud], Awaitable[object]]

GET: Ask = lambda oc: oc.buyers.get("a")  # noqa: E731  # a table of calls reads best in lines
PUT: Ask = lambda oc: oc.buyers.save("a", {})  # noqa: E731  # as above
DELETE: Ask = lambda oc: oc.buyers.delete("a")  # noqa: E731  # as above
PATCH: Ask = lambda oc: oc.buyers.patch("a", {})  # noqa: E731  # as above
POST: Ask = lambda oc: oc.buyers.create({})  # noqa: E731  # as above
ASSIGN: Ask = lambda oc: oc.api_clients.assignments.assign(ApiClientAssignment(api_client_id="c", buyer_id="a"))  # noqa: E731  # as above
PASSWORD_GRANT: Ask = lambda oc: oc.oauth.password("c", "u", PASSWORD)  # noqa: E731  # as above
CLIENT_GRANT: Ask = lambda oc: oc.oauth.client_credentials("c", SECRET)  # noqa: E731  # as above
ANONYMOUS_GRANT: Ask = lambda oc: oc.oauth.anonymous("c")  # noqa: E731  # as above
REFRESH_GRANT: Ask = lambda oc: oc.oauth.refresh("c", "the-refresh-token")  # noqa: E731  # as above
CALLS = {
    "GET": GET,
    "PUT": PUT,
    "DELETE": DELETE,
    "PATCH": PATCH,
    "POST": POST,
    "assign": ASSIGN,
    "password": PASSWORD_GRANT,
    "client_credentials": CLIENT_GRANT,
    "anonymous": ANONYMOUS_GRANT,
    "refresh": REFRESH_GRANT,
}
POSTS = {"PATCH", "POST", "assign", "client_credentials", "anonymous", "refresh"}
EVERY = set(CALLS)


def good() -> Response:
    return reply(200, {"ID": "a", **token_body()})


def status(number: int) -> Callable[[], Step]:
    return lambda: reply(number, error_body("X"))


def raising(kind: type[Exception]) -> Callable[[], Step]:
    return lambda: kind("x")


# What may be sent again after each failure: the whole rule, in one table.
RULE: list[tuple[str, Callable[[], Step], set[str]]] = [
    ("no connection", raising(httpx.ConnectError), EVERY),
    ("connecting timed out", raising(httpx.ConnectTimeout), EVERY),
    ("no free connection", raising(httpx.PoolTimeout), EVERY),
    ("reading timed out", raising(httpx.ReadTimeout), {"GET", "PUT", "DELETE"}),
    ("writing timed out", raising(httpx.WriteTimeout), {"GET", "PUT", "DELETE"}),
    ("disconnected", raising(httpx.RemoteProtocolError), {"GET", "PUT", "DELETE"}),
    ("reset", raising(httpx.ReadError), {"GET", "PUT", "DELETE"}),
    ("the app crashed", raising(RuntimeError), {"GET", "PUT", "DELETE"}),
    ("429", status(429), EVERY - {"password"}),
    ("408", status(408), {"GET"}),
    ("500", status(500), {"GET"}),
    ("502", status(502), {"GET", "PUT", "DELETE"}),
    ("503", status(503), {"GET", "PUT", "DELETE"}),
    ("504", status(504), {"GET", "PUT", "DELETE"}),
    ("400", status(400), set()),
    ("401", status(401), set()),
    ("403", status(403), set()),
    ("404", status(404), set()),
    ("409", status(409), set()),
    ("501", status(501), set()),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("failure", "step", "again"), RULE, ids=[row[0] for row in RULE])
async def test_the_rule(call: str, failure: str, step: Callable[[], Step], again: set[str]) -> None:
    script = Script(step(), good())
    b = bench(script, credentials=ready_token())

    if call in again:
        await CALLS[call](b.oc)
        assert [each.attempt for each in b.exchanges] == [1, 2]
        assert len(b.slept) == 1
    else:
        with pytest.raises(errors.OrderCloudError):
            await CALLS[call](b.oc)
        assert len(script.requests) == 1, f"{call} was sent again after {failure}"
        assert b.slept == []


def test_the_table_is_whole() -> None:
    assert POSTS | {"GET", "PUT", "DELETE", "password"} == EVERY


async def test_a_request_is_the_same_each_time() -> None:
    script = Script(reply(429), reply(429), good())
    b = bench(script, credentials=ready_token())
    await b.oc.buyers.create({"ID": "a", "Name": "A"})

    assert {each.content for each in script.requests} == {b'{"ID":"a","Name":"A"}'}
    assert [each.attempt for each in b.exchanges] == [1, 2, 3]
    assert [each.number for each in b.exchanges] == [1, 2, 3]
    assert [each.status for each in b.exchanges] == [429, 429, 200]


async def test_attempts_run_out() -> None:
    script = Script(httpx.ReadError("x"), reply(503), reply(502), good())
    b = bench(script, credentials=ready_token())
    with pytest.raises(errors.ServerFailed) as caught:
        await b.oc.buyers.get("a")

    assert caught.value.status == 502
    assert len(b.slept) == 2
    assert len(script.steps) == 1


async def test_an_untrusted_certificate_is_not_asked_again() -> None:
    def distrust(_: object) -> Response:
        try:
            raise ssl.SSLCertVerificationError(1, "certificate verify failed")
        except ssl.SSLError as cause:
            raise httpx.ConnectError("x") from cause

    script = Script(distrust, good())
    with pytest.raises(errors.TLSFailed) as caught:
        await bench(script, credentials=ready_token()).oc.buyers.get("a")
    assert caught.value.certificate
    assert len(script.requests) == 1


async def test_a_delete_that_worked_unheard() -> None:
    missing = reply(404, error_body("NotFound"))
    b = bench(Script(httpx.ReadTimeout("x"), missing), credentials=ready_token())

    await b.oc.buyers.delete("a")


@pytest.mark.parametrize("first", [reply(429), httpx.ConnectError("x")])
async def test_a_delete_that_never_worked(first: Step) -> None:
    b = bench(Script(first, reply(404, error_body("NotFound"))), credentials=ready_token())

    with pytest.raises(errors.NotFound):
        await b.oc.buyers.delete("a")


# Waiting


async def waits(*answers: Response, **options: float) -> Bench:
    b = bench(Script(*answers, good()), credentials=ready_token(), attempts=len(answers) + 1, **options)  # type: ignore[arg-type]  # chance is a float
    await b.oc.buyers.get("a")
    return b


async def test_the_wait_doubles_up_to_a_cap() -> None:
    b = await waits(*(reply(503) for _ in range(7)), chance=1.0)

    assert b.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


async def test_the_wait_is_a_matter_of_chance() -> None:
    assert (await waits(reply(503), reply(503), chance=0.0)).slept == [0.0, 0.0]
    assert (await waits(reply(503), reply(503), chance=0.5)).slept == [0.25, 0.5]


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("3", 3.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("86400", 30.0),
        (format_datetime(START + timedelta(seconds=12), usegmt=True), 12.0),
        (format_datetime(START - timedelta(seconds=12), usegmt=True), 0.0),
        (format_datetime(START + timedelta(days=1), usegmt=True), 30.0),
    ],
)
async def test_the_server_says_how_long(header: str, wait: float) -> None:
    assert (await waits(reply(429, Retry_After=header))).slept == [wait]


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "9" * 400, "٣", "Tue, 99 Nov 2026 12:00:00 GMT"])
async def test_what_the_server_says_makes_no_sense(header: str) -> None:
    answer = Response(429, headers=[(b"retry-after", header.encode())])

    assert (await waits(answer)).slept == [0.25]


async def test_the_last_error_says_how_long() -> None:
    b = bench(Script(reply(429, Retry_After="90")), credentials=ready_token(), attempts=1)
    with pytest.raises(errors.RateLimited) as caught:
        await b.oc.buyers.get("a")
    assert caught.value.retry_after == 90


@given(st.integers(1, 50), st.none() | st.floats(0, 1e9), st.floats(0, 1, exclude_max=True))
def test_no_wait_is_longer_than_allowed(attempt: int, after: float | None, chance: float) -> None:
    policy = RetryPolicy()
    wait = policy.wait(attempt, after, lambda: chance)

    assert 0 <= wait <= (policy.longest_wait if after is not None else policy.cap)


async def test_a_cancelled_wait_sends_nothing_more() -> None:
    script = Script(reply(503), good())
    b = bench(script, credentials=ready_token())
    with anyio.CancelScope() as scope:

        async def cancel(_: float) -> None:
            scope.cancel()
            await anyio.lowlevel.checkpoint()

        oc = OrderCloud("https://host", transport=script, credentials=ready_token(), sleep=cancel)
        await oc.buyers.get("a")

    assert scope.cancelled_caught
    assert len(script.requests) == 1
    assert b.exchanges == []
