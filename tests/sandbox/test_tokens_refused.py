"""Access tokens made by hand: whatever is not exactly one of ours is refused."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from tests.sandbox.support import Http, error_of
from tui.sandbox.keys import SigningKey, new_key
from tui.sandbox.services import LONGEST_TOKEN
from tui.tokens.decode import decode


def segment(value: Any) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(content).decode().rstrip("=")


@pytest.fixture
async def token(http: Http) -> str:
    answer = await http.password("Default API Client", "harbor-admin")
    text: str = answer.json()["access_token"]
    assert (await http.bearer(text).get("me")).status_code == 200
    return text


async def refused(http: Http, text: str) -> None:
    for _ in range(2):  # nor is it remembered as good
        assert error_of(await http.bearer(text).get("me")) == (401, "InvalidToken"), text[:80]


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None, "RS512", "PS256", "ES256", "rs256", 1])
async def test_another_algorithm(http: Http, token: str, algorithm: object) -> None:
    _, claims, signature = token.split(".")
    kid = (await http.sandbox._services.key()).kid
    for end in ("", signature):
        await refused(http, f"{segment({'alg': algorithm, 'kid': kid, 'typ': 'JWT'})}.{claims}.{end}")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_the_public_key_as_a_shared_secret(http: Http, token: str, algorithm: str) -> None:
    from joserfc.jwk import RSAKey

    key = await http.sandbox._services.key()
    public = RSAKey.import_key(dict(key.public))
    claims = token.split(".")[1]
    signed = f"{segment({'alg': algorithm, 'kid': key.kid})}.{claims}"
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    for secret in (public.as_pem(private=False), public.as_der(private=False), json.dumps(key.public).encode(), b""):
        await refused(http, f"{signed}.{segment(hmac.new(secret, signed.encode(), digest).digest())}")


async def test_a_foreign_key_under_our_name_and_in_the_header(http: Http, token: str) -> None:
    kid, der = new_key()
    ours = (await http.sandbox._services.key()).kid
    claims = dict(decode(token).claims_json)
    await refused(http, SigningKey(ours, der).sign(claims))
    foreign = SigningKey(kid, der)
    await refused(http, foreign.sign(claims))
    header = {"alg": "RS256", "kid": ours, "jwk": dict(foreign.public), "jku": "https://evil.example/keys"}
    await refused(http, with_header(foreign, header, claims))


def with_header(key: SigningKey, header: dict[str, Any], claims: dict[str, Any]) -> str:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    signed = f"{segment(header)}.{segment(claims)}"
    return f"{signed}.{segment(key._key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


async def test_our_own_key_with_a_header_that_is_not_ours(http: Http, token: str) -> None:
    key = await http.sandbox._services.key()
    claims: dict[str, Any] = dict(decode(token).claims_json)
    good = {"alg": "RS256", "kid": key.kid}
    assert (await http.bearer(with_header(key, good, claims)).get("me")).status_code == 200
    await refused(http, with_header(key, {"alg": "RS256"}, claims))
    more: dict[str, Any]
    for more in ({"crit": ["exp"]}, {"crit": []}, {"crit": ["b64"], "b64": False}, {"kid": "other"}, {"kid": None}):
        await refused(http, with_header(key, {**good, **more}, claims))
    for name, value in (
        ("aud", "https://api.ordercloud.io"),
        ("aud", None),
        ("exp", 1),
        ("exp", "soon"),
        ("nbf", 2**40),
    ):
        await refused(http, with_header(key, good, {**claims, name: value}))


async def test_altered_padded_wrapped_and_oversize(http: Http, token: str) -> None:
    header, claims, signature = token.split(".")
    altered = segment({**dict(decode(token).claims_json), "u": "2"})
    for text in (
        f"{header}.{altered}.{signature}",
        f"{header}.{claims}.{signature[:-4]}",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        f"{token}.{signature}",
        f'"{token}"',
        f"Bearer {token}",
        f"{token},",
        f"{header}.{claims}.{signature}==",
        token + "A" * LONGEST_TOKEN,
        segment({"a": "x" * LONGEST_TOKEN}),
    ):
        await refused(http, text)
    assert (await http.bearer(token).get("me")).status_code == 200


async def test_an_oversize_token_that_we_signed_ourselves(http: Http, token: str) -> None:
    key = await http.sandbox._services.key()
    claims: dict[str, Any] = {**dict(decode(token).claims_json), "x": "x" * LONGEST_TOKEN}
    await refused(http, key.sign(claims))
