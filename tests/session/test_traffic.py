"""Traffic as rules: the filter, the groups by API client, and exchanges joined with a sandbox's log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.session.test_traffic_files import token
from tui.ordercloud import Exchange
from tui.ordercloud.body import Body
from tui.sandbox import Sandbox
from tui.sandbox.control.log import Entry
from tui.session.live_traffic import LiveTraffic, ServedLog, may_serve_a_sandbox
from tui.session.traffic_filter import Names, condition, exactly, parse_filter
from tui.session.traffic_groups import grouped, sparkline, spread
from tui.session.traffic_requests import LEGACY, SENT, Request, caller_of, of_exchange, token_in

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAMES = Names({"c1": "Buyer Storefront", "c2": "Buyer [/nope]", "c3": "ERP"}, {"s1": "rotating 2026"})


def request(method: str = "GET", path: str = "/v1/me", status: int | None = 200, **more: object) -> Request:
    refused = status is None or status >= 400
    values: dict[str, object] = {"milliseconds": 10.0, "at": START, "cid": "c1", **more}
    return Request(method, path, status, refused, **values)  # type: ignore[arg-type]  # the tests' own values


# -- the filter -------------------------------------------------------------------------------------------------------

ONES = {
    "ok": request(own=True, user="ada"),
    "no": request("POST", "/oauth/token", 400, code="Auth.OauthError", cid="c2", secret="s1"),
    "odd": request("PUT", "/v1/orders/7", 404, cid="", milliseconds=250.0, secret=LEGACY),
    "cut": request("GET", "/v1/buyers", None, cid="c3", milliseconds=None, secret=SENT, system="erp/2"),
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "ok no odd cut"),
        ("ORDERS", "odd"),
        ("storefront", "ok"),
        ("v1 -orders", "ok cut"),
        ("status:4xx", "no odd"),
        ("status:404", "odd"),
        ("status:>=400 method:post", "no"),
        ("status:none", "cut"),
        ("-status:2xx", "no odd cut"),
        ("client:buyer", "ok no"),
        ("client:C3", "cut"),
        ('client:"Buyer Storefront"', "ok"),
        ('client:""', "odd"),
        ('secret:"rotating 2026"', "no"),
        ("secret:legacy", "odd"),
        ('secret:""', "ok"),
        ("user:ada", "ok"),
        ("code:oauth", "no"),
        ("path:/v1/b", "cut"),
        ("system:erp", "cut"),
        ("ms:>200", "odd"),
        ("ms:10ms", "ok no"),
        ("refused:yes", "no odd cut"),
        ("refused:no", "ok"),
        ("from:console", "ok"),
        ('"no api"', ""),
    ],
)
def test_what_a_filter_takes(text: str, found: str) -> None:
    understood = parse_filter(text)
    assert not understood.problem
    assert bool(understood) is bool(text)
    assert [name for name, each in ONES.items() if understood.takes(each, NAMES)] == found.split()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("stat:4xx", '"stat:" is nothing to filter by'),
        ("status:9xx", "status: is a number such as 404"),
        ("status:", "status: wants something"),
        ("ms:fast", "ms: is a number of milliseconds"),
        ("refused:perhaps", "refused: is one of yes"),
        ("from:mars", "from: is one of console"),
    ],
)
def test_what_a_filter_does_not_understand_is_told_and_the_rest_still_works(text: str, told: str) -> None:
    understood = parse_filter(f"{text} orders")
    assert understood.problem.startswith(told)
    assert [name for name, each in ONES.items() if understood.takes(each, NAMES)] == ["odd"]


def test_a_condition_for_one_thing_finds_it_again() -> None:
    for cid in ("c1", "c2", "c3", ""):
        text = exactly("client", cid, NAMES.clients)
        assert [each.cid for each in ONES.values() if parse_filter(text).takes(each, NAMES)] == [cid]
    assert exactly("client", "c1", {"c1": "Shop", "c2": "Shop 2"}) == "client:c1"
    assert condition("client", 'a "b" c') == 'client:"a b c"'
    for broken in ('client:"open', '"', "-", 'a:b"c d', ":", "\x00[/x]"):
        parse_filter(broken)


# -- groups -----------------------------------------------------------------------------------------------------------


def test_groups_count_what_each_api_client_and_secret_caused() -> None:
    many = [
        request(milliseconds=float(n), at=START + timedelta(seconds=n), user="ada", system=("a", "b")[n % 2])
        for n in range(1, 101)
    ]
    some = [request(status=status, cid="c2", secret="s1", code=code) for status, code in ((400, "X"), (403, ""))]
    first, second, secret, nobody = grouped([*some, *many, request(cid="", milliseconds=None, at=None)])
    assert (first.cid, first.requests, first.refusals, first.p50, first.p95) == ("c1", 100, 0, 50.0, 95.0)
    assert (first.first, first.last) == (START + timedelta(seconds=1), START + timedelta(seconds=100))
    assert (first.users, first.systems) == (("ada",), ("a", "b"))
    assert first.slowest is many[-1]
    assert sum(first.spread) == 100
    assert (second.cid, second.secret, second.refusals, second.codes) == ("c2", "", 2, (("X", 1), ("status 403", 1)))
    assert (secret.cid, secret.secret, secret.requests) == ("c2", "s1", 2)
    assert second.spread[0] == 2
    assert (nobody.cid, nobody.requests, nobody.p50, nobody.last, nobody.slowest) == ("", 1, None, None, None)
    assert grouped([]) == ()


def test_a_sparkline_is_as_tall_as_the_most_and_shows_any() -> None:
    assert sparkline([0, 1, 50, 100]) == " ▁▄█"
    assert sparkline([0, 0]) == "  "
    hour = (START, START + timedelta(hours=1))
    assert spread([START, START + timedelta(minutes=59), hour[1]], hour, 4) == (1, 0, 0, 2)
    assert spread([START], (START, START), 3) == (0, 0, 1)
    assert spread([], None, 2) == (0, 0)


# -- requests of exchanges --------------------------------------------------------------------------------------------


def exchange(number: int, path: str = "/v1/me", **more: object) -> Exchange:
    return Exchange(number, START, "GET", f"http://x{path}", status=200, **more)  # type: ignore[arg-type]  # own values


def test_an_exchange_tells_its_api_client_and_never_its_credentials() -> None:
    form = Body.of(
        b"grant_type=client_credentials&client_id=C1&client_secret=hunter2", "application/x-www-form-urlencoded"
    )
    answer = Body.of(b'{"access_token": "abc.def.ghi"}', "application/json")
    asked = exchange(1, "/oauth/token", request_body=form, response_body=answer)
    assert (caller_of(asked).cid, of_exchange(asked).secret) == ("c1", SENT)
    assert token_in(asked) == "abc.def.ghi"
    assert "hunter2" not in repr(of_exchange(asked))
    basic = exchange(2, request_headers=(("Authorization", "Basic YzM6aHVudGVyMg=="),))
    assert (caller_of(basic).cid, caller_of(basic).secret) == ("c3", True)
    assert "hunter2" not in repr(of_exchange(basic))
    for odd in ("Basic !", "Bearer x", "Bearer", ""):
        assert caller_of(exchange(3, request_headers=(("Authorization", odd),))).cid == ""
    strays = exchange(4, "/v1/me?access_token=hunter2hunter2")
    assert "hunter2" not in of_exchange(strays).path


# -- joined with a log ------------------------------------------------------------------------------------------------


class Log:
    """What a sandbox logged, as the test says."""

    def __init__(self) -> None:
        self.logged: list[Entry] = []

    def entries(self) -> list[Entry]:
        return self.logged

    def add(self, path: str = "/v1/me", user: str | None = "ada", status: int = 200, secret: str | None = None) -> None:
        number = len(self.logged) + 1
        self.logged.append(
            Entry(number, START, "GET", path, "c1", user, None, secret, None, None, status, 5.0),
        )


def test_an_exchange_and_its_entry_are_one_request_and_others_are_told_apart() -> None:
    log, live = Log(), LiveTraffic()
    log.add()
    before = exchange(1)
    live.attach(log, [before])
    log.add(secret="s1")
    log.add("/v1/orders", user="eve")
    own, lost = exchange(2), exchange(3, "/v1/lost")
    found = live.requests([before, own, lost])
    assert [(each.path, each.own, each.exchange) for each in found] == [
        ("/v1/me", True, before),
        ("/v1/me", True, own),
        ("/v1/lost", True, lost),
        ("/v1/orders", False, None),
    ]
    assert found[1].secret == "s1"
    assert live.requests([before, own, lost])[0] is found[0]
    log.add()
    late = live.requests([own, lost])
    assert [(each.path, each.own) for each in late][:2] == [("/v1/me", True), ("/v1/me", True)]
    assert late[0].exchange is None, "an exchange that gave way leaves what was logged of it, as the console's own"
    assert (late[-1].path, late[-1].own) == ("/v1/me", False)
    assert [each.exchange for each in live.requests([])] == [None] * 4
    live.attach(None, [own])
    assert [each.exchange for each in live.requests([own])] == [own]


def test_an_exchange_takes_no_entry_of_another_user_nor_one_that_came_after_it() -> None:
    log, live = Log(), LiveTraffic()
    unlogged = exchange(1)
    live.attach(log, [unlogged])
    log.add()
    assert [each.own for each in live.requests([unlogged])] == [True, False]
    headers = (("Authorization", f"Bearer {token('c1', 'bob')}"),)
    bobs = exchange(2, request_headers=headers)
    assert [each.own for each in live.requests([unlogged, bobs])] == [True, True, False]
    log.add(user="BOB")
    assert [(each.own, each.user) for each in live.requests([unlogged, bobs])][1:] == [(False, "ada"), (True, "BOB")]


async def test_a_sandbox_of_another_program_is_asked_for_what_is_new_in_its_log() -> None:
    sandbox = await Sandbox.open(None)
    try:
        transport = sandbox.transport()
        log = ServedLog(sandbox.sign_in.url, transport)
        assert sandbox.control.log.entries() == []
        assert await log.read() is False
        from tui.ordercloud._httpx import AsyncClient

        async with AsyncClient(transport=transport, base_url=sandbox.sign_in.url) as client:
            form = {"grant_type": "password", "client_id": sandbox.sign_in.client_id, "username": "x", "password": "y"}
            await client.post("/oauth/token", data=form)
        assert await ServedLog(sandbox.sign_in.url, sandbox.transport()).read() is True
        assert await ServedLog("http://127.0.0.1:1").read() is None
    finally:
        await sandbox.close()


@pytest.mark.parametrize("answer", [None, [], {}, {"Items": 3}, "x"])
def test_an_answer_that_is_no_log_is_none(answer: object) -> None:
    assert ServedLog("http://127.0.0.1:1").take(answer) is None


def test_odd_entries_of_a_log_are_left_out() -> None:
    log = ServedLog("http://127.0.0.1:1")
    good = {
        "Number": 4,
        "Time": "2026-11-23T09:00:00Z",
        "Method": "GET",
        "Path": "/x",
        "Status": 200,
        "Milliseconds": 1,
    }
    odd = [
        3,
        {},
        {**good, "Number": True},
        {**good, "Time": "x"},
        {**good, "Milliseconds": None},
        {**good, "Number": 2},
    ]
    assert log.take({"Items": [good, *odd]}) is True
    assert [each.number for each in log.entries()] == [4, 2]
    assert log.take({"Items": [good]}) is False


def test_only_this_machine_is_asked_for_a_log() -> None:
    asked = ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:2"]
    others = ["https://api.ordercloud.io", "http://10.0.0.1", "http://localhost.evil.example", "", "http://[x"]
    assert [may_serve_a_sandbox(each) for each in asked + others] == [True] * 3 + [False] * 5
