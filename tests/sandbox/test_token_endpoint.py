"""Every check of the token endpoint over the wire, and what a token carries."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest

from tests.sandbox.support import START, Http, error_of, named
from tui.ordercloud._httpx import Response
from tui.sandbox import passwords
from tui.sandbox.demo import PASSWORD
from tui.tokens.decode import decode
from tui.tokens.verify import Status, verify_signature


def refused(answer: Response, error: str, code: str) -> None:
    body = answer.json()
    assert answer.status_code == 400, body
    assert (body["error"], body["Errors"][0]["ErrorCode"]) == (error, code)
    assert body["error_description"] == body["Errors"][0]["Message"] != ""
    assert set(body["Errors"][0]) == {"ErrorCode", "Message", "Data"}
    assert len(body["Errors"]) == 1
    assert answer.headers["Cache-Control"] == "no-store"


def claims_of(answer: Response) -> Any:
    assert answer.status_code == 200, answer.text
    return decode(answer.json()["access_token"]).claims_json


async def test_a_password_grant_answers_four_members(http: Http) -> None:
    answer = await http.password("Buyer Storefront", "SHOPPER01")
    body = answer.json()
    assert {name: body[name] for name in ("token_type", "expires_in")} == {"token_type": "bearer", "expires_in": 35999}
    assert len(body["refresh_token"]) == 36
    assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Date"] == "Mon, 23 Nov 2026 19:00:00 GMT"
    issued = int(START.timestamp())
    claims = claims_of(answer)
    assert claims.pop("u").isdigit()
    assert claims == {
        "usr": "shopper01",
        "cid": named("Buyer Storefront").lower(),
        "usrtype": "buyer",
        "role": ["MeAdmin", "Shopper"],
        "iss": "http://sandbox.ocgate",
        "aud": "http://sandbox.ocgate",
        "exp": issued + 36000,
        "nbf": issued,
        "iat": issued,
    }


async def test_the_signature_is_verified_by_the_published_key(http: Http) -> None:
    token = decode((await http.password("Buyer Storefront", "shopper01")).json()["access_token"])
    assert (token.header.alg, token.header.typ) == ("RS256", "JWT")
    assert len(token.header.kid or "") == 22
    answer = await http.client.get(f"/oauth/certs/{token.header.kid}")
    assert set(answer.json()) == {"kty", "n", "e", "alg", "use", "kid"}
    assert verify_signature(token, answer.json()).status is Status.PASSED
    assert error_of(await http.client.get("/oauth/certs/unknown")) == (404, "NotFound")


async def test_one_role_is_a_text(http: Http) -> None:
    assert claims_of(await http.password("Buyer Storefront", "shopper01", scope="Shopper"))["role"] == "Shopper"


async def test_check_1_the_body_is_form_encoded(http: Http) -> None:
    answer = await http.client.post("/oauth/token", json={"grant_type": "password"})
    refused(answer, "invalid_request", "Request.InvalidContentType")


async def test_checks_2_and_3_the_grant_type(http: Http) -> None:
    refused(await http.token(client_id=named("Buyer Storefront")), "invalid_request", "Auth.OauthError")
    refused(await http.token(grant_type="implicit"), "unsupported_grant_type", "Auth.OauthError")


async def test_checks_4_and_5_the_api_client(http: Http) -> None:
    refused(await http.token(grant_type="password"), "invalid_client", "ApiClient.InvalidClientID")
    refused(await http.token(grant_type="password", client_id="x"), "invalid_client", "ApiClient.InvalidClientID")
    refused(await http.password("Old ERP Bridge", "harbor-admin"), "invalid_client", "Auth.ClientNotActive")


async def test_check_6_the_secret(http: Http) -> None:
    refused(await http.password("Reporting Job", "harbor-admin"), "invalid_client", "Auth.OauthError")
    wrong = await http.password("Reporting Job", "harbor-admin", client_secret="wrong")
    refused(wrong, "invalid_client", "Auth.OauthError")
    assert wrong.json()["error_description"] == "invalid client secret"
    assert (await http.password("Reporting Job", "harbor-admin", client_secret=PASSWORD)).status_code == 200
    assert (await http.password("ERP Middleware", "harbor-admin", client_secret=PASSWORD)).status_code == 200
    expired = await http.password("Nightly Export", "harbor-admin", client_secret=PASSWORD)
    refused(expired, "invalid_client", "Auth.OauthError")
    ignored = await http.password("Buyer Storefront", "shopper01", client_secret="needless")
    assert ignored.status_code == 200


async def test_a_named_secret_dies_when_it_expires(http: Http, admin: Http) -> None:
    made = {"Name": "Short", "Expiration": "2026-11-23T20:00:00Z"}
    secret = await admin.ok("POST", f"apiclients/{named('Buyer Storefront')}/secrets", made, 201)
    given = {"client_secret": secret["ClientSecret"]}
    assert (await http.password("Buyer Storefront", "shopper01", **given)).status_code == 200
    http.clock.forward(hours=1)
    refused(await http.password("Buyer Storefront", "shopper01", **given), "invalid_client", "Auth.OauthError")


async def test_checks_7_and_8_the_credentials(http: Http) -> None:
    client = named("Buyer Storefront")
    missing = await http.token(grant_type="password", client_id=client, username="shopper01")
    refused(missing, "invalid_grant", "Auth.UsernameAndPasswordRequired")
    wrong = await http.password("Buyer Storefront", "shopper01", "wrong")
    unknown = await http.password("Buyer Storefront", "nobody", PASSWORD)
    refused(wrong, "invalid_grant", "Auth.InvalidUsernameOrPassword")
    assert wrong.json() == unknown.json()


async def test_check_9_ten_failures_lock_out_for_two_minutes(http: Http, admin: Http) -> None:
    for _ in range(9):
        await http.password("Buyer Storefront", "shopper01", "wrong")
    assert (await http.password("Buyer Storefront", "shopper01")).status_code == 200
    for _ in range(10):
        refused(
            await http.password("Buyer Storefront", "shopper01", "wrong"),
            "invalid_grant",
            "Auth.InvalidUsernameOrPassword",
        )
    assert (await admin.ok("GET", "buyers/anchor-boats/users/shopper01"))["FailedLoginAttempts"] == 10
    refused(await http.password("Buyer Storefront", "shopper01"), "invalid_grant", "Auth.LockedOut")
    http.clock.forward(minutes=1, seconds=59)
    refused(await http.password("Buyer Storefront", "shopper01"), "invalid_grant", "Auth.LockedOut")
    http.clock.forward(seconds=1)
    await http.password("Buyer Storefront", "shopper01", "wrong")
    assert (await http.password("Buyer Storefront", "shopper01")).status_code == 200
    assert (await admin.ok("GET", "buyers/anchor-boats/users/shopper01"))["FailedLoginAttempts"] == 0


async def test_a_security_profile_makes_the_lockout_stricter(http: Http, admin: Http) -> None:
    policy = {"Name": "Strict", "PasswordConfig": {"AllowedFailedAttempts": 2, "LockoutDuration": 0}}
    await admin.ok("PUT", "securityprofiles/strict", policy)
    given = {"SecurityProfileID": "strict", "BuyerID": "chandlery"}
    await admin.ok("POST", "securityprofiles/assignments", given, 204)
    for _ in range(2):
        await http.password("Buyer Storefront", "chandlery-buyer", "wrong")
    http.clock.forward(days=1000)
    refused(await http.password("Buyer Storefront", "chandlery-buyer"), "invalid_grant", "Auth.LockedOut")


async def test_check_10_the_context_user(http: Http) -> None:
    form = {"grant_type": "client_credentials", "client_id": named("Reporting Job"), "client_secret": PASSWORD}
    answer = await http.token(**form)
    refused(answer, "invalid_grant", "Auth.OauthError")
    assert answer.json()["error_description"] == "Default context user required for client credentials grant"
    refused(
        await http.token(grant_type="client_credentials", client_id=named("Loyalty App")),
        "invalid_grant",
        "Auth.OauthError",
    )


async def test_check_11_the_refresh_token(http: Http) -> None:
    form = {"grant_type": "refresh_token", "client_id": named("Partner Portal")}
    refused(await http.token(**form), "invalid_grant", "Auth.OauthError")
    refused(await http.token(**form, refresh_token="unknown"), "invalid_grant", "Auth.OauthError")
    foreign = (await http.password("Buyer Storefront", "shopper01")).json()["refresh_token"]
    refused(await http.token(**form, refresh_token=foreign), "invalid_grant", "Auth.OauthError")
    own = (await http.password("Partner Portal", "shopper01")).json()["refresh_token"]
    http.clock.forward(hours=24)
    refused(await http.token(**form, refresh_token=own), "invalid_grant", "Auth.OauthError")


async def test_check_12_everybody_is_active(http: Http, admin: Http) -> None:
    refused(await http.password("Buyer Storefront", "chandlery-former"), "invalid_grant", "Auth.UserNotActive")
    refused(await http.password("Buyer Storefront", "foghorn-buyer"), "invalid_grant", "Auth.CompanyNotActive")


async def test_check_13_the_party_may_use_the_api_client(http: Http) -> None:
    refused(await http.password("Vendor Onboarding", "harbor-admin"), "invalid_grant", "Auth.OauthError")
    refused(await http.password("Partner Portal", "breakwater-buyer"), "invalid_grant", "Auth.OauthError")
    refused(await http.password("Supplier Desk", "gale-seller"), "invalid_grant", "Auth.OauthError")
    for client, user in (
        ("Partner Portal", "shopper01"),
        ("Partner Portal", "gale-seller"),
        ("Supplier Desk", "hullworks-seller"),
        ("Supplier Network", "jetty-seller"),
        ("Supplier Network", "shopper01"),
        ("Admin Backoffice", "gale-dispatch"),
    ):
        assert (await http.password(client, user)).status_code == 200, (client, user)
    sensor = {"grant_type": "client_credentials", "client_id": named("Dockside Sensor"), "client_secret": PASSWORD}
    refused(await http.token(**sensor), "invalid_grant", "Auth.OauthError")


async def test_check_14_roles_are_left(http: Http) -> None:
    refused(await http.password("Buyer Storefront", "drydock-buyer"), "invalid_grant", "Auth.InsufficientRoles")
    refused(await http.password("Buyer Approvals", "shopper01"), "invalid_grant", "Auth.InsufficientRoles")
    given = await http.password("Buyer Storefront", "shopper01", scope="ProductAdmin")
    refused(given, "invalid_grant", "Auth.InsufficientRoles")
    assert claims_of(await http.password("Kiosk Terminal", "shopper01"))["role"] == "Shopper"
    custom = await http.password("Buyer Storefront", "anchor-approver", scope="Approver Shopper Unknown")
    assert claims_of(custom)["role"] == ["Approver", "Shopper"]


async def test_client_credentials_act_as_the_context_user(http: Http) -> None:
    form = {"grant_type": "client_credentials", "client_id": named("ERP Middleware"), "client_secret": PASSWORD}
    answer = await http.token(**form)
    claims = claims_of(answer)
    assert (claims["usr"], claims["usrtype"], answer.json()["expires_in"]) == ("erp-service", "admin", 1799)
    assert "refresh_token" not in answer.json()
    assert "orderid" not in claims
    headless = await http.token(grant_type="client_credentials", client_id=named("Headless Shop"))
    assert claims_of(headless)["usr"] == "chandlery-buyer"
    assert "orderid" not in claims_of(headless)
    assert "refresh_token" in headless.json()


async def test_anonymous_callers_are_copies_with_an_order_of_their_own(http: Http) -> None:
    form = {"grant_type": "client_credentials", "client_id": named("Guest Storefront")}
    answer = await http.token(**form)
    claims = claims_of(answer)
    assert (claims["usr"], answer.json()["expires_in"]) == ("guest-shopper", 10080 * 60 - 1)
    assert "refresh_token" not in answer.json()
    assert len(claims["orderid"]) == 22
    assert claims["orderid"] != claims_of(await http.token(**form))["orderid"]
    visits = [claims_of(await http.token(**form, anonuserid="visitor-1"))["orderid"] for _ in range(2)]
    assert visits[0] == visits[1] != claims["orderid"]


async def test_a_refresh_token_is_reused_until_its_end_and_only_a_digest_is_kept(http: Http) -> None:
    first = (await http.password("Partner Portal", "shopper01", scope="Shopper MeAdmin")).json()
    form = {
        "grant_type": "refresh_token",
        "client_id": named("Partner Portal"),
        "refresh_token": first["refresh_token"],
    }
    for _ in range(2):
        http.clock.forward(hours=11)
        again = await http.token(**form)
        assert again.json()["refresh_token"] == first["refresh_token"]
        assert claims_of(again)["role"] == ["MeAdmin", "Shopper"]
    assert claims_of(await http.token(**form, scope="Shopper"))["role"] == "Shopper"
    assert claims_of(await http.token(**form))["role"] == ["MeAdmin", "Shopper"]
    dump = await http.sandbox._services.store.run(lambda c: "\n".join(c.iterdump()))
    assert first["refresh_token"] not in dump
    http.clock.forward(hours=2)
    refused(await http.token(**form), "invalid_grant", "Auth.OauthError")


async def test_a_refresh_follows_todays_profiles(http: Http, admin: Http) -> None:
    first = (await http.password("Partner Portal", "shopper01")).json()
    await admin.ok("PATCH", "securityprofiles/buyer-shopper", {"Roles": ["Shopper", "OrderReader"]})
    form = {"grant_type": "refresh_token", "client_id": named("Partner Portal")}
    answer = await http.token(**form, refresh_token=first["refresh_token"])
    assert claims_of(answer)["role"] == "Shopper"


async def test_http_basic_carries_the_client_credentials_as_well(http: Http) -> None:
    pair = b64encode(f"{named('ERP Middleware')}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}"}
    form = {"grant_type": "client_credentials"}
    assert (await http.client.post("/oauth/token", data=form, headers=headers)).status_code == 200
    broken = await http.client.post("/oauth/token", data=form, headers={"Authorization": "Basic !"})
    refused(broken, "invalid_client", "ApiClient.InvalidClientID")


@pytest.mark.parametrize("encode", [lambda text: text, quote_plus], ids=["as it is", "form-encoded"])
async def test_a_secret_with_special_characters_comes_by_http_basic(
    http: Http, admin: Http, encode: Callable[[str], str]
) -> None:
    client, secret = named("ERP Middleware"), "a+b/c=d e&"
    await admin.ok("PATCH", f"apiclients/{client}", {"ClientSecret": secret})
    pair = b64encode(f"{client}:{encode(secret)}".encode()).decode()
    form, headers = {"grant_type": "client_credentials"}, {"Authorization": f"Basic {pair}"}
    assert (await http.client.post("/oauth/token", data=form, headers=headers)).status_code == 200


async def test_nothing_is_hashed_when_an_earlier_check_refuses(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    def hashed(*_: object) -> bytes:
        raise AssertionError("a password was hashed")

    monkeypatch.setattr(passwords, "_scrypt", hashed)
    refused(await http.password("Old ERP Bridge", "harbor-admin"), "invalid_client", "Auth.ClientNotActive")
    refused(await http.password("Reporting Job", "harbor-admin"), "invalid_client", "Auth.OauthError")


async def test_a_sign_in_is_noted_to_the_minute(http: Http, admin: Http) -> None:
    http.clock.forward(seconds=90)
    await http.password("Buyer Storefront", "shopper01")
    user = await admin.ok("GET", "buyers/anchor-boats/users/shopper01")
    assert user["LastActive"] == "2026-11-23T19:01:00.000Z"


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "password", "client_id": "\x00", "username": "\x1b]0;x\x07"},
        {"grant_type": "[bold]" * 1000, "client_id": "'; DROP TABLE users; --"},
        {"grant_type": "refresh_token", "refresh_token": "\ud7ff" * 5000, "client_id": "‮"},
        {"grant_type": "password", "client_id": "9" * 10000, "username": "x", "password": "\x00"},
    ],
)
async def test_hostile_forms_are_refused_politely(http: Http, form: dict[str, str]) -> None:
    answer = await http.token(**form)
    assert answer.status_code == 400
    assert answer.json()["Errors"]


async def test_parallel_failures_are_all_counted(http: Http, admin: Http) -> None:
    await asyncio.gather(*(http.password("Buyer Storefront", "shopper01", "wrong") for _ in range(8)))
    assert (await admin.ok("GET", "buyers/anchor-boats/users/shopper01"))["FailedLoginAttempts"] == 8


async def test_raw_bytes_in_the_form_do_not_break_it(http: Http) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await http.client.post(
        "/oauth/token", content=b"grant_type=password&client_id=%ff%fe&&&=\xff", headers=headers
    )
    refused(answer, "invalid_client", "ApiClient.InvalidClientID")
    large = await http.client.post("/oauth/token", content=b"a=" + b"x" * (1 << 20), headers=headers)
    assert large.status_code == 413
