"""Recorded traffic: HAR and access logs, grouped by the API client that each bearer token was issued to."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest

from tui.session.traffic_files import NotTraffic, Recorded, read_traffic
from tui.session.traffic_groups import Group, grouped, percentile
from tui.session.traffic_requests import of_seen


def token(cid: str, usr: str = "ada") -> str:
    parts = ({"alg": "RS256"}, {"cid": cid, "usr": usr})
    segments = [urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts]
    return f"{segments[0]}.{segments[1]}.c2ln"


def groups(recorded: Recorded) -> tuple[Group, ...]:
    return grouped([of_seen(each, number) for number, each in enumerate(recorded.seen)])


SHOP, ERP = token("5F0C-SHOP"), token("erp", "robot")


def line(**members: object) -> str:
    return json.dumps(members) + "\n"


def test_access_logs_of_several_habits() -> None:
    recorded = read_traffic(
        [
            line(
                method="GET", path="/v1/me?access_token=x", status=200, duration_ms=10, authorization=f"Bearer {SHOP}"
            ),
            line(
                request="GET /v1/orders HTTP/1.1", status="403", request_time="0.5", http_authorization=f"bearer {SHOP}"
            ),
            "\n",
            line(
                **{"@timestamp": "2026-11-23T09:00:00Z"},
                request={
                    "method": "PUT",
                    "url": "https://x/v1/orders/1",
                    "headers": {"Authorization": [f"Bearer {ERP}"]},
                },
                response={"statusCode": 200},
                ms=30,
                user_agent="erp/2",
            ),
            line(method="GET", url="/v1/me", status=401, headers={"Authorization": f"Bearer {ERP}"}, ts=1795424400),
            line(method="GET", path="/v1/me", status=200, authorization="Bearer ••••••"),
            line(method="POST", path="/oauth/token", status=400, client_id="ERP"),
            "what\n",
            "[1]\n",
            line(level="info"),
        ]
    )
    assert recorded.skipped == [8, 9, 10]
    erp, shop, nobody = groups(recorded)
    assert (shop.cid, shop.requests, shop.refusals, shop.p50, shop.p95) == ("5f0c-shop", 2, 1, 10.0, 500.0)
    assert (shop.users, shop.slowest and shop.slowest.path) == (("ada",), "/v1/orders")
    assert (erp.cid, erp.requests, erp.refusals, erp.systems) == ("erp", 3, 2, ("erp/2",))
    assert (erp.first, erp.last) == (datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert (nobody.requests, nobody.refusals) == (1, 0)
    assert [each.path for each in recorded.seen][:3] == ["/v1/me", "/v1/orders", "/v1/orders/1"]
    assert SHOP not in repr(recorded)
    assert "access_token" not in repr(recorded)


def test_har_files() -> None:
    def entry(url: str, status: int, **request: object) -> dict[str, object]:
        return {
            "startedDateTime": "2026-11-23T09:00:00.5+01:00",
            "time": 12.5,
            "request": {"method": "POST", "url": url, "headers": [], **request},
            "response": {"status": status},
        }

    agents = [
        [{"name": "authorization", "value": f"Bearer {SHOP}"}, {"name": "User-Agent", "value": each}] for each in "ab"
    ]
    form = {"text": "grant_type=password&client_id=5F0C-Shop&password=hunter2"}
    entries: list[object] = [
        entry("https://x/v1/me", 200, headers=agents[0]),
        entry("https://x/v1/me", 200, headers=agents[1]),
        entry("https://x/oauth/token", 400, postData=form),
        entry("https://x/oauth/token", 200, postData={"params": [{"name": "client_id", "value": "ERP"}]}),
        entry("https://[x/", 0),
        "no entry",
    ]
    text = json.dumps({"log": {"entries": entries}}, indent=1)
    recorded = read_traffic(text.splitlines(keepends=True))
    assert recorded.skipped == [6]
    shop, erp, nobody = groups(recorded)
    assert (shop.cid, shop.requests, shop.refusals, shop.systems) == ("5f0c-shop", 3, 1, ("a", "b"))
    assert (erp.cid, erp.requests) == ("erp", 1)
    assert (nobody.cid, nobody.requests, nobody.refusals) == ("", 1, 1)  # what broke off has the status 0
    assert shop.first == datetime(2026, 11, 23, 8, 0, 0, 500000, tzinfo=UTC)
    assert "hunter2" not in repr(recorded)
    assert read_traffic([json.dumps({"log": {"entries": entries}})]).seen == recorded.seen


@pytest.mark.parametrize(
    "text", ["", " \n", "<html>", "{}\n{}\n", "[]", '{"log": {}}', '{"log": {"entries": 3}}', "[" * 99999]
)
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(NotTraffic):
        read_traffic(text.splitlines(keepends=True))


def test_a_no_is_a_no_whatever_its_status_and_no_status_is_none() -> None:
    lines = [line(path="/v1/me", status=status) for status in (200, 302, 400, 401, 403, 404, 409, 429, 500, 503)]
    (all_of_them,) = groups(read_traffic([*lines, line(path="/v1/me")]))
    assert (all_of_them.requests, all_of_them.refusals) == (11, 8)


def test_percentiles() -> None:
    hundred = [float(each) for each in range(1, 101)]
    assert [percentile(hundred, each) for each in (50, 95, 100)] == [50.0, 95.0, 100.0]
    assert [percentile(each, 95) for each in ([], [3.0], [1.0, 2.0])] == [None, 3.0, 2.0]


def test_times_that_are_none_are_left_out() -> None:
    odd = [line(path="/v1/me", status=700, ms=-1, ts=1e300), line(path="/v1/me", status=True, ms="x", time="yesterday")]
    for each in read_traffic(odd).seen:
        assert (each.status, each.milliseconds, each.at) == (None, None, None)
