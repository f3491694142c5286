from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.makers import BUYER, claim_sets, encode, json_values, make, with_claims
from tui.tokens.decode import Claims, NotAToken, decode

TOKEN = make()


def refused(text: str) -> NotAToken:
    with pytest.raises(NotAToken) as caught:
        decode(text)
    return caught.value


def error_of(text: str) -> NotAToken | None:
    try:
        decode(text)
    except NotAToken as error:
        return error
    return None


def test_an_ordercloud_token_is_read_whole() -> None:
    token = decode(TOKEN)
    assert (token.header.alg, token.header.kid, token.header.typ) == ("RS256", "key-1", "JWT")
    assert token.claims == Claims(
        usr="shopper01",
        cid="5f0c9a1e-0000-4000-8000-00000000beef",
        u="123456",
        usrtype="buyer",
        role=("Shopper", "MeAdmin", "LoyaltyTier"),
        iss="https://sandboxauth.example",
        aud="https://sandboxapi.example",
        exp=token.claims.exp,
        nbf=token.claims.nbf,
        iat=token.claims.iat,
    )
    assert token.claims_json == BUYER
    assert token.signature == b"signature"
    assert token.signing_input.decode() == TOKEN.rpartition(".")[0]
    assert token.compact == TOKEN


@pytest.mark.parametrize(("role", "read"), [("Shopper", ("Shopper",)), (["Shopper"], ("Shopper",)), ([], ())])
def test_role_may_be_a_string_or_a_list(role: object, read: tuple[str, ...]) -> None:
    assert decode(with_claims(role=role)).claims.role == read


@pytest.mark.parametrize("exp", ["soon", True, None, [1], {}])
def test_a_claim_of_a_wrong_type_is_kept_apart(exp: object) -> None:
    claims = decode(with_claims(exp=exp)).claims
    assert claims.exp is None
    assert claims.extra == {"exp": exp}


def test_internal_ids_may_be_numbers() -> None:
    claims = decode(with_claims(u=123, imp=456)).claims
    assert (claims.u, claims.imp) == ("123", "456")


@given(claim_sets, st.dictionaries(st.text(max_size=5), json_values, max_size=3), st.binary(max_size=20))
def test_nothing_is_lost(claims: Mapping[str, object], header: Mapping[str, object], signature: bytes) -> None:
    token = decode(make(claims, header, signature))
    assert json.dumps(token.claims_json) == json.dumps(claims)
    assert json.dumps(token.header_json) == json.dumps(header)
    assert token.signature == signature
    for name, value in claims.items():
        assert getattr(token.claims, name, None) is not None or token.claims.extra[name] == value


@pytest.mark.parametrize(
    "text",
    [
        f"Bearer {TOKEN}",
        f"bearer\t{TOKEN}",
        f"Authorization: Bearer {TOKEN}",
        f'  "{TOKEN}" ,\r\n',
        f"'Bearer {TOKEN}'",
        f"\ufeff`{TOKEN}`\u00a0",
        f"{TOKEN[:40]}\n{TOKEN[40:90]}\r\n    {TOKEN[90:]}",
        f"{TOKEN[:40]} \n\n {TOKEN[40:]}",
    ],
)
def test_wrapping_is_passed_over(text: str) -> None:
    assert decode(text) == decode(TOKEN)


def with_body(claims: bytes) -> str:
    return f"e30.{encode(claims)}."


@pytest.mark.parametrize(
    ("text", "reason", "found_at"),
    [
        ("", "no token", 0),
        ("   ", "no token", 3),
        ("Bearer ", "no token", 6),
        ("hello", "only one", 5),
        ("  a.b", "only two", 5),
        ("a.b.c.d", "has 4", 5),
        ("a.b.c.d.e", "encrypted", 5),
        ("0b7d7a3e-1111-4222-8333-444455556666", "refresh token", 0),
        (f"  {TOKEN[:20]}!{TOKEN[20:]}", "does not belong", 22),
        (f"{TOKEN[:20]} {TOKEN[20:]}", "blank", 20),
        (f"{TOKEN}=", "padding", len(TOKEN)),
        (f"{TOKEN[:-1]}+", "plain base64", len(TOKEN) - 1),
        (f"{TOKEN[:10]}\n{TOKEN[10:20]}\n  ?{TOKEN[20:]}", "does not belong", 24),
        ("..", "header is empty", 0),
        (f"{encode(b'{}')}..", "claims is empty", 4),
        (f"{encode(b'{}')}.aaaaa.", "cut off", 9),
        (f"{encode(b'[]')}.e30.", "no JSON object", 0),
        (with_body(b"null"), "no JSON object", 4),
        (with_body(b"{ x"), "not JSON", 4 + 2),
        (with_body('{"é": 1, "b": x}'.encode()), "not JSON", 4 + 15 * 4 // 3),
        (with_body(bytes([123, 34, 255])), "UTF-8", 4 + 2),
        (with_body(b'{"n": NaN}'), "number", 4),
        (with_body(b'{"n": ' + b"9" * 5000 + b"}"), "number", 4),
        (with_body(b"[" * 100_000), "nested", 4),
        (with_body(b'{"n": ' + b"[" * 80 + b"]" * 80 + b"}"), "nested", 4),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, reason: str, found_at: int) -> None:
    error = refused(text)
    assert reason in error.reason
    assert error.position == found_at


def test_the_message_keeps_the_text_to_itself() -> None:
    error = refused(f"{TOKEN}!")
    assert TOKEN[:10] not in str(error)
    assert f"(at character {len(TOKEN) + 1})" in str(error)


def test_the_token_stays_out_of_the_repr() -> None:
    shown = repr(decode(TOKEN))
    for part in TOKEN.split("."):
        assert part not in shown
    assert "signature" not in shown


def test_halves_of_surrogate_pairs_are_shown_as_escapes() -> None:
    claims = f'{{"usr": "{chr(92)}ud800", "x": ["{chr(92)}udc00"], "{chr(92)}udc01": 1}}'
    token = decode(f"{encode(b'{}')}.{encode(claims.encode())}.")
    assert token.claims.usr == "\\ud800"
    assert token.claims_json == {"usr": "\\ud800", "x": ["\\udc00"], "\\udc01": 1}


@given(st.text())
def test_any_text_is_a_token_or_no_token(text: str) -> None:
    error = error_of(text)
    assert error is None or (0 <= error.position <= len(text) and error.reason)


@given(st.data())
def test_a_spoilt_token_is_a_token_or_no_token(data: st.DataObject) -> None:
    text = make(data.draw(claim_sets))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text = text[:at] + data.draw(st.text(max_size=3) | st.sampled_from([".", "\n", " ", "="])) + text[at + cut :]
    error = error_of(text)
    assert error is None or 0 <= error.position <= len(text)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_bytes_inside_are_a_token_or_no_token(header: bytes, claims: bytes) -> None:
    text = f"{encode(header)}.{encode(claims)}."
    error = error_of(text)
    assert error is None or 0 <= error.position <= len(text)
