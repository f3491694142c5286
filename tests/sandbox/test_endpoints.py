"""The list of endpoints: it is what the sandbox serves, and what it says is allowed the sandbox allows."""

from __future__ import annotations

import pytest

from tests.sandbox.support import Http, error_of
from tui.access.endpoints import Endpoint, endpoints, may_call
from tui.access.facts import PartyKind
from tui.sandbox.served import routes
from tui.tokens.decode import decode


def test_the_list_is_what_the_sandbox_serves() -> None:
    served = {
        Endpoint(
            method,
            path,
            None if operation.roles is None else tuple(each for each in operation.roles if each != "FullAccess"),
            operation.kinds,
            operation.open_to_guests or not operation.writes,
        )
        for method, path, operation in routes()
    }
    assert set(endpoints()) == served
    assert len(endpoints()) == len(served)


def of(title: str) -> Endpoint:
    return next(each for each in endpoints() if each.title == title)


def test_each_refusal_names_what_is_missing() -> None:
    buyers = of("GET /v1/buyers")
    assert may_call(buyers, ["BuyerReader"], PartyKind.SELLER).allowed
    assert may_call(buyers, ["FullAccess"], None).allowed
    lacking = may_call(buyers, ["Shopper", "buyerreader"], PartyKind.BUYER)
    assert not lacking.allowed
    assert lacking.missing == ("BuyerAdmin", "BuyerReader", "FullAccess")
    assert "supplier user" in may_call(of("GET /v1/apiclients"), ["FullAccess"], PartyKind.SUPPLIER).why
    guest = may_call(of("PATCH /v1/me"), ["MeAdmin"], PartyKind.BUYER, anonymous=True)
    assert "AnonUserProhibited" in guest.why
    assert may_call(of("POST /v1/cart/lineitems"), ["Shopper"], PartyKind.BUYER, anonymous=True).allowed
    assert may_call(of("GET /v1/me"), [], None).why == "Any token will do."


def test_a_path_is_filled_in_order() -> None:
    endpoint = of("GET /v1/buyers/{buyerID}/users/{userID}")
    assert endpoint.places == ("buyerID", "userID")
    assert endpoint.filled(["a", "b"]) == ("buyers", "a", "users", "b")
    with pytest.raises(ValueError, match="ID"):
        endpoint.filled(["a"])


@pytest.mark.parametrize(
    ("client", "username"),
    [("Buyer Storefront", "shopper01"), ("Admin Backoffice", "harbor-admin"), ("Supplier Network", "gale-dispatch")],
)
async def test_the_sandbox_answers_as_the_list_says(http: Http, client: str, username: str) -> None:
    caller = await http.sign_in(client, username)
    claims = decode(caller.headers["Authorization"].removeprefix("Bearer ")).claims
    kind = {"buyer": PartyKind.BUYER, "supplier": PartyKind.SUPPLIER, "admin": PartyKind.SELLER}[claims.usrtype or ""]
    tried = 0
    for endpoint in endpoints():
        if endpoint.safe and not endpoint.places:
            answer = await caller.get(endpoint.path)
            permission = may_call(endpoint, claims.role or (), kind)
            assert (answer.status_code != 403) == permission.allowed, endpoint.title
            assert permission.allowed or error_of(answer)[1] in permission.why, endpoint.title
            tried += 1
    assert tried > 15
