"""A client closed for good sends nothing; a read-only one sends nothing that changes anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.ordercloud.wire import PASSWORD, URL, Script, bench, ready_token, reply, token_body
from tui.ordercloud import OrderCloud, errors
from tui.ordercloud._httpx import Request, Response
from tui.ordercloud.models import ApiClientAssignment

Ask = Callable[[OrderCloud], Awaitable[object]]

CHANGES: list[Ask] = [
    lambda oc: oc.api_clients.create({"AppName": "x"}),
    lambda oc: oc.api_clients.save("a", {"AppName": "x"}),
    lambda oc: oc.api_clients.patch("a", {"AppName": "x"}),
    lambda oc: oc.api_clients.delete("a"),
    lambda oc: oc.api_clients.assignments.assign(ApiClientAssignment(api_client_id="a", buyer_id="b")),
    lambda oc: oc.api_clients.assignments.unassign(ApiClientAssignment(api_client_id="a", buyer_id="b")),
    lambda oc: oc.api_clients.secrets("a").create({"Name": "x"}),
    lambda oc: oc.api_clients.secrets("a").delete("s"),
    lambda oc: oc.buyers.patch("a", {"Name": "x"}),
]


@pytest.mark.parametrize("ask", CHANGES)
async def test_a_read_only_client_sends_no_change(ask: Ask) -> None:
    script = Script()
    oc = OrderCloud(URL, transport=script, credentials=ready_token(), read_only=True)
    with pytest.raises(errors.ReadOnly, match=r"read-only: .* /v1/.* was not sent"):
        await ask(oc)
    assert script.requests == []


async def test_a_read_only_client_reads_and_asks_for_tokens() -> None:
    script = Script(reply(200, {"ID": "a"}), reply(200, token_body()), reply(200, {"Username": "u"}))
    oc = OrderCloud(URL, transport=script, credentials=ready_token(), read_only=True)
    await oc.api_clients.get("a")
    await oc.oauth.password("client", "u", PASSWORD)
    await oc.me.get("another-token")
    assert [each.method for each in script.requests] == ["GET", "POST", "GET"]


async def test_closed_for_good_nothing_is_sent_by_any_way() -> None:
    b = bench(Script(), credentials=ready_token())
    await b.oc.aclose(for_good=True)
    for ask in (b.oc.api_clients.get("a"), b.oc.oauth.password("client", "u", PASSWORD), b.oc.certs.get("k")):
        with pytest.raises(errors.Closed, match="Nothing was sent"):
            await ask
    assert b.slept == []


async def test_what_breaks_off_because_of_closing_says_so_and_is_not_tried_again() -> None:
    under_way, go = asyncio.Event(), asyncio.Event()

    async def breaks(_: Request) -> Response:
        under_way.set()
        await go.wait()
        raise RuntimeError("the other end is gone")

    b = bench(Script(breaks), credentials=ready_token())
    reading = asyncio.ensure_future(b.oc.api_clients.get("a"))
    await under_way.wait()
    await b.oc.aclose(for_good=True)
    go.set()
    with pytest.raises(errors.Closed, match="before the answer came"):
        await reading
    assert b.exchanges[-1].failure
    assert b.slept == []
