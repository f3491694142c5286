"""Exchanges: complete, in order, and readable."""

from __future__ import annotations

import dataclasses

import anyio
import pytest

from tests.ordercloud.wire import (
    PASSWORD,
    START,
    Script,
    bench,
    by_password,
    error_body,
    ready_token,
    reply,
    token_body,
)
from tui.ordercloud import Body, Exchange, OrderCloud, Timeouts, Timings, errors
from tui.ordercloud._httpx import ASGITransport, AsyncByteStream, Request, Response
from tui.ordercloud.transports import recording


async def test_an_exchange_is_whole() -> None:
    answer = Response(201, json={"ID": "a"}, headers={"X-Thing": "1"}, extensions={"reason_phrase": b"Made"})
    b = bench(Script(answer), credentials=ready_token())
    await b.oc.buyers.create({"Name": "A"})
    (got,) = b.exchanges

    assert (got.number, got.attempt, got.method, got.started_at) == (1, 1, "POST", START)
    assert got.url == "https://sandboxapi.ordercloud.io/v1/buyers"
    assert (got.path, got.request_line) == ("/v1/buyers", "POST /v1/buyers")
    assert got.request_body.json == {"Name": "A"}
    assert got.request_header("AUTHORIZATION") == "Bearer token-given"
    assert (got.status, got.reason, got.status_line) == (201, "Made", "201 Made")
    assert got.response_header("x-thing") == "1"
    assert got.response_header("x-other") is None
    assert got.response_body.json == {"ID": "a"}
    assert (got.failure, got.is_redacted) == ("", False)
    assert 0 <= (got.timings.first_byte or -1) <= got.total_ms


async def test_every_request_is_heard_of_in_order() -> None:
    script = Script(
        reply(200, token_body()), reply(503), TimeoutError(), reply(404, error_body("NotFound", "Object not found."))
    )
    b = bench(script, credentials=by_password())
    with pytest.raises(errors.NotFound) as caught:
        await b.oc.buyers.get("a")

    assert [(each.number, each.attempt, each.status) for each in b.exchanges] == [
        (1, 1, 200), (2, 1, 503), (3, 2, None), (4, 3, 404)
    ]  # fmt: skip
    assert b.exchanges[2].status_line == b.exchanges[2].failure != ""
    assert caught.value.exchange is b.exchanges[3]


async def test_redacted_form_and_token() -> None:
    b = bench(
        Script(reply(200, token_body(refresh_token="r-r-r-r")), reply(200, {"ID": "a"})), credentials=by_password()
    )
    await b.oc.buyers.get("a")
    signing_in, getting = (each.redacted() for each in b.exchanges)

    assert signing_in.request_body.form == (
        ("grant_type", "password"), ("client_id", "the-client"), ("username", "harbor-admin"), ("password", "••••••")
    )  # fmt: skip
    assert signing_in.request_body.pretty.splitlines()[-1] == "password=••••••"
    assert signing_in.response_body.json == {
        "access_token": "••••••", "token_type": "bearer", "expires_in": 599, "refresh_token": "••••••"
    }  # fmt: skip
    assert getting.request_header("authorization") == "Bearer ••••••"
    assert b.exchanges[0].request_body.form is not None
    assert dict(b.exchanges[0].request_body.form)["password"] == PASSWORD


def test_the_lines_of_an_exchange() -> None:
    one = Exchange(7, START, "GET", "https://host", timings=Timings(total=12.6))
    assert one.request_line == "GET /"
    assert one.status_line == ""
    assert "in 13 ms" in repr(one)
    two = dataclasses.replace(one, url="https://host/a?b=c", status=200, reason="OK", failure="broke off")
    assert two.request_line == "GET /a?b=c"
    assert two.status_line == "200 OK (broke off)"
    with pytest.raises(dataclasses.FrozenInstanceError):
        two.status = 500  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize(
    ("content", "kind", "form", "is_json", "pretty"),
    [
        (b"", "", None, False, ""),
        (b"a=1&b=%C3%BC&b=&c", "application/x-www-form-urlencoded; charset=utf-8", True, False, "a=1\nb=ü\nb=\nc="),
        (b'\xef\xbb\xbf{"a":"\xc3\xbc"}', "application/json", None, True, '{\n  "a": "ü"\n}'),
        (b"null", "text/plain", None, True, "null"),
        (b"<html>", "text/html", None, False, "<html>"),
        (b'{"a":', "application/json", None, False, '{"a":'),
        (b"\xff\x00", "", None, False, "\ufffd\x00"),
    ],
)
def test_bodies(content: bytes, kind: str, form: bool | None, is_json: bool, pretty: str) -> None:
    body = Body.of(content, kind)

    assert (body.form is not None) is bool(form)
    assert body.is_json is is_json
    assert body.pretty == pretty
    assert not body.truncated
    assert Body.of(content, kind).redacted(frozenset()).pretty == pretty


# An app in process


async def hang(scope: object, receive: object, send: object) -> None:
    del scope, receive, send
    await anyio.sleep_forever()


async def crash(scope: object, receive: object, send: object) -> None:
    del scope, receive, send
    raise KeyError("hush-hush")


async def test_the_deadline_holds_around_an_app_in_process() -> None:
    exchanges: list[Exchange] = []
    oc = OrderCloud(
        "http://sandbox.ocgate",
        transport=ASGITransport(hang),
        timeout=Timeouts(total=0.01),
        on_exchange=exchanges.append,
        credentials=ready_token(),
    )
    with pytest.raises(errors.DeadlinePassed, match=r"within 0\.01 s") as caught:
        await oc.buyers.create({})
    assert caught.value.may_have_happened
    assert caught.value.exchange is exchanges[0]
    assert len(exchanges) == 1


async def test_an_app_that_crashes_says_only_how() -> None:
    oc = OrderCloud("http://sandbox.ocgate", transport=ASGITransport(crash), credentials=ready_token())
    with pytest.raises(errors.Disconnected, match="KeyError") as caught:
        await oc.buyers.create({})
    assert "hush" not in str(caught.value)


class Slow(AsyncByteStream):
    """A body whose second half never comes."""

    def __init__(self) -> None:
        self.closed = False

    async def __aiter__(self):  # type: ignore[no-untyped-def]  # httpx gives it no type that a generator could have
        yield b'{"ID": '
        await anyio.sleep_forever()

    async def aclose(self) -> None:
        self.closed = True


async def test_the_deadline_holds_for_the_body_too() -> None:
    stream = Slow()
    b = bench(Script(Response(200, stream=stream)), credentials=ready_token(), total=0.01, attempts=1)
    with pytest.raises(errors.DeadlinePassed):
        await b.oc.buyers.get("a")

    (got,) = b.exchanges
    assert (got.status, got.response_body.text) == (200, '{"ID": ')
    assert got.status_line == f"200 OK ({got.failure})"
    assert stream.closed


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "LARGEST_BODY", 2 * 2**20)


@pytest.mark.usefixtures("small_limit")
async def test_an_endless_body_is_not_read_to_its_end() -> None:
    def answer(_: Request) -> Response:
        return Response(200, content=b"x" * (2 * 2**20 + 1))

    b = bench(Script(answer), credentials=ready_token())
    with pytest.raises(errors.TooLarge, match="2 MiB"):
        await b.oc.buyers.get("a")
    assert b.exchanges[0].response_body.truncated
