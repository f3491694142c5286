"""The sandbox's own OpenAPI document, and whatever a fuzzer can think of held against it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from tests.sandbox.support import Clock, Http, named
from tui.access.roles import is_api_role
from tui.ordercloud._httpx import AsyncClient, InvalidURL, Response
from tui.sandbox import FAST, Sandbox
from tui.sandbox.openapi import document
from tui.sandbox.resources import RESOURCES
from tui.sandbox.served import routes

if TYPE_CHECKING:
    from schemathesis import Case

URL = "http://sandbox.ocgate"
DOCUMENT: dict[str, Any] = document(URL, routes())
OPERATIONS: list[tuple[str, str]] = [
    (path, method) for path, methods in DOCUMENT["paths"].items() for method in methods
]
SHARDS = 2
EXAMPLES = 6

KNOWN: Mapping[str, str] = {
    "apiClientID": named("Vendor Onboarding"),
    "secretID": "rotation",
    "buyerID": "anchor-boats",
    "newBuyerID": "chandlery",
    "supplierID": "gale-sails",
    "userID": "support-agent",
    "userGroupID": "support-desk",
    "securityProfileID": "guest",
    "impersonationConfigID": "support-as-shopper",
    "openidconnectID": "idp",
    "integrationEventID": "checkout-kiosk",
    "catalogID": "ship-supplies",
    "categoryID": "ropes",
    "productID": "halyard-8",
    "orderID": "first",
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
            **dict.fromkeys(("ConnectClientID", "ConnectClientSecret", "AppStartUrl"), "x"),
            **dict.fromkeys(("AuthorizationEndpoint", "TokenEndpoint"), "x"),
        },
    ),
    (f"apiclients/{named('Vendor Onboarding')}/secrets", {"ID": "rotation", "Name": "Rotation"}),
    ("orders/Incoming", {"ID": "first", "FromCompanyID": "anchor-boats", "FromUserID": "shopper01"}),
]
"""What the demo marketplace has not got, so that every kind of object is there once."""


def known_in(path: str) -> Mapping[str, str]:
    """Give the IDs of objects that go together in a path."""
    return {**KNOWN, **(OF_BUYER if "{buyerID}" in path else OF_SUPPLIER if "{supplierID}" in path else {})}


@st.composite
def cases(draw: st.DrawFn, operation: Any) -> Case[Any]:
    """Draw a request: often about objects that there are, sometimes about nothing and sometimes against the rules.

    Zero is what is drawn first, so the first request of all is the one that should go well.
    """
    from schemathesis.generation import GenerationMode

    mode = draw(st.sampled_from([GenerationMode.POSITIVE] * 3 + [GenerationMode.NEGATIVE]))
    ids = known_in(operation.path)
    places = {name: ids[name] for name in re.findall(r"\{(\w+)\}", operation.path) if name in ids}
    case: Case[Any] = draw(operation.as_strategy(mode, path_parameters=places if draw(st.integers(0, 4)) < 4 else None))
    for members in (case.body, case.query):
        if not isinstance(members, dict):
            continue
        for member in list(members):
            name = OTHER_NAMES.get(member, member)
            found = next((value for known, value in ids.items() if name.lower().endswith(known.lower())), None)
            if found is not None and isinstance(members[member], str) and draw(st.integers(0, 3)) < 3:
                members[member] = found
    return case


class Fuzzed:
    """A sandbox with callers of every kind, put back to how it began before each operation."""

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
            await seller.ok("POST", path, body, 201)
        for company in ({"BuyerID": "anchor-boats"}, {"SupplierID": "gale-sails"}, {"BuyerID": "estuary-guests"}):
            held = {"SecurityProfileID": "full-access", **company}
            await seller.ok("POST", "securityprofiles/assignments", held, 204)
        buyer = await http.sign_in("Buyer Storefront", "shopper01")
        supplier = await http.sign_in("Supplier Network", "gale-seller")
        guest = await http.token(grant_type="client_credentials", client_id=named("Guest Storefront"))
        callers = [seller, buyer, supplier, http.bearer(guest.json()["access_token"]), http]
        self.headers = [each.headers for each in callers]
        await self._copy(restore=False)

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


def fuzz(operation: Any, fuzzed: Fuzzed) -> set[int]:
    """Send what there is to send to one operation; gives the statuses that came back."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    wanted: list[Any] = [not_a_server_error, checks.status_code_conformance, checks.content_type_conformance]
    wanted.append(checks.response_schema_conformance)
    statuses: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(case=cases(operation), caller=st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4]))
    def send(case: Case[Any], caller: int) -> None:
        answer = fuzzed.send(case, caller)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=wanted)

    fuzzed.restore()
    send()
    return statuses


@pytest.mark.timeout(240)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_answer_is_outside_the_document(shard: int, fuzzed: Fuzzed) -> None:
    import schemathesis

    schema = schemathesis.openapi.from_dict(DOCUMENT)
    never_well = []
    mine = OPERATIONS[shard::SHARDS]
    for path, method in mine:
        statuses = fuzz(schema[path][method.upper()], fuzzed)
        if not any(200 <= status < 300 for status in statuses):
            never_well.append(f"{method.upper()} {path}")
    # A fuzzer that is only ever refused proves little.
    assert len(never_well) < len(mine) / 4, never_well


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
