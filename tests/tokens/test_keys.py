"""Keys from files, the clocks' difference, and two tokens compared."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from tests.tokens.makers import AT, BUYER, NOW, claim_sets, make, with_claims
from tui.tokens.compare import compare
from tui.tokens.decode import decode
from tui.tokens.explain import explain_missing
from tui.tokens.keys import NotAKey, choose_key, read_keys
from tui.tokens.skew import skew_of, together

KEY = RSAKey.generate_key(2048)
PUBLIC = {name: value for name, value in KEY.as_dict(private=False).items() if name in ("kty", "n", "e")}


@pytest.mark.parametrize("private", [False, True])
def test_a_key_is_read_in_each_of_its_forms_and_never_its_private_half(private: bool) -> None:
    jwk = {**KEY.as_dict(private=private), "kid": "key-1"}
    forms = (json.dumps(jwk), json.dumps({"keys": [jwk]}), KEY.as_pem(private=private).decode())
    for text in forms:
        read = read_keys(f"\ufeff {text}\n")
        assert [{name: key[name] for name in ("kty", "n", "e")} for key in read.keys] == [PUBLIC]
        assert "d" not in read.keys[0]
        assert ("private" in " ".join(read.remarks)) is private


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "{}",
        "null",
        '{"keys": 5}',
        '{"keys": [1]}',
        "-----BEGIN PUBLIC KEY-----\nAA\n-----END",
        "[" * 9999,
        json.dumps({"kty": "oct", "k": "c2VjcmV0"}),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_key_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(NotAKey, match=r"RSA|JWK"):
        read_keys(text)


def test_the_key_is_the_one_the_token_names() -> None:
    token, nameless = decode(make()), decode(make(header={"alg": "RS256"}))
    one, other = {**PUBLIC, "kid": "key-1"}, {**PUBLIC, "n": "AQAB", "kid": "key-2"}
    assert choose_key(token, [other, one]) == (one, "")
    assert choose_key(token, [PUBLIC]) == (PUBLIC, "")
    assert choose_key(nameless, [one]) == (one, "")
    assert choose_key(token, [one, dict(one)])[0] == one
    for keys, why in (([other], "None of"), ([one, {**other, "kid": "key-1"}], "Two different")):
        key, told = choose_key(token, keys)
        assert key is None
        assert why in told
    assert "more than one" in choose_key(nameless, [one, other])[1]


SENT = datetime(2026, 11, 23, 9, 0, 0, 500_000, tzinfo=UTC)


@given(st.integers(-100_000, 100_000), st.integers(0, 5_000), st.integers(0, 100))
def test_the_true_difference_is_always_inside_what_was_measured(ahead: int, took: int, share: int) -> None:
    written = SENT + timedelta(milliseconds=took * share / 100 + ahead)
    skew = skew_of(f"{written:%a, %d %b %Y %H:%M:%S} GMT", SENT, timedelta(milliseconds=took))
    assert skew is not None
    assert skew.least <= timedelta(milliseconds=ahead) <= skew.most
    assert skew.most - skew.least == timedelta(seconds=1, milliseconds=took)


def test_several_measurements_are_sharper_than_one_and_a_clock_that_was_set_begins_anew() -> None:
    moments = ((0, "09:00:00"), (700, "09:00:01"), (1200, "09:00:01"))
    skews = [
        skew_of(f"Mon, 23 Nov 2026 {date} GMT", SENT + timedelta(milliseconds=at), timedelta(0)) for at, date in moments
    ]
    known = together(each for each in skews if each)
    assert known is not None
    assert known.agrees
    assert known.most - known.least < timedelta(milliseconds=700)
    assert "agrees" in known.told()
    late = skew_of("Mon, 23 Nov 2026 10:00:00 GMT", SENT, timedelta(0))
    assert late is not None
    assert together([known, late]) == late
    assert late.told() == "The server's clock is 59m 59s or more ahead of this one."
    early = skew_of("Mon, 23 Nov 2026 08:00:00 GMT", SENT, timedelta(0))
    assert early is not None
    assert "behind" in early.told()
    assert [skew_of(date, SENT, timedelta(0)) for date in (None, "", "soon", "Mon, 99 Nov 2026 10:00:00 GMT")] == [
        None
    ] * 4


def test_missing_claims_are_named() -> None:
    assert explain_missing(decode(make())) == ()
    claims = {name: value for name, value in BUYER.items() if name not in ("role", "exp")}
    assert [(each.name, each.value) for each in explain_missing(decode(make(claims)))] == [
        ("role", "missing"),
        ("exp", "missing"),
    ]


def told(before: str, after: str, **more: dict[str, str]) -> dict[str, tuple[str, str, str]]:
    names = {("usr", "shopper01"): "Ann"}
    found = compare(decode(before), decode(after), NOW, names, more.get("gaps"))
    return {
        f"{each.what} {each.after if each.before == '–' else each.before}": (each.before, each.after, each.cause)
        for each in found
    }


def test_two_tokens_are_compared_by_what_they_mean() -> None:
    assert told(make(), make(signature=b"other")) == {}
    assert told(make(), with_claims(cid=str(BUYER["cid"]).upper(), role=list(reversed(BUYER["role"])))) == {}  # type: ignore[call-overload]  # a list
    roles = told(make(), with_claims(role=["Shopper", "OrderAdmin"]), gaps={"MeAdmin": "No profile has it."})
    assert roles["role removed MeAdmin"] == ("MeAdmin", "–", "No profile has it.")
    assert "narrower scope" in roles["role removed LoyaltyTier"][2]
    assert "the first" in roles["role added OrderAdmin"][2]
    user = told(make(), with_claims(usr="buyer02", role="Shopper"))
    assert user["user Ann (shopper01)"][:2] == ("Ann (shopper01)", "buyer02")
    assert "another user" in user["role removed MeAdmin"][2]
    client = told(make(), with_claims(cid="other", role="Shopper", exp=AT + 3540))
    assert "another API client" in client["role removed MeAdmin"][2]
    assert client["lives for 10m 12s"] == ("10m 12s", "1h", "Each API client has its own AccessTokenDuration.")
    key = told(make(), make(header={"alg": "RS256", "kid": "key-2"}))
    assert key["key key-1"][:2] == ("key-1", "key-2")
    assert "colour red" in told(make(), with_claims(colour="red"))


@given(claim_sets, claim_sets)
def test_a_comparison_is_total_and_goes_both_ways(one: dict[str, object], other: dict[str, object]) -> None:
    first, second = decode(make(one)), decode(make(other))
    assert compare(first, first, NOW) == ()
    there, back = compare(first, second, NOW), compare(second, first, NOW)
    sides = sorted((each.before, each.after) for each in there)
    assert sides == sorted((each.after, each.before) for each in back)
