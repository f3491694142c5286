"""Paths, bodies and lists of the resources."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ordercloud.wire import Script, Site, bench, page_body, ready_token, reply
from tui.ordercloud import ListQuery, OrderCloud, errors
from tui.ordercloud._httpx import Request, Response
from tui.ordercloud.models import ApiClient, ApiClientAssignment, Buyer, SecurityProfileAssignment

Ask = Callable[[OrderCloud], Awaitable[object]]
ODD = "a b/ü%"
ODD_PATH = "a%20b%2F%C3%BC%25"


async def sent(ask: Ask, answer: Response) -> tuple[str, str, object]:
    """Give method, raw path and JSON body of the one request that a call makes."""
    script = Script(answer)
    await ask(bench(script, credentials=ready_token()).oc)
    (request,) = script.requests
    body = json.loads(request.content) if request.content else None
    assert (request.headers.get("content-type") == "application/json") is (body is not None)
    assert request.headers["authorization"] == "Bearer token-given"
    assert request.headers["user-agent"].startswith("ocgate/")
    return request.method, request.url.raw_path.decode(), body


BASES: list[tuple[str, Callable[[OrderCloud], object]]] = [
    ("/v1/apiclients", lambda oc: oc.api_clients),
    ("/v1/buyers", lambda oc: oc.buyers),
    ("/v1/suppliers", lambda oc: oc.suppliers),
    ("/v1/adminusers", lambda oc: oc.seller_users),
    ("/v1/securityprofiles", lambda oc: oc.security_profiles),
    (f"/v1/buyers/{ODD_PATH}/users", lambda oc: oc.buyer_users(ODD)),
    (f"/v1/suppliers/{ODD_PATH}/users", lambda oc: oc.supplier_users(ODD)),
]


@pytest.mark.parametrize(("base", "of"), BASES, ids=[base for base, _ in BASES])
async def test_the_six_calls_of_a_resource(base: str, of: Callable[[OrderCloud], object]) -> None:
    def call(name: str, *args: object) -> Ask:
        return lambda oc: getattr(of(oc), name)(*args)

    thing: dict[str, object] = {"ID": "x", "Name": None, "New": [1]}
    one = reply(200, {"ID": "x"})
    assert await sent(call("list"), reply(200, page_body())) == ("GET", base, None)
    assert await sent(call("get", ODD), one) == ("GET", f"{base}/{ODD_PATH}", None)
    assert await sent(call("create", thing), one) == ("POST", base, thing)
    assert await sent(call("save", ODD, thing), one) == ("PUT", f"{base}/{ODD_PATH}", thing)
    assert await sent(call("patch", ODD, {"Active": False}), one) == ("PATCH", f"{base}/{ODD_PATH}", {"Active": False})
    assert await sent(call("delete", ODD), reply(204)) == ("DELETE", f"{base}/{ODD_PATH}", None)


async def test_secrets() -> None:
    made = reply(201, {"ID": "s", "Name": "n", "ClientSecret": "hush"})
    base = f"/v1/apiclients/{ODD_PATH}/secrets"

    assert await sent(lambda oc: oc.api_clients.secrets(ODD).list(), reply(200, page_body())) == ("GET", base, None)
    assert await sent(lambda oc: oc.api_clients.secrets(ODD).create({"Name": "n"}), made) == (
        "POST",
        base,
        {"Name": "n"},
    )
    assert await sent(lambda oc: oc.api_clients.secrets(ODD).get("s"), made) == ("GET", f"{base}/s", None)
    patched = await sent(lambda oc: oc.api_clients.secrets(ODD).patch("s", {"Name": "m"}), made)
    assert patched == ("PATCH", f"{base}/s", {"Name": "m"})
    assert await sent(lambda oc: oc.api_clients.secrets(ODD).delete("s"), reply(204)) == ("DELETE", f"{base}/s", None)


def pair(**ids: str) -> ApiClientAssignment:
    return ApiClientAssignment(api_client_id="c/1", **ids)


async def test_assignments_of_api_clients() -> None:
    base = "/v1/apiclients/assignments"
    body = {"ApiClientID": "c/1", "BuyerID": "b/2"}

    assert await sent(lambda oc: oc.api_clients.assignments.assign(pair(buyer_id="b/2")), reply(204)) == (
        "POST", base, body)  # fmt: skip
    assert await sent(lambda oc: oc.api_clients.assignments.unassign(pair(buyer_id="b/2")), reply(204)) == (
        "DELETE", "/v1/buyers/b%2F2/ApiClients/Assignments/c%2F1", None)  # fmt: skip
    assert await sent(lambda oc: oc.api_clients.assignments.unassign(pair(supplier_id="s")), reply(204)) == (
        "DELETE", "/v1/suppliers/s/ApiClients/Assignments/c%2F1", None)  # fmt: skip
    listed = await sent(
        lambda oc: oc.api_clients.assignments.list(
            api_client_id="c", buyer_id="b", supplier_id="s", page=2, page_size=5
        ),
        reply(200, page_body()),
    )
    assert listed == ("GET", f"{base}?apiClientID=c&buyerID=b&supplierID=s&page=2&pageSize=5", None)


@pytest.mark.parametrize("ids", [{}, {"buyer_id": "b", "supplier_id": "s"}, {"buyer_id": "", "supplier_id": ""}])
async def test_an_assignment_names_one_company(ids: dict[str, str]) -> None:
    b = bench(Script(), credentials=ready_token())
    with pytest.raises(ValueError, match="one buyer or one supplier"):
        await b.oc.api_clients.assignments.unassign(pair(**ids))


async def test_assignments_of_security_profiles() -> None:
    one = SecurityProfileAssignment(security_profile_id="p/1", buyer_id="b", user_id="u")
    base = "/v1/securityprofiles/assignments"

    assert await sent(lambda oc: oc.security_profiles.assignments.assign(one), reply(204)) == (
        "POST", base, {"SecurityProfileID": "p/1", "BuyerID": "b", "UserID": "u"})  # fmt: skip
    assert await sent(lambda oc: oc.security_profiles.assignments.unassign(one), reply(204)) == (
        "DELETE", "/v1/securityprofiles/p%2F1/assignments?buyerID=b&userID=u", None)  # fmt: skip
    listed = await sent(
        lambda oc: oc.security_profiles.assignments.list(user_id="u", commerce_role="Seller", level="User"),
        reply(200, page_body()),
    )
    assert listed == ("GET", f"{base}?userID=u&commerceRole=Seller&level=User", None)


async def test_a_model_sends_only_what_was_set() -> None:
    client = ApiClient(app_name="New", active=True)
    assert await sent(lambda oc: oc.api_clients.create(client), reply(201, {"ID": "x"})) == (
        "POST", "/v1/apiclients", {"AppName": "New", "Active": True})  # fmt: skip


async def test_a_patch_can_clear_a_member() -> None:
    assert (await sent(lambda oc: oc.api_clients.patch("c", {"ClientSecret": None}), reply(200, {"ID": "c"})))[2] == {
        "ClientSecret": None
    }


@pytest.mark.parametrize("value", [float("nan"), "\ud800"])
async def test_a_body_that_no_json_can_hold(value: object) -> None:
    b = bench(Script(), credentials=ready_token())
    with pytest.raises(ValueError):
        await b.oc.buyers.patch("a", {"xp": {"x": value}})  # type: ignore[dict-item]  # that is the point


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_an_empty_answer_to_a_command_is_fine(status: int) -> None:
    await sent(lambda oc: oc.api_clients.assignments.assign(pair(buyer_id="b")), reply(status))
    await sent(lambda oc: oc.buyers.delete("b"), reply(status))


async def test_filters_arrive_as_written() -> None:
    script = Script(reply(200, page_body()))
    query = ListQuery(filters={"AppName": ["A*|B", "!C&d=e"], "xp.a b": ">5+1"})
    await bench(script, credentials=ready_token()).oc.api_clients.list(query)

    assert parse_qsl(script.requests[0].url.query.decode()) == [
        ("AppName", "A*|B"), ("AppName", "!C&d=e"), ("xp.a b", ">5+1")
    ]  # fmt: skip


@given(st.text(min_size=1, max_size=30).filter(lambda text: text.strip(".")))
async def test_any_id_stays_one_segment(item: str) -> None:
    try:
        item.encode()
    except UnicodeEncodeError:
        return
    script = Script(reply(200, {"ID": item}))
    got = await bench(script, credentials=ready_token()).oc.buyers.get(item)

    assert got.id == item
    assert script.requests[0].url.raw_path.count(b"/") == 3
    assert script.requests[0].url.path == f"/v1/buyers/{item}"


# Lists


class Shelf(Site):
    """A list of buyers that pages as OrderCloud does: by number to page 30, sorted and filtered by ID."""

    def __init__(self, count: int, *, strict: bool = True) -> None:
        super().__init__(self._answer)
        self.ids = [f"id-{number:05}" for number in range(count)]
        self.strict = strict
        self.pages: list[int] = []

    def _answer(self, request: Request) -> Response:
        query = parse_qsl(request.url.query.decode())
        given = dict(query)
        page, size = int(given["page"]), int(given["pageSize"])
        assert size <= 100
        assert page <= 30 or not self.strict, "past page 30 by number"
        self.pages.append(page)
        ids = sorted(self.ids, reverse=given.get("sortBy") == "!ID")
        for condition in (value for name, value in query if name == "ID"):
            ids = [each for each in ids if (each > condition[1:] if condition[0] == ">" else each < condition[1:])]
        part = ids[(page - 1) * size : page * size]
        return reply(200, page_body(*({"ID": each} for each in part), page=page, total_pages=-(-len(ids) // size)))


@pytest.mark.parametrize("count", [0, 1, 2, 59, 60, 61, 62, 63, 125])
@pytest.mark.parametrize("sort", [(), ("ID",), ("!ID",)])
async def test_every_item_comes_once(count: int, sort: tuple[str, ...]) -> None:
    shelf = Shelf(count)
    oc = bench(shelf, credentials=ready_token()).oc
    got = [each.id async for each in oc.buyers.iterate(ListQuery(sort_by=sort, page_size=2))]

    assert got == sorted(shelf.ids, reverse=sort == ("!ID",))
    assert len(shelf.pages) == max(1, -(-count // 2))


async def test_another_order_is_counted_to_the_end() -> None:
    shelf = Shelf(70, strict=False)
    oc = bench(shelf, credentials=ready_token()).oc
    got = [each.id async for each in oc.buyers.iterate(ListQuery(sort_by=("Name",), page_size=2))]

    assert got == shelf.ids
    assert shelf.pages == list(range(1, 36))


async def test_pages_are_large_unless_asked_otherwise() -> None:
    shelf = Shelf(150)
    oc = bench(shelf, credentials=ready_token()).oc

    assert len([each async for each in oc.buyers.iterate()]) == 150
    assert shelf.pages == [1, 2]


async def test_a_list_can_be_left_early() -> None:
    shelf = Shelf(500)
    items = bench(shelf, credentials=ready_token()).oc.buyers.iterate()
    assert (await anext(items)).id == "id-00000"
    assert shelf.pages == [1]


async def test_a_list_without_a_count_ends_with_an_empty_page() -> None:
    uncounted = {"Meta": {}, "Items": [{"ID": "a"}]}
    script = Script(reply(200, uncounted), reply(200, {"Meta": {}, "Items": []}))
    oc = bench(script, credentials=ready_token()).oc

    assert [each.id async for each in oc.buyers.iterate()] == ["a"]


@pytest.mark.parametrize("what", ["buyers", "assignments"])
async def test_a_list_that_never_moves_on(what: str) -> None:
    site = Site(lambda _: reply(200, page_body({"ID": "a", "ApiClientID": "a"}, total_pages=1000)))
    oc = bench(site, credentials=ready_token()).oc
    items: AsyncIterator[Buyer] | AsyncIterator[ApiClientAssignment] = (
        oc.buyers.iterate() if what == "buyers" else oc.api_clients.assignments.iterate(api_client_id="a")
    )
    with pytest.raises(errors.WrongShape, match="again"):
        _ = [each async for each in items]
    assert len(site.requests) == 2


async def test_every_assignment() -> None:
    def answer(request: Request) -> Response:
        page = int(dict(parse_qsl(request.url.query.decode()))["page"])
        return reply(200, page_body({"ApiClientID": "c", "BuyerID": f"b{page}"}, page=page, total_pages=3))

    site = Site(answer)
    oc = bench(site, credentials=ready_token()).oc

    assert [each.buyer_id async for each in oc.api_clients.assignments.iterate(buyer_id="x")] == ["b1", "b2", "b3"]
    assert site.requests[0].url.query == b"buyerID=x&page=1&pageSize=100"
    assert len([each async for each in oc.security_profiles.assignments.iterate(user_id="x")]) == 3


async def test_closing_closes_the_transport() -> None:
    script = Script()
    async with bench(script).oc as oc:
        assert isinstance(oc, OrderCloud)
        assert not script.closed
    assert script.closed


async def test_where_the_client_is() -> None:
    assert bench(Script()).oc.environment.name == "US West hosted sandbox"
    assert Buyer(id="a").id == "a"
