"""The same over real sockets, on loopback: what httpx makes of servers that misbehave."""

from __future__ import annotations

import asyncio
import socket

import pytest

from tests.ordercloud.wire import Bench, bench, by_password, listening, ready_token, saying
from tui.ordercloud import OrderCloud, Timeouts, errors

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


async def asked(
    url: str, kind: type[errors.OrderCloudError], attempts: int = 1
) -> tuple[errors.OrderCloudError, Bench]:
    b = bench(None, url=url, credentials=ready_token(), attempts=attempts)
    with pytest.raises(errors.OrderCloudError) as caught:
        async with b.oc as oc:
            await oc.buyers.get("a")
    assert type(caught.value) is kind
    assert caught.value.exchange is b.exchanges[-1]
    return caught.value, b


async def test_a_good_answer() -> None:
    body = b'{"ID":"a"}'
    async with listening(saying(HEAD + b"Content-Length: 10\r\n\r\n" + body)) as url:
        b = bench(None, url=url, credentials=ready_token())
        async with b.oc as oc:
            assert (await oc.buyers.get("a")).id == "a"
    timings = b.exchanges[0].timings
    assert timings.connect is not None
    assert timings.tls is None
    assert timings.first_byte is not None
    assert 0 < timings.first_byte <= timings.total


async def test_refused() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, but nobody listens
        error, b = await asked(f"http://127.0.0.1:{held.getsockname()[1]}", errors.ConnectionRefused, attempts=3)
    assert "refused the connection" in error.what
    assert [each.attempt for each in b.exchanges] == [1, 2, 3]


async def test_no_such_host() -> None:
    error, _ = await asked("https://no-such-host.invalid", errors.HostNotFound)
    assert "no host named no-such-host.invalid" in error.what


async def test_no_tls_on_the_other_side() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        await reader.read(1)

    async with listening(babble) as url:
        error, _ = await asked(url.replace("http:", "https:"), errors.TLSFailed)
    assert isinstance(error, errors.TLSFailed)
    assert not error.certificate


@pytest.mark.parametrize(
    ("said", "status", "kept"),
    [
        (b"", None, ""),
        (b"HTTP/1.1 200 O", None, ""),
        (HEAD, None, ""),
        (HEAD + b"Content-Length: 100\r\n\r\n" + b'{"ID":', 200, '{"ID":'),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n6\r\n" + b'{"ID":\r\n', 200, '{"ID":'),
        (b"I am no web server\r\n\r\n", None, ""),
    ],
)
async def test_broken_off(said: bytes, status: int | None, kept: str) -> None:
    async with listening(saying(said)) as url:
        error, b = await asked(url, errors.Disconnected)
    assert isinstance(error, errors.NoAnswer)
    assert error.may_have_happened
    assert b.exchanges[0].status == status
    assert b.exchanges[0].response_body.text == kept


async def test_a_whole_answer_with_half_a_json() -> None:
    async with listening(saying(HEAD + b"Content-Length: 6\r\n\r\n" + b'{"ID":')) as url:
        await asked(url, errors.TruncatedJSON)


async def test_packed_badly() -> None:
    said = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"
    async with listening(saying(said)) as url:
        await asked(url, errors.Disconnected)


async def test_silence() -> None:
    async def listen_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        await reader.read()

    async with listening(listen_only) as url:
        oc = OrderCloud(url, timeout=Timeouts(read=0.01), credentials=by_password())
        async with oc:
            with pytest.raises(errors.ReadTimedOut) as caught:
                await oc.buyers.get("a")
    assert caught.value.exchange is not None
    assert caught.value.exchange.attempt == 1


async def test_no_cookie_is_kept() -> None:
    heads: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(HEAD + b"Set-Cookie: a=hush-hush\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()

    async with listening(talk) as url:
        b = bench(None, url=url, credentials=ready_token())
        async with b.oc as oc:
            await oc.buyers.get("a")
            await oc.buyers.get("b")
    assert len(heads) == 2
    assert b"ookie" not in heads[1]
    assert b.exchanges[0].redacted().response_header("set-cookie") == "••••••"


async def test_the_client_can_be_used_again_after_closing() -> None:
    async with listening(saying(HEAD + b"Content-Length: 2\r\n\r\n{}")) as url:
        b = bench(None, url=url, credentials=ready_token())
        for _ in range(2):
            await b.oc.buyers.get("a")
            await b.oc.aclose()
