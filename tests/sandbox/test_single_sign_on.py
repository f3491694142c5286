"""Single sign-on, the whole round trip with the built-in identity provider, and everything that must not work."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from tests.sandbox.support import Http, error_of, named
from tui.ordercloud._httpx import AsyncClient, Response
from tui.sandbox.provider import challenge_of
from tui.sandbox.single_sign_on import fill
from tui.tokens.decode import decode

BASE = "http://sandbox.ocgate"
SHOP = "https://shop.example{2}?token={0}&idp={1}&again={3}"
CONNECT: dict[str, Any] = {
    "ID": "shop-sso",
    "OrderCloudApiClientID": named("Buyer Storefront"),
    "ConnectClientID": "shop & co",
    "ConnectClientSecret": "provider-secret",
    "AppStartUrl": SHOP,
    "AuthorizationEndpoint": f"{BASE}/idp/authorize",
    "TokenEndpoint": f"{BASE}/idp/token",
    "CustomErrorUrl": "https://shop.example/failed?why={0}",
    "AdditionalIdpScopes": ["loyalty"],
}


@pytest.fixture
async def sso(http: Http, admin: Http) -> Http:
    await admin.ok("POST", "openidconnects", CONNECT, 201)
    return http


async def start(http: Http, **more: str) -> Response:
    query = {"id": "shop-sso", "roles": "Shopper MeAdmin", "cid": named("Buyer Storefront"), **more}
    return await http.client.get("/ocrplogin", params=query)


def place_of(answer: Response) -> str:
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def query_of(place: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(place).query, keep_blank_values=True))


async def at_provider(http: Http, **more: str) -> str:
    place = place_of(await start(http, **more))
    assert place.startswith(f"{BASE}/idp/authorize?")
    return place


async def pick(http: Http, place: str, username: str = "shopper01") -> str:
    return place_of(await http.client.get(f"{place}&{urlencode({'login_hint': username})}"))


async def test_the_whole_round_trip(sso: Http) -> None:
    place = await at_provider(sso, appstartpath="/products/sail 1", customParams="ui_locales=en&nonce=forged")
    asked = query_of(place)
    assert asked["scope"] == "openid profile email loyalty"
    assert (asked["code_challenge_method"], asked["redirect_uri"]) == ("S256", f"{BASE}/ocrpcode")
    assert asked["ui_locales"] == "en"
    assert asked["nonce"] != "forged"
    page = await sso.client.get(place)
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Ada Ankers (shopper01)" in page.text
    assert "chandlery-former" not in page.text, "inactive users do not sign in"
    back = await pick(sso, place)
    assert back.startswith(f"{BASE}/ocrpcode?code=")
    landed = place_of(await sso.client.get(back))
    assert landed.startswith("https://shop.example/products/sail%201?token=")
    given = query_of(landed)
    claims = decode(given["token"]).claims
    assert (claims.usr, claims.role, claims.cid) == (
        "shopper01",
        ("MeAdmin", "Shopper"),
        named("Buyer Storefront").lower(),
    )
    assert (await sso.bearer(given["token"]).ok("GET", "me"))["ID"] == "shopper01"
    assert error_of(await sso.bearer(given["idp"]).get("me")) == (401, "InvalidToken"), "the provider's opens nothing"
    form = {"grant_type": "refresh_token", "client_id": named("Buyer Storefront"), "refresh_token": given["again"]}
    assert (await sso.token(**form)).status_code == 200
    for spent in (back, f"{back}x"):
        again = await sso.client.get(spent)
        assert error_of(again) == (400, "Auth.OauthError"), "state and code are good once"


class Buttons(HTMLParser):
    """Reads the page as a browser does: the hidden fields and buttons of each form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[tuple[str, str]]]] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"hidden": [], "button": []})
        elif tag == "input" and found.get("type") == "hidden":
            self.forms[-1]["hidden"].append((found["name"], found["value"]))
        elif tag == "button" and "name" in found:
            self.forms[-1]["button"].append((found["name"], found["value"]))


async def test_a_browser_without_scripts_gets_through(sso: Http) -> None:
    place = await at_provider(sso)
    page = Buttons()
    page.feed((await sso.client.get(place)).text)
    form, button = next((f, b) for f in page.forms for b in f["button"] if b[1] == "shopper01")
    submitted = f"{place.partition('?')[0]}?{urlencode([*form['hidden'], button])}"
    landed = place_of(await sso.client.get(place_of(await sso.client.get(submitted))))
    assert decode(query_of(landed)["token"]).claims.usr == "shopper01"
    search = f"{place}&q=BREAKWATER"
    found = (await sso.client.get(search)).text
    assert "breakwater-buyer" in found
    assert "shopper01" not in found


async def test_nothing_from_outside_becomes_markup(sso: Http, admin: Http) -> None:
    evil = "<script>alert(1)</script>\"'&"
    await admin.ok("PATCH", "buyers/anchor-boats/users/shopper01", {"FirstName": evil, "Username": evil})
    await admin.ok("PATCH", "buyers/anchor-boats", {"Name": evil})
    place = await at_provider(sso)
    for address in (place, f"{place}&{urlencode({'q': evil})}", f"{BASE}/idp/authorize?client_id={evil}"):
        answer = await sso.client.get(address)
        assert "<script" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        page = Buttons()
        page.feed(answer.text)
        assert "script" not in page.tags
    landed = place_of(await sso.client.get(await pick(sso, place, evil)))
    assert decode(query_of(landed)["token"]).claims.usr == evil


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, 400, ""),
        ({"redirect_uri": f"{BASE}/ocrpcode/../evil"}, 400, ""),
        ({"redirect_uri": f"{BASE}.evil.example/ocrpcode"}, 400, ""),
        ({"client_id": "unknown"}, 400, ""),
        ({"client_id": "SHOP & CO"}, 400, ""),
        ({"response_type": "token"}, 302, "unsupported_response_type"),
        ({"scope": "profile"}, 302, "invalid_scope"),
        ({"code_challenge_method": "plain"}, 302, "invalid_request"),
        ({"prompt": "none"}, 302, "login_required"),
        ({"prompt": "none", "login_hint": "chandlery-former"}, 302, "login_required"),
    ],
)
async def test_what_the_provider_refuses(sso: Http, change: dict[str, str], status: int, error: str) -> None:
    asked = {**query_of(await at_provider(sso)), **change}
    answer = await sso.client.get("/idp/authorize", params=asked)
    assert answer.status_code == status
    if status == 400:
        assert "Location" not in answer.headers, "nobody is sent to a place that is not registered"
        return
    place = answer.headers["Location"]
    assert place.startswith(f"{BASE}/ocrpcode?")
    assert (query_of(place)["error"], query_of(place)["state"]) == (error, asked["state"])
    failed = place_of(await sso.client.get(place))
    assert failed.startswith("https://shop.example/failed?why=")
    assert " " in query_of(failed)["why"]


async def code_of(http: Http, **change: str) -> dict[str, str]:
    """Give what the token endpoint of the provider wants, for a code of one's own."""
    verifier = "v" * 43
    asked = {**query_of(await at_provider(http)), "code_challenge": challenge_of(verifier), "nonce": "n-1"}
    answer = await http.client.get("/idp/authorize", params={**asked, "login_hint": "shopper01"})
    form = {
        "grant_type": "authorization_code",
        "code": query_of(place_of(answer))["code"],
        "redirect_uri": f"{BASE}/ocrpcode",
        "client_id": "shop & co",
        "client_secret": "provider-secret",
        "code_verifier": verifier,
    }
    return {**form, **change}


async def test_the_provider_exchanges_a_code_for_tokens(sso: Http) -> None:
    form = await code_of(sso)
    answer = await sso.client.post("/idp/token", data=form)
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "id_token"}
    claims = decode(answer.json()["id_token"]).claims_json
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (f"{BASE}/idp", "shop & co", "n-1")
    assert (claims["preferred_username"], claims["email"]) == ("shopper01", "shopper01@anchor-boats.example")
    again = await sso.client.post("/idp/token", data=form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    about = (await sso.client.get("/idp/.well-known/openid-configuration")).json()
    assert about["issuer"] == f"{BASE}/idp"
    kid = decode(answer.json()["id_token"]).header.kid
    assert [key["kid"] for key in (await sso.client.get(about["jwks_uri"])).json()["keys"]] == [kid]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "unknown"}, "invalid_client"),
        ({"code": "unknown"}, "invalid_grant"),
        ({"redirect_uri": "https://evil.example"}, "invalid_grant"),
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
    ],
)
async def test_what_the_providers_token_endpoint_refuses(sso: Http, change: dict[str, str], error: str) -> None:
    form = await code_of(sso, **change)
    answer = await sso.client.post("/idp/token", data=form)
    assert answer.json()["error"] == error


async def test_a_code_lives_a_minute(sso: Http) -> None:
    form = await code_of(sso)
    sso.clock.forward(seconds=60)
    assert (await sso.client.post("/idp/token", data=form)).json()["error"] == "invalid_grant"


async def test_a_failed_try_uses_the_code_up(sso: Http) -> None:
    form = await code_of(sso)
    await sso.client.post("/idp/token", data={**form, "code_verifier": "x" * 43})
    assert (await sso.client.post("/idp/token", data=form)).json()["error"] == "invalid_grant"


async def test_a_sign_in_has_ten_minutes(sso: Http) -> None:
    place = await at_provider(sso)
    sso.clock.forward(minutes=10)
    assert error_of(await sso.client.get(await pick(sso, place))) == (400, "Auth.OauthError")


async def test_a_sign_in_goes_on_only_in_the_browser_that_began_it(sso: Http) -> None:
    began = await start(sso)
    cookie = began.headers["Set-Cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/ocrpcode", "max-age=600"} <= set(cookie.split("; "))
    back = await pick(sso, place_of(began))
    name, ours = cookie.partition(";")[0].split("=")
    assert ours not in place_of(began) + back
    second = await pick(sso, await at_provider(sso))
    async with AsyncClient(transport=sso.sandbox.transport(), base_url=BASE) as other:
        for theirs in ("", f"{name}=", f"{name}={ours[:-1]}", f"{name}=\u00e9"):
            refused = await other.get(back, headers={b"Cookie": theirs.encode()} if theirs else None)
            assert (refused.status_code, "Location" in refused.headers) == (400, False)
            assert "begun in another browser" in refused.text
            assert refused.headers["Content-Type"].startswith("text/html")
    for each in (back, second):
        assert "token=" in place_of(await sso.client.get(each)), "two windows of the right browser still get through"
    assert not sso.client.cookies


async def test_the_code_of_another_sign_in_does_not_fit(sso: Http) -> None:
    ours, theirs = await at_provider(sso), await at_provider(sso)
    stolen = query_of(await pick(sso, theirs))["code"]
    swapped = urlencode({"code": stolen, "state": query_of(ours)["state"]})
    failed = place_of(await sso.client.get(f"/ocrpcode?{swapped}"))
    assert query_of(failed)["why"].startswith("The code_verifier")


@pytest.mark.parametrize(
    ("username", "roles", "why"),
    [
        ("harbor-admin", "Shopper", "The user may not use this API client."),
        ("foghorn-buyer", "Shopper", "User's organization is not active."),
        ("breakwater-locked", "Shopper", "Due to excessive login failures, this account has been locked."),
        ("shopper01", "ProductAdmin", "User does not have role(s) required to perform this action."),
    ],
)
async def test_the_rules_hold_for_whoever_comes_back(sso: Http, username: str, roles: str, why: str) -> None:
    place = await at_provider(sso, roles=roles)
    failed = place_of(await sso.client.get(await pick(sso, place, username)))
    assert failed.startswith("https://shop.example/failed?why=")
    assert query_of(failed) == {"why": why}


async def test_what_refuses_the_start(sso: Http, admin: Http) -> None:
    assert error_of(await start(sso, id="unknown")) == (404, "NotFound")
    failed = query_of(place_of(await start(sso, cid=named("Partner Portal"))))
    assert "API client" in failed["why"]
    await admin.ok("PATCH", "openidconnects/shop-sso", {"TokenEndpoint": "https://idp.example/token"})
    assert "own identity provider" in query_of(place_of(await start(sso)))["why"]
    await admin.ok("PATCH", "openidconnects/shop-sso", {"CustomErrorUrl": None})
    assert error_of(await start(sso)) == (400, "Auth.OauthError")


@pytest.mark.parametrize(
    "path", ["@evil.example", ".evil.example/", ":80@evil.example", "//evil.example", "\\\\evil.example", "/ok\r\nX: y"]
)
async def test_the_path_in_the_application_leads_nowhere_else(sso: Http, path: str) -> None:
    place = place_of(await start(sso, appstartpath=path))
    if place.startswith(BASE):
        place = place_of(await sso.client.get(await pick(sso, place)))
    assert urlsplit(place).netloc == "shop.example"
    assert not re.search(r"[\r\n\\]", place)


def test_placeholders_are_filled_for_their_place() -> None:
    values = ("a.b+c/d", "p&q", "/x y?z#w", "r")
    assert fill(SHOP, values) == "https://shop.example/x%20y%3Fz%23w?token=a.b%2Bc%2Fd&idp=p%26q&again=r"
    assert fill("https://s.example/?go={2}", values) == "https://s.example/?go=%2Fx%20y%3Fz%23w"
    assert fill("myapp://login?token={0}", values) == "myapp://login?token=a.b%2Bc%2Fd"
    assert parse_qs(urlsplit(fill("https://s.example/#t={0}", values) or "").fragment)["t"] == [values[0]]
    for bad in ("javascript:alert('{0}')", "{2}", "https://{0}.example/", "https://[{0}/", "https://"):
        assert fill(bad, values) is None, bad
    assert unescape(fill("https://s.example/{0}", ("{1}", "x", "", "")) or "") == "https://s.example/%7B1%7D"


@pytest.mark.parametrize("path", ["/ocrplogin", "/ocrpcode", "/idp/authorize", "/v1/username/retrieve"])
async def test_a_query_with_too_many_parameters_is_refused(http: Http, path: str) -> None:
    send = http.client.post if path.startswith("/v1/") else http.client.get
    answer = await send(path + "?" + "&".join(f"n{number}=1" for number in range(60)))
    assert error_of(answer) == (414, "Request.TooLong")
