"""No credential is ever shown, wherever it stands and however it is written."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.ordercloud.wire import START, Script, bench, reply, words_of
from tui.ordercloud import Body, Exchange, errors
from tui.ordercloud.body import KEPT_BYTES
from tui.ordercloud.redact import (
    MASK,
    is_secret_name,
    redact_headers,
    redact_json,
    redact_text,
    redact_url,
)

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJ1c3IiOiJhZGEiLCJjaWQiOiJ4In0.c2lnbmF0dXJl"
FORM = "application/x-www-form-urlencoded"
NAMES = [
    "client_secret",
    "password",
    "refresh_token",
    "ClientSecret",
    "Password",
    "NewPassword",
    "access_token",
    "RefreshToken",
    "AccessToken",
    "anonUserToken",
    "ConnectClientSecret",
    "identity_token",
    "CLIENT-SECRET",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_credentials(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["grant_type", "client_id", "username", "scope", "token_type", "expires_in", "PasswordConfig", "Secrets",
             "AccessTokenDuration", "PasswordLastSetDate", "n", "kid"]
)  # fmt: skip
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        (("Authorization", "Bearer hush"), "Bearer ••••••"),
        (("authorization", "Basic aHVzaDpodXNo"), "Basic ••••••"),
        (("Authorization", "Bearer "), "••••••"),
        (("Authorization", "hush"), "••••••"),
        (("Authorization", "Digest username=hush"), "••••••"),
        (("Authorization", ""), ""),
        (("Proxy-Authorization", "Basic hush"), "Basic ••••••"),
        (("Cookie", "a=hush; b=hush"), "••••••"),
        (("Set-Cookie", "a=hush; Path=/"), "••••••"),
        (("X-Access-Token", "x"), "x"),
        (("Access-Token", "hush"), "••••••"),
        (("Location", "https://host/?access_token=hush&x=1#refresh_token=hush"), "https://host/?access_token=••••••&x=1#refresh_token=••••••"),
        (("X-Debug", f"see {JWT} there"), "see •••••• there"),
        (("Content-Type", "application/json"), "application/json"),
    ],
)  # fmt: skip
def test_headers(header: tuple[str, str], shown: str) -> None:
    assert redact_headers([header]) == ((header[0], shown),)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/v1/me/register?anonUserToken=hush&x=1", "https://host/v1/me/register?anonUserToken=••••••&x=1"),
        ("https://host/?client%5Fsecret=hush", "https://host/?client%5Fsecret=••••••"),
        ("https://host/?password=&x", "https://host/?password=&x"),
        ("https://user:hush@host/x", "https://••••••@host/x"),
        (f"https://host/{JWT}/x", "https://host/••••••/x"),
        ("https://[broken/?password=hush", "••••••"),
        ("https://host/a%20b?c=%26+d", "https://host/a%20b?c=%26+d"),
    ],
)
def test_urls(url: str, shown: str) -> None:
    assert redact_url(url) == shown


def test_json_at_any_depth() -> None:
    deep = [{"Password": "hush", "b": {"ClientSecret": ["hush"], "NewPassword": {"x": "hush"}}}]
    body = {"a": deep, "password": None, "client_secret": "", "RefreshTokenDuration": 5}

    assert redact_json(body) == {
        "a": [{"Password": MASK, "b": {"ClientSecret": MASK, "NewPassword": MASK}}],
        "password": None,
        "client_secret": "",
        "RefreshTokenDuration": 5,
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token": "hush',
        '{"a": 1, "ClientSecret":"hu\\"sh',
        '{"Password": ["hush", "hush"], "b": ',
        '{"Password": {"x": "hush"',
        "grant_type=password&password=hush&x=1",
        "<p>client_secret: hush</p>",
        "Authorization: Bearer hush-hush",
        "Authorization: Basic hush-hush",
        "'refresh_token': 'hush'",
        f"{JWT}hush",
    ],
)
def test_text_that_cannot_be_parsed(text: str) -> None:
    shown = redact_text(text, named=True)

    assert "hush" not in shown
    assert "hu\\" not in shown
    assert MASK in shown


@pytest.mark.parametrize(
    "text", ["Invalid username or password.", "<html><h1>502 Bad Gateway</h1></html>", "Both are required", "", "a = b"]
)
def test_harmless_text_stays(text: str) -> None:
    assert redact_text(text, named=True) == text


# The proof: whatever the credential, wherever it goes, however the server echoes it.

SAFE = st.characters(blacklist_categories=["Cs"])
secrets = st.text(SAFE, min_size=12, max_size=40).map(lambda text: f"<<{text}>>")
plain_secrets = st.text(st.sampled_from("abcXYZ019-_.~/&+"), min_size=12, max_size=40).map(lambda text: f"zq{text}")


def shown_forms(secret: str) -> set[str]:
    """Every way in which a secret may be written down."""
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        base64.b64encode(secret.encode()).decode(),
    }


def assert_hidden(secret: str, *texts: str) -> None:
    for text in texts:
        for form in shown_forms(secret):
            assert form not in text


def all_text(exchange: Exchange) -> str:
    """Everything that a pane or a log could show of a redacted exchange."""
    shown = exchange.redacted()
    assert shown.redacted() is shown
    bodies = [shown.request_body, shown.response_body]
    parts: list[object] = [shown.url, shown.request_line, shown.status_line, shown.reason, shown.failure, shown.path]
    parts += [*shown.request_headers, *shown.response_headers, *shown.secrets]
    for body in bodies:
        parts += [body.pretty, body.text, body.form, body.json, body]
    return words_of([*parts, shown, exchange, *bodies])


@given(
    secrets, st.sampled_from(NAMES), st.sampled_from(["form", "json", "deep", "query", "truncated json", "cut json"])
)
def test_a_credential_in_its_place(secret: str, name: str, place: str) -> None:
    url, kind = "https://host/x", "application/json"
    match place:
        case "form":
            content, kind = urlencode({"a": "1", name: secret}).encode(), FORM
        case "json":
            content = json.dumps({name: secret}).encode()
        case "deep":
            content = json.dumps([{"a": {"b": [{name: {"x": [secret]}}]}}], ensure_ascii=False).encode()
        case "query":
            content, url = b"", f"https://host/x?{urlencode({name: secret})}"
        case "truncated json":
            content = json.dumps({name: secret, "b": 1}).encode()[:-3]
        case _:
            content = json.dumps({name: [secret, secret]}).encode()[:-1]
    body = Body.of(content, kind)

    assert_hidden(secret, all_text(Exchange(1, START, "POST", url, (), body)))
    assert_hidden(secret, all_text(Exchange(1, START, "POST", url, (), Body(), status=200, response_body=body)))


@given(
    plain_secrets, st.sampled_from(["message", "key", "html", "reason", "header", "url", "failure", "data", "plain"])
)
def test_a_credential_that_the_server_echoes(secret: str, place: str) -> None:
    sent = Body.of(urlencode({"grant_type": "password", "password": secret}).encode(), FORM)
    answers: dict[str, Any] = {
        "message": {"Errors": [{"ErrorCode": "X", "Message": f"The password {secret} is wrong.", "Data": None}]},
        "key": {secret: {secret: [secret]}},
        "data": {"Errors": [{"ErrorCode": secret, "Data": {"Value": secret}}]},
        "html": f"<p>{secret}</p>",
        "plain": f"why {secret}?",
    }
    answer = answers.get(place, "")
    content = answer if isinstance(answer, str) else json.dumps(answer)
    exchange = Exchange(
        1,
        START,
        "POST",
        f"https://host/{secret}" if place == "url" else "https://host",
        request_body=sent,
        status=400,
        reason=f"No {secret}" if place == "reason" else "",
        response_headers=(("X-Echo", f"<{secret}>"),) if place == "header" else (),
        response_body=Body.of(content.encode(), "application/json"),
        failure=f"It said {secret}" if place == "failure" else "",
    )

    assert_hidden(secret, all_text(exchange))


@given(plain_secrets, st.sampled_from(["Bearer", "Basic", "Cookie", "Set-Cookie", "anonUserToken"]))
def test_a_credential_of_the_headers_that_the_server_echoes(secret: str, place: str) -> None:
    url = f"https://host/?anonUserToken={quote(secret)}" if place == "anonUserToken" else "https://host/"
    basic = base64.b64encode(f"id:{secret}".encode()).decode()
    headers = {
        "Bearer": (("Authorization", f"Bearer {secret}"),),
        "Basic": (("Authorization", f"Basic {basic}"),),
        "Cookie": (("Cookie", f"a=1; session={secret}"),),
    }.get(place, ())
    answered = (("Set-Cookie", f"session={secret}; Path=/"),) if place == "Set-Cookie" else ()
    echo = Body.of(json.dumps({"you sent": secret}).encode())
    exchange = Exchange(1, START, "GET", url, headers, status=200, response_headers=answered, response_body=echo)

    assert_hidden(secret, all_text(exchange))
    assert basic not in all_text(exchange)


@given(plain_secrets, st.sampled_from(["oauth", "errors", "data", "validation", "html", "wrong"]))
async def test_a_credential_in_an_error(secret: str, shape: str) -> None:
    assume(secret not in "Auth.ValidationFailure")
    words = f"The secret {secret} of this client is wrong."
    entry = {"ErrorCode": f"X.{secret}", "Message": words, "Data": {"Value": secret, "ObjectType": secret}}
    bodies: dict[str, Any] = {
        "oauth": {"error": f"invalid_{secret}", "error_description": words},
        "errors": {"Errors": [entry, entry]},
        "data": {"Errors": [{**entry, "Data": {"SufficientRoles": [secret], "ObjectID": secret, "ObjectType": "x"}}]},
        "validation": {"error": "x", "Errors": [entry]},
        "html": f"<html>{words}</html>",
        "wrong": {"access_token": [secret], secret: secret},
    }
    status = {"errors": 404, "data": 403, "wrong": 200}.get(shape, 400)
    b = bench(Script(reply(status, bodies[shape])))
    try:
        await b.oc.oauth.password("c", "u", secret, secret=secret, scope="Shopper")
    except errors.OrderCloudError as error:
        texts = [error, error.advice, error.what, error.where, *error.args]
        if isinstance(error, errors.ApiError):
            texts += [*error.errors, error.code, error.data]
        if isinstance(error, errors.OAuthRefused):
            texts += [error.error, error.description]
        assert_hidden(secret, words_of(texts))
    else:
        raise AssertionError("this cannot succeed")
    assert_hidden(secret, *(all_text(each) for each in b.exchanges))


def test_advice_is_no_way_out() -> None:
    sent = Exchange(1, START, "GET", "https://host", (("Authorization", "Bearer hush-hush"),), status=400)

    assert "hush" not in str(errors.ApiError("hush-hush", sent, advice="Do not use hush-hush."))


def test_a_short_credential_is_masked_in_its_place_only() -> None:
    sent = Body.of(b"password=ab&username=abacus", FORM)

    assert Exchange(1, START, "POST", "https://host", request_body=sent).redacted().request_body.pretty == (
        "password=••••••\nusername=abacus"
    )


def test_a_mask_tells_nothing_of_the_value() -> None:
    for value in ("a", "a" * 1000, "\u2603"):
        assert redact_json({"password": value}) == {"password": MASK}


def test_a_large_body_is_cut_and_still_masked() -> None:
    secret = "zq-very-secret-thing"
    content = json.dumps({"ClientSecret": secret, "x": "y" * KEPT_BYTES, "Password": secret}).encode()
    body = Body.of(content, "application/json")
    exchange = Exchange(1, START, "GET", "https://host", status=200, response_body=body)

    assert body.truncated
    assert body.size == len(content)
    assert len(body.content) == KEPT_BYTES
    assert f"{KEPT_BYTES:,} of {len(content):,} bytes" in body.pretty
    assert_hidden(secret, all_text(exchange))
    assert "bytes kept" in exchange.redacted().response_body.pretty
