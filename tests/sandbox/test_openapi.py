"""The sandbox's own OpenAPI document, and whatever a fuzzer can think of held against it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from tests.sandbox.support import Clock, Http, error_of, named
from tui.access.roles import is_api_role
from tui.ordercloud._httpx import AsyncClient, InvalidURL, Response
from tui.sandbox import FAST, Sandbox
from tui.sandbox.app import App
from tui.sandbox.openapi import document
from tui.sandbox.resources import RESOURCES
from tui.sandbox.router import Router
from tui.sandbox.served import routes
from tui.sandbox.services import Services
from tui.sandbox.store import Store

if TYPE_CHECKING:
    from schemathesis import Case

URL = "http://sandbox.ocgate"
DOCUMENT: dict[str, Any] = document(URL, routes())
OPERATIONS: list[tuple[str, str]] = [
    (path, method) for path, methods in DOCUMENT["paths"].items() for method in methods
]
SHARDS = 2
EXAMPLES = 8

KNOWN: Mapping[str, str] = {
    "apiClientID": named("Vendor Onboarding"),
    "secretID": "rotation",
    "buyerID": "anchor-boats",
    "newBuyerID": "chandlery",
    "supplierID": "gale-sails",
    "userID": "support-agent",
    "userGroupID": "night-desk",
    "securityProfileID": "guest",
    "impersonationConfigID": "support-as-shopper",
    "openidconnectID": "idp",
    "integrationEventID": "sign-on",
    "catalogID": "ship-supplies",
    "categoryID": "ropes",
    "productID": "halyard-8",
    "orderID": "first",
    "lineItemID": "line",
    "direction": "All",
}
OF_BUYER = {"userID": "shopper01", "userGroupID": "approvers"}
OF_SUPPLIER = {"userID": "gale-seller", "userGroupID": "dispatch"}
OTHER_NAMES = {"ClientID": "apiClientID", "OrderCloudApiClientID": "apiClientID", "GroupID": "userGroupID"}
SETUP: list[tuple[str, dict[str, Any]]] = [
    (
        "openidconnects",
        {
            "ID": "idp",
            "OrderCloudApiClientID": named("Buyer Storefront"),
            "ConnectClientID": "shop",
            "ConnectClientSecret": "x",
            "AppStartUrl": "https://shop.example",
            "AuthorizationEndpoint": f"{URL}/idp/authorize",
            "TokenEndpoint": f"{URL}/idp/token",
        },
    ),
    (
        "integrationEvents",
        {
            "ID": "sign-on",
            "Name": "Sign-on",
            "EventType": "OpenIDConnect",
            "CustomImplementationUrl": "https://middleware.example",
            "HashKey": "x",
        },
    ),
    (f"apiclients/{named('Vendor Onboarding')}/secrets", {"ID": "rotation", "Name": "Rotation"}),
    ("orders/Incoming", {"ID": "first", "FromCompanyID": "anchor-boats", "FromUserID": "shopper01"}),
    ("orders/Incoming/first/lineitems", {"ID": "line", "ProductID": "halyard-8"}),
    ("apiclients/assignments", {"ApiClientID": named("Vendor Onboarding"), "BuyerID": "anchor-boats"}),
    ("apiclients/assignments", {"ApiClientID": named("Vendor Onboarding"), "SupplierID": "gale-sails"}),
    ("suppliers/gale-sails/usergroups/assignments", {"UserGroupID": "dispatch", "UserID": "gale-seller"}),
    ("buyers/anchor-boats/usergroups/assignments", {"UserGroupID": "approvers", "UserID": "shopper01"}),
    ("usergroups", {"ID": "night-desk", "Name": "Night desk"}),
    ("usergroups/assignments", {"UserGroupID": "support-desk", "UserID": "harbor-admin"}),
    ("usergroups/assignments", {"UserGroupID": "night-desk", "UserID": "support-agent"}),
    ("catalogs/assignments", {"CatalogID": "ship-supplies", "BuyerID": "anchor-boats"}),
    ("catalogs/productassignments", {"CatalogID": "ship-supplies", "ProductID": "halyard-8"}),
    ("catalogs/ship-supplies/categories/assignments", {"CategoryID": "ropes", "BuyerID": "anchor-boats"}),
    ("catalogs/ship-supplies/categories/productassignments", {"CategoryID": "ropes", "ProductID": "halyard-8"}),
    ("products/assignments", {"ProductID": "halyard-8", "BuyerID": "anchor-boats"}),
    ("securityprofiles/assignments", {"SecurityProfileID": "guest", "BuyerID": "anchor-boats"}),
]
"""What the demo marketplace has not got, so that every kind of object is there once."""


def known_in(path: str) -> Mapping[str, str]:
    """Give the IDs of objects that go together in a path."""
    return {**KNOWN, **(OF_BUYER if "{buyerID}" in path else OF_SUPPLIER if "{supplierID}" in path else {})}


OUTSIDE: Mapping[str, Mapping[str, str]] = {
    "POST /oauth/token": {"grant_type": "client_credentials", "client_id": named("Guest Storefront")},
    "POST /v1/password/reset": {"ClientID": named("Buyer Storefront"), "Username": "shopper01"},
    "PUT /v1/password/reset/{verificationCode}": {
        "ClientID": named("Buyer Storefront"),
        "Username": "shopper01",
        "Password": "a much better one 7",
    },
    "POST /v1/password/onetimepassword": {"ClientID": named("Buyer Storefront"), "Username": "shopper01"},
    "POST /v1/username/retrieve": {"clientID": named("Buyer Storefront")},
    "GET /ocrplogin": {"id": "idp", "cid": named("Buyer Storefront")},
    "GET /ocrpcode": {"error": ""},
    "POST /v1/me/password": {"NewPassword": "a much better one 7"},
    "GET /idp/authorize": {
        "client_id": "shop",
        "redirect_uri": f"{URL}/ocrpcode",
        "response_type": "code",
        "scope": "openid",
        "code_challenge_method": "S256",
        "login_hint": "shopper01",
    },
    "POST /idp/token": {
        "grant_type": "authorization_code",
        "client_id": "shop",
        "client_secret": "x",
        "redirect_uri": f"{URL}/ocrpcode",
        "code_verifier": "",
    },
    "POST /v1/apiclients/assignments": {"BuyerID": "anchor-boats", "SupplierID": ""},
    "POST /v1/buyers/{buyerID}/users/{userID}/accesstoken": {
        "ClientID": named("Headless Shop"),
        "Roles": "",
        "CustomRoles": "",
    },
    "PUT /v1/integrationEvents/{integrationEventID}": {"EventType": "OpenIDConnect"},
    "DELETE /v1/securityprofiles/{securityProfileID}/assignments": {
        "buyerID": "anchor-boats",
        **dict.fromkeys(("supplierID", "userID", "userGroupID"), ""),
    },
}
"""What goes into a right request beside the IDs, operation by operation; blank ones are left out of it."""

SELLER, BUYER, SUPPLIER, GUEST, NOBODY = range(5)
BY_KIND = {"seller": [SELLER] * 3, "buyer": [BUYER], "supplier": [SUPPLIER]}


def right_callers(operation: Any) -> list[int]:
    """Give who may do it, as far as the document tells."""
    if operation.path == "/v1/me/register":
        return [GUEST]
    kinds = operation.definition.raw.get("x-user-kinds")
    return [SELLER] if kinds is None else [caller for kind in kinds for caller in BY_KIND[kind]]


@st.composite
def cases(draw: st.DrawFn, operation: Any, more: Mapping[str, Mapping[str, str]]) -> tuple[Case[Any], int]:
    """Draw a request and its caller: mostly right in both, sometimes about nothing, sometimes against the rules.

    Zero is what is drawn first, so the first request of all is the one that should go well.
    """
    from schemathesis.generation import GenerationMode

    right = draw(st.integers(0, 3)) < 3
    modes = [GenerationMode.POSITIVE] if right else [GenerationMode.POSITIVE, *[GenerationMode.NEGATIVE] * 3]
    ids, exact = known_in(operation.path), {**OUTSIDE.get(operation.label, {}), **more.get(operation.label, {})}
    known_here = {**ids, **exact}
    places = {name: known_here[name] for name in re.findall(r"\{(\w+)\}", operation.path) if name in known_here}
    named_places = places if right or draw(st.booleans()) else None
    case: Case[Any] = draw(operation.as_strategy(draw(st.sampled_from(modes)), path_parameters=named_places))
    for members in (case.body, case.query):
        if not isinstance(members, dict):
            continue
        for member in list(members):
            name = OTHER_NAMES.get(member, member)
            found = next((value for known, value in ids.items() if name.lower().endswith(known.lower())), None)
            wanted = exact.get(member, found)
            if wanted is not None and isinstance(members[member], str) and (right or draw(st.integers(0, 3)) < 3):
                members[member] = wanted
    if right:
        members = case.body if isinstance(case.body, dict) else case.query
        members.update({name: value for name, value in exact.items() if name not in places})
        for name in [name for name, value in exact.items() if not value]:
            del members[name]
    anybody = [SELLER, BUYER, SUPPLIER, GUEST, NOBODY]
    return case, draw(st.sampled_from(right_callers(operation) if right else anybody))


class Fuzzed:
    """A sandbox with callers of every kind, put back to how it began before each request.

    So whatever a request ends, a token, a password, the caller's own user, the next one finds it there again.
    """

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.template = sqlite3.connect(":memory:", check_same_thread=False)
        self.runner.run(self._open())

    async def _open(self) -> None:
        self.sandbox = await Sandbox.open(clock=Clock(), hashing=FAST)
        self.client = AsyncClient(transport=self.sandbox.transport(), base_url=URL)
        http = Http(self.sandbox, self.client, Clock())
        seller = await http.sign_in("Default API Client", "harbor-admin")
        for path, body in SETUP:
            await seller.ok("POST", path, body, 204 if path.endswith("assignments") else 201)
        await seller.ok("PUT", "suppliers/gale-sails/buyers/anchor-boats", status=204)
        for company in ({"BuyerID": "anchor-boats"}, {"SupplierID": "gale-sails"}, {"BuyerID": "estuary-guests"}):
            held = {"SecurityProfileID": "full-access", **company}
            await seller.ok("POST", "securityprofiles/assignments", held, 204)
        buyer = await http.sign_in("Buyer Storefront", "shopper01")
        supplier = await http.sign_in("Supplier Network", "gale-seller")
        guest = await http.token(grant_type="client_credentials", client_id=named("Guest Storefront"))
        callers = [seller, buyer, supplier, http.bearer(guest.json()["access_token"]), http]
        self.headers = [each.headers for each in callers]
        self.known = await self._begin(http, guest.json()["access_token"])
        await self._copy(restore=False)

    async def _begin(self, http: Http, guest: str) -> Mapping[str, Mapping[str, str]]:
        """Begin what is ended by the code that it gives; tells the codes, operation by operation."""
        asked = {"ClientID": named("Buyer Storefront"), "Username": "shopper01"}
        await http.ok("POST", "password/reset", asked, 204)
        code = (await self.sandbox.outbox())[0].code or ""
        begun = await self.client.get("/ocrplogin", params=OUTSIDE["GET /ocrplogin"])
        there = await self.client.get(f"{begun.headers['Location']}&login_hint=shopper01")
        back = dict(parse_qsl(urlsplit(there.headers["Location"]).query))
        plain = {name: value for name, value in OUTSIDE["GET /idp/authorize"].items() if "challenge" not in name}
        again = await self.client.get("/idp/authorize", params=plain)
        bare = dict(parse_qsl(urlsplit(again.headers["Location"]).query))
        certificate = (await self.sandbox._services.key()).kid
        return {
            "PUT /v1/password/reset/{verificationCode}": {"verificationCode": code},
            "GET /ocrpcode": {"state": back["state"], "code": back["code"]},
            "POST /idp/token": {"code": bare["code"]},
            "GET /oauth/certs/{kid}": {"kid": certificate},
            "PUT /v1/me/register": {"anonUserToken": guest},
            "PUT /v1/me/orders": {"anonUserToken": guest},
        }

    async def _copy(self, *, restore: bool) -> None:
        """Keep the database aside, or put it back."""
        store = self.sandbox._services.store
        live = store._connection
        assert live is not None
        source, target = (self.template, live) if restore else (live, self.template)
        await asyncio.get_running_loop().run_in_executor(store._thread, source.backup, target)

    def restore(self) -> None:
        self.runner.run(self._copy(restore=True))

    async def _close(self) -> None:
        await self.client.aclose()
        await self.sandbox.close()

    def close(self) -> None:
        self.runner.run(self._close())
        self.runner.close()
        self.template.close()

    def send(self, case: Case[Any], caller: int) -> Response:
        self.restore()
        sent = case.as_transport_kwargs(base_url=URL)
        sent["headers"] = {**sent.pop("headers", {}), **self.headers[caller]}
        sent.pop("cookies", None)
        if isinstance(sent.get("data"), str | bytes):
            sent["content"] = sent.pop("data")
        try:
            request = self.client.build_request(**sent)
        except InvalidURL:
            reject()  # longer than this client sends at all
        return self.runner.run(self.client.send(request))


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Fuzzed]:
    fuzzed = Fuzzed()
    yield fuzzed
    fuzzed.close()


def fuzz(operation: Any, fuzzed: Fuzzed) -> list[int]:
    """Send what there is to send to one operation; gives the statuses that came back, request by request."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    wanted: list[Any] = [not_a_server_error, checks.status_code_conformance, checks.content_type_conformance]
    wanted.append(checks.response_schema_conformance)
    statuses: list[int] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(drawn=cases(operation, fuzzed.known))
    def send(drawn: tuple[Case[Any], int]) -> None:
        case, caller = drawn
        answer = fuzzed.send(case, caller)
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=wanted)

    send()
    return statuses


@pytest.mark.timeout(240)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_answer_is_outside_the_document(shard: int, fuzzed: Fuzzed) -> None:
    import schemathesis

    schema = schemathesis.openapi.from_dict(DOCUMENT)
    mine = OPERATIONS[shard::SHARDS]
    answered: list[int] = []
    never_well = []
    for path, method in mine:
        statuses = fuzz(schema[path][method.upper()], fuzzed)
        answered += statuses
        if all(status >= 400 for status in statuses):
            never_well.append(f"{method.upper()} {path}")
    # A fuzzer that is mostly refused proves little.
    assert len(never_well) <= len(mine) / 30, never_well
    assert sum(status < 400 for status in answered) > len(answered) * 2 / 3


def test_every_route_is_in_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the application adds to its router, below `/v1` or beside it."""
    added: list[tuple[str, str]] = []
    monkeypatch.setattr(Router, "add", lambda _, method, path, handler: added.append((f"/{path}", method.lower())))
    App(Services(Store(None), Clock(), FAST, URL))
    assert sorted(added) == sorted(OPERATIONS)


@pytest.mark.parametrize("place", ["ocrplogin", "ocrpcode", "idp/authorize", "v1/username/retrieve"])
async def test_a_query_with_too_many_parameters_is_refused(http: Http, place: str) -> None:
    method = "POST" if place.startswith("v1") else "GET"
    answer = await http.client.request(method, f"/{place}?{'&'.join(['a=b'] * 60)}")
    assert error_of(answer) == (414, "Request.TooLong")
    assert "414" in DOCUMENT["paths"][f"/{place}"][method.lower()]["responses"]


async def test_everybody_gets_the_document(http: Http) -> None:
    assert (await http.client.get("/v1/openapi/v3")).json() == DOCUMENT


def test_the_document_is_openapi() -> None:
    from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

    assert DOCUMENT["openapi"].startswith("3.1.")
    OPENAPI_31_VALIDATOR.validate(DOCUMENT)


def test_the_document_is_made_from_the_descriptions() -> None:
    for method, path, operation in routes():
        told = DOCUMENT["paths"][f"/v1/{path}"][method.lower()]
        roles = [role for each in told["security"] for role in each["OrderCloud"]]
        assert roles == [*(operation.roles or ())]
        assert [role for role in roles if not is_api_role(role)] == []
        places = [each["name"] for each in told["parameters"] if each["in"] == "path"]
        assert places == re.findall(r"\{(\w+)\}", path)
        assert "requestBody" in told or not operation.has_body
    ids = [told["operationId"] for methods in DOCUMENT["paths"].values() for told in methods.values()]
    assert len(ids) == len(set(ids))
    for resource in RESOURCES:
        members = DOCUMENT["components"]["schemas"][resource.object_type]["properties"]
        assert set(members) == {field.name for field in resource.fields}


def test_no_secret_is_in_an_answer_of_the_document() -> None:
    nothing = {"type": "null"}
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["User"]["properties"]["Password"] == nothing
    assert schemas["OpenIdConnect"]["properties"]["ConnectClientSecret"] == nothing
    assert "ClientSecret" not in schemas["ApiClientSecret"]["properties"]
    assert "ClientSecret" in schemas["ApiClientSecretCreated"]["properties"]


def test_a_sandbox_starts_without_the_document() -> None:
    code = "import sys, tui.sandbox; sys.exit('tui.sandbox.openapi' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=50)
