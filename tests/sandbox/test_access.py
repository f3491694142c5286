"""Who may call what: tokens, roles, kinds of user, addresses and bodies."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.support import Http, error_of, named
from tui.sandbox.keys import SigningKey, new_key
from tui.tokens.token import JSON

UNAUTHORIZED = (401, "InvalidToken")
NO_ROLE = (403, "Auth.InsufficientRoles")
NO_KIND = (403, "Auth.UserNotAuthorizedToAdmin")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic abc", "Bearer eyJhbGciOiJub25lIn0.e30."]
)
async def test_without_a_good_token_there_is_401(http: Http, header: str) -> None:
    answer = await http.client.get("/v1/me", headers={"Authorization": header} if header else {})
    assert error_of(answer) == UNAUTHORIZED


async def test_a_token_ends_to_the_second(http: Http) -> None:
    caller = await http.sign_in("Kiosk Terminal", "shopper01")
    http.clock.forward(seconds=599)
    assert (await caller.get("me")).status_code == 200
    http.clock.forward(seconds=1)
    assert error_of(await caller.get("me")) == UNAUTHORIZED


async def test_a_token_signed_by_another_key_or_for_another_place_is_refused(http: Http) -> None:
    own = await http.sandbox._services.key()
    now = int(http.clock.now.timestamp())
    claims: dict[str, JSON] = {
        "usr": "harbor-admin",
        "u": "1",
        "cid": named("Default API Client").lower(),
        "role": "FullAccess",
    }
    times: dict[str, JSON] = {"iat": now, "nbf": now, "exp": now + 600}
    good: dict[str, JSON] = {**claims, **times, "iss": "http://sandbox.ocgate", "aud": "http://sandbox.ocgate"}
    assert (await http.bearer(own.sign(good)).get("me")).status_code == 200
    assert error_of(await http.bearer(own.sign({**good, "aud": "https://api.ordercloud.io"})).get("me")) == UNAUTHORIZED
    assert error_of(await http.bearer(own.sign({**good, "nbf": now + 1})).get("me")) == UNAUTHORIZED
    assert error_of(await http.bearer(own.sign({**good, "u": "999"})).get("me")) == UNAUTHORIZED
    forged = SigningKey(own.kid, new_key()[1])
    assert error_of(await http.bearer(forged.sign(good)).get("me")) == UNAUTHORIZED


async def test_deactivating_an_api_client_stops_its_live_tokens(http: Http, admin: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    path = f"apiclients/{named('Buyer Storefront')}"
    await admin.ok("PATCH", path, {"Active": False})
    assert error_of(await shopper.get("me")) == UNAUTHORIZED
    await admin.ok("PATCH", path, {"Active": True})
    assert (await shopper.get("me")).status_code == 200
    await admin.ok("DELETE", path, status=204)
    assert error_of(await shopper.get("me")) == UNAUTHORIZED


async def test_deactivating_a_user_stops_its_live_tokens(http: Http, admin: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    await admin.ok("PATCH", "buyers/anchor-boats/users/shopper01", {"Active": False})
    assert error_of(await shopper.get("me")) == UNAUTHORIZED


async def test_a_missing_role_is_told_with_those_that_would_do(http: Http) -> None:
    agent = await http.sign_in("Default API Client", "support-agent", scope="BuyerReader ApiClientReader")
    assert (await agent.get("apiclients")).status_code == 200
    answer = await agent.send("POST", "apiclients", {"AppName": "x", "AccessTokenDuration": 60})
    assert error_of(answer) == NO_ROLE
    data = answer.json()["Errors"][0]["Data"]
    assert data["SufficientRoles"] == ["FullAccess", "ApiClientAdmin"]
    assert data["AssignedRoles"] == ["ApiClientReader", "BuyerReader"]
    assert error_of(await agent.get("adminusers")) == NO_ROLE


async def test_full_access_of_a_buyer_user_does_not_open_the_sellers_resources(http: Http, admin: Http) -> None:
    given = {"SecurityProfileID": "full-access", "BuyerID": "anchor-boats", "UserID": "shopper01"}
    await admin.ok("POST", "securityprofiles/assignments", given, 204)
    buyer = await http.sign_in("Buyer Storefront", "shopper01")
    for path in ("apiclients", "apiclients/assignments", "securityprofiles", "suppliers/gale-sails/users"):
        assert error_of(await buyer.get(path)) == NO_KIND, path
    assert [each["ID"] for each in await buyer.items("buyers")] == ["anchor-boats"]
    assert len(await buyer.items("suppliers")) == 4
    assert len(await buyer.items("adminusers")) == 6
    assert len(await buyer.items("buyers/anchor-boats/users")) == 2
    assert error_of(await buyer.get("buyers/chandlery")) == NO_KIND
    assert error_of(await buyer.get("buyers/chandlery/users")) == NO_KIND
    await buyer.ok("PATCH", "buyers/anchor-boats", {"Name": "Anchor & Sons"})
    for method, path in (
        ("PATCH", "buyers/chandlery"),
        ("PUT", "buyers/chandlery"),
        ("PUT", "buyers/new-one"),
        ("POST", "buyers"),
        ("DELETE", "buyers/anchor-boats"),
        ("PATCH", "suppliers/gale-sails"),
        ("PATCH", "adminusers/harbor-admin"),
    ):
        body = None if method == "DELETE" else {"Name": "x"}
        assert error_of(await buyer.send(method, path, body)) == NO_KIND, (method, path)


async def test_a_supplier_user_reaches_its_own_company(http: Http) -> None:
    seller = await http.sign_in("Partner Portal", "gale-seller")
    assert [each["ID"] for each in await seller.items("suppliers")] == ["gale-sails"]
    assert len(await seller.items("suppliers/gale-sails/users")) == 2
    assert error_of(await seller.get("suppliers/hullworks")) == NO_KIND
    me = await seller.ok("GET", "me")
    assert (me["Buyer"], me["Supplier"], me["Seller"]) == (None, {"ID": "gale-sails"}, {"ID": "harbor-supply"})


async def test_me_needs_no_role_and_hides_the_password(http: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01", scope="Shopper")
    me = await shopper.ok("GET", "me")
    assert me["Username"] == "shopper01"
    assert me["Password"] is None
    assert me["AvailableRoles"] == ["MeAdmin", "Shopper"]
    assert me["Buyer"] == {"ID": "anchor-boats", "DefaultCatalogID": "anchor-boats"}
    assert me["CompanyID"] == "anchor-boats"
    assert "FailedLoginAttempts" not in me


async def test_an_anonymous_caller_writes_nothing(http: Http, admin: Http) -> None:
    given = {"SecurityProfileID": "full-access", "BuyerID": "estuary-guests"}
    await admin.ok("POST", "securityprofiles/assignments", given, 204)
    answer = await http.token(grant_type="client_credentials", client_id=named("Guest Storefront"))
    guest = http.bearer(answer.json()["access_token"])
    assert (await guest.ok("GET", "me"))["Username"] == "guest-shopper"
    refused = await guest.send("PATCH", "buyers/estuary-guests", {"Name": "Mine"})
    assert error_of(refused) == (403, "Auth.AnonUserProhibited")


async def test_addresses_are_matched_without_case_and_methods_are_told(http: Http, admin: Http) -> None:
    assert (await admin.get("ApiClients/Assignments")).status_code == 200
    assert (await admin.get("BUYERS/Anchor-Boats/USERS/")).status_code == 200
    assert error_of(await admin.get("nothing/here")) == (404, "NotFound")
    answer = await admin.send("DELETE", "apiclients")
    assert error_of(answer) == (405, "MethodNotAllowed")
    assert answer.headers["Allow"] == "GET, POST"
    assert (await http.client.get("/")).status_code == 404
    assert (await http.client.get("/oauth/token")).status_code == 405


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{",
        b"\xff\xfe",
        b'{"Name": NaN}',
        b'{"xp": {"n": 1e999}}',
        b'{"Name": "\\ud800"}',
        b'{"xp":' + b"[" * 100_000,
        b'{"xp":' + b'{"a":' * 80 + b"1" + b"}" * 81,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
async def test_a_body_that_is_no_json_object_is_told(admin: Http, content: bytes) -> None:
    answer = await admin.client.post("/v1/buyers", content=content, headers=admin.headers)
    assert error_of(answer) == (400, "Request.InvalidRequestBody")


async def test_a_body_over_a_mebibyte_is_413_and_a_bom_is_fine(admin: Http) -> None:
    large = json.dumps({"Name": "x" * (1 << 20)}).encode()
    answer = await admin.client.post("/v1/buyers", content=large, headers=admin.headers)
    assert answer.status_code == 413
    content = b"\xef\xbb\xbf" + json.dumps({"ID": "bom", "Name": "BOM"}).encode()
    assert (await admin.client.post("/v1/buyers", content=content, headers=admin.headers)).status_code == 201


async def test_a_bad_body_is_told_only_to_who_may_write(http: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    answer = await http.client.post("/v1/buyers", content=b"{", headers=shopper.headers)
    assert error_of(answer) == NO_ROLE


async def test_a_fault_inside_is_a_500_that_leaks_nothing(admin: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(admin.sandbox._services.store, "look", fail)
    answer = await admin.get("buyers")
    assert error_of(answer) == (500, "ServerError")
    assert "hunter2" not in answer.text
