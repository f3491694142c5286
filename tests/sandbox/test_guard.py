"""What a port lets in: hosts, origins, bounds, and the control API's token."""

from __future__ import annotations

import select
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from tests.sandbox.test_server import running, sign_in
from tui.ordercloud._httpx import httpx
from tui.sandbox.guard import Doors, check_host, check_origin

DOORS = "Doors(('sandbox.test',), ('http://localhost:3000',))"


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:80", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("LOCALHOST:8080", True),
        ("shop.localhost", True),
        ("[::1]:80", True),
        ("sandbox.test", True),
        ("sandbox.test.:80", True),
        ("10.0.0.5", True),
        ("10.0.0.6", False),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("evil.example:80@127.0.0.1", False),
        ("127.0.0.1 evil.example", False),
        ("[::2]", False),
        ("", False),
    ],
)
def test_names_that_belong_here(host: str, known: bool) -> None:
    assert Doors(("sandbox.test",)).knows(host, "10.0.0.5") is known


def test_origins_and_names_are_checked() -> None:
    assert check_origin("HTTP://localhost:3000") == "http://localhost:3000"
    assert check_host("Sandbox.test") == "sandbox.test"
    for text in ("localhost", "http://a/b", "file:///x", "http://a b", "null", ""):
        with pytest.raises(ValueError, match="no origin"):
            check_origin(text)
    for text in ("http://a", "a:80", "a/b", "", "a b"):
        with pytest.raises(ValueError, match="no host name"):
            check_host(text)
    anyone = Doors((), ("*",))
    assert anyone.invites("http://evil.example")
    assert not anyone.names("http://evil.example")


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["Errors"][0]["ErrorCode"]


def raw(url: str, head: str) -> str:
    """Send a head as it is, until there is an answer to it, and give what comes back before the server hangs up."""
    address = httpx.URL(url)
    unsent, received = memoryview(head.encode("latin-1")), b""
    # what the server had not read when it hung up makes the system speak of an error
    with socket.create_connection((address.host, address.port or 80), timeout=20) as connection, suppress(OSError):
        while unsent and not select.select([connection], [], [], 0)[0]:
            unsent = unsent[connection.send(unsent[:4096]) :]
        while chunk := connection.recv(65536):
            received += chunk
    return received.decode("latin-1")


@pytest.mark.timeout(120)
def test_a_web_page_that_was_not_invited_gets_nothing() -> None:
    with running(None, extras="Extras(control=True)") as (_, sheet), sign_in(sheet) as client:
        for host in ("evil.example", "127.0.0.1.evil.example", "sandbox.test"):
            for path in ("/v1/me", "/oauth/token", "/sandbox/clock"):
                answer = client.get(path, headers={"Host": host})
                assert code_of(answer) == (421, "Request.HostNotAllowed")
                assert "--allow-host" in answer.json()["Errors"][0]["Message"]
        assert client.get("/v1/me", headers={"Host": "localhost:1"}).status_code == 200
        assert "421" in raw(sheet["url"], "GET /v1/me HTTP/1.0\r\n\r\n")
        assert " 400 " in raw(sheet["url"], "GET /v1/me HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n")
        page = {"Origin": "http://localhost:3000"}
        answer = client.get("/v1/me", headers=page)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        asking = {**page, "Access-Control-Request-Method": "GET"}
        assert client.options("/v1/me", headers=asking).status_code == 405
        for method, path in (("POST", "/sandbox/reset"), ("DELETE", "/sandbox/log"), ("GET", "/sandbox/log")):
            assert code_of(client.request(method, path, headers=page)) == (403, "Sandbox.OriginNotAllowed")


@pytest.mark.timeout(120)
def test_a_page_that_was_invited_may_read_and_control() -> None:
    with running(None, extras=f"Extras(control=True, doors={DOORS})") as (_, sheet), sign_in(sheet) as client:
        page = {"Origin": "http://localhost:3000", "Host": "sandbox.test"}
        answer = client.get("/v1/me", headers=page)
        assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
        assert answer.headers["vary"] == "Origin"
        assert "Date" in answer.headers["access-control-expose-headers"]
        refused = client.get("/v1/buyers/nobody", headers=page)
        assert (refused.status_code, "access-control-allow-origin" in refused.headers) == (404, True)
        asking = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
        allowed = client.options("/v1/apiclients/x", headers={**page, **asking})
        assert (allowed.status_code, allowed.headers["access-control-allow-headers"]) == (204, "authorization")
        assert "PATCH" in allowed.headers["access-control-allow-methods"]
        assert client.patch("/sandbox/clock", headers=page, json={"Advance": "1m"}).status_code == 200
        other = client.get("/v1/me", headers={"Origin": "http://localhost:3001"})
        assert "access-control-allow-origin" not in other.headers


def test_all_pages_may_read_but_not_control() -> None:
    with running(None, extras="Extras(control=True, doors=Doors((), ('*',)))") as (_, sheet), sign_in(sheet) as client:
        page = {"Origin": "https://anywhere.example"}
        assert client.get("/v1/me", headers=page).headers["access-control-allow-origin"] == "https://anywhere.example"
        assert code_of(client.get("/sandbox", headers=page)) == (403, "Sandbox.OriginNotAllowed")


def test_requests_are_bounded() -> None:
    with running(None) as (_, sheet), sign_in(sheet) as client:

        def get(path: str = "/v1/me", **headers: str) -> tuple[int, str]:
            return code_of(client.get(path, headers=headers))

        assert get("/v1/" + "a" * 30_000) == (414, "Request.TooLong")
        assert get("/v1/me?" + "a" * 20_000) == (414, "Request.TooLong")
        assert get(**{f"X-{number}": "x" for number in range(120)}) == (431, "Request.TooManyHeaders")
        assert get(X="x" * 60_000) == (431, "Request.HeadersTooLarge")
        assert raw(sheet["url"], f"GET /v1/me HTTP/1.1\r\nX: {'x' * 200_000}").startswith("HTTP/1.1 400")
        big: Mapping[str, Any] = {"content": b"x" * (2**20 + 1), "headers": {"Content-Type": "application/json"}}
        assert code_of(client.post("/v1/buyers", **big)) == (413, "Request.TooLarge")
        chunks = iter([b"x" * 2**19] * 3)
        assert code_of(client.post("/v1/buyers", content=chunks)) == (413, "Request.TooLarge")
        head = "POST /v1/buyers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n"
        assert raw(sheet["url"], head).startswith(("HTTP/1.1 400", "HTTP/1.1 413"))
        assert client.get("/v1/me").status_code == 200


@pytest.mark.timeout(120)
def test_the_control_api_wants_a_token_where_other_machines_can_reach_it() -> None:
    with running(None, host="0.0.0.0", extras="Extras(control=True)", NO_COLOR="1") as (process, sheet):
        assert list(sheet)[:5] == ["url", "client_id", "username", "password", "marketplace"]
        assert "control_token" in process.stderr.readline()
        assert sheet["control_token"] not in process.stderr.readline()
        with httpx.Client(base_url=sheet["url"], trust_env=False) as client:
            for given in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {sheet['control_token']}"}):
                answer = client.get("/sandbox/clock", headers=given)
                assert code_of(answer) == (401, "Sandbox.TokenRequired")
                assert answer.headers["WWW-Authenticate"] == "Bearer"
            good = {"Authorization": f"Bearer {sheet['control_token']}"}
            assert client.get("/sandbox/clock", headers=good).status_code == 200
