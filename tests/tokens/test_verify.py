from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import RSAKey

from tests.tokens.makers import AT, BUYER, NOW, claim_sets, encode, json_values, make, with_claims
from tui.tokens.decode import decode
from tui.tokens.verify import NOT_CHECKED, Status, Verdicts, check_claims, verify_signature


@dataclass(frozen=True)
class Signer:
    key: RSAKey
    kid: str = "key-1"

    @property
    def jwk(self) -> dict[str, str]:
        public = self.key.as_dict(private=False)
        return {
            "kty": "RSA",
            "n": str(public["n"]),
            "e": str(public["e"]),
            "alg": "RS256",
            "use": "sig",
            "kid": self.kid,
        }

    def sign(self, claims: Mapping[str, object] = BUYER, **header: object) -> str:
        members = {"alg": "RS256", "kid": self.kid, "typ": "JWT", **header}
        present = {name: value for name, value in members.items() if value is not None}
        return jws.serialize_compact(present, json.dumps(claims).encode(), self.key, algorithms=["RS256"])


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(RSAKey.generate_key(2048))


@pytest.fixture(scope="module")
def other() -> Signer:
    return Signer(RSAKey.generate_key(2048))


def test_a_right_signature_passes(signer: Signer) -> None:
    verdict = verify_signature(decode(signer.sign()), signer.jwk)
    assert verdict.status is Status.PASSED
    assert "key-1" in verdict.why


def test_the_key_may_be_an_object(signer: Signer) -> None:
    @dataclass(frozen=True)
    class Key:
        n: str
        e: str
        kty: str = "RSA"
        alg: str = ""
        use: str = ""
        kid: str = ""

    key = Key(signer.jwk["n"], signer.jwk["e"])
    assert verify_signature(decode(signer.sign()), key).status is Status.PASSED


def test_line_breaks_do_not_spoil_the_signature(signer: Signer) -> None:
    compact = signer.sign()
    assert verify_signature(decode(f"Bearer {compact[:50]}\n{compact[50:]}"), signer.jwk).status is Status.PASSED


def test_an_altered_token_fails(signer: Signer) -> None:
    header, _, signature = signer.sign().split(".")
    forged = f"{header}.{encode(json.dumps({**BUYER, 'role': 'FullAccess'}).encode())}.{signature}"
    verdict = verify_signature(decode(forged), signer.jwk)
    assert verdict.status is Status.FAILED
    assert "altered" in verdict.why


def test_another_key_of_the_same_name_fails(signer: Signer, other: Signer) -> None:
    assert verify_signature(decode(signer.sign()), other.jwk).status is Status.FAILED


def test_a_key_of_another_name_says_nothing(signer: Signer, other: Signer) -> None:
    verdict = verify_signature(decode(signer.sign()), {**other.jwk, "kid": "key-2"})
    assert verdict.status is Status.NOT_CHECKED
    assert "kid" in verdict.why


def test_without_a_kid_the_key_at_hand_is_tried(signer: Signer) -> None:
    assert verify_signature(decode(signer.sign(kid=None)), signer.jwk).status is Status.PASSED


@pytest.mark.parametrize("alg", ["none", "None", "NONE"])
def test_an_unsigned_token_fails(signer: Signer, alg: str) -> None:
    for signature in (b"", b"x"):
        verdict = verify_signature(decode(make(header={"alg": alg}, signature=signature)), signer.jwk)
        assert verdict.status is Status.FAILED
        assert "none" in verdict.why


@pytest.mark.parametrize("alg", ["HS256", "HS512", "ES256", "PS256", "RS512", "rs256", ""])
def test_another_algorithm_is_not_checked(signer: Signer, alg: str) -> None:
    verdict = verify_signature(decode(make(header={"alg": alg})), signer.jwk)
    assert verdict.status is Status.NOT_CHECKED
    assert len(verdict.why) > 20


def test_a_public_key_is_never_used_as_a_shared_secret(signer: Signer) -> None:
    import hashlib
    import hmac

    unsigned = make(header={"alg": "HS256", "kid": "key-1"}).rpartition(".")[0]
    mac = hmac.new(signer.key.as_pem(private=False), unsigned.encode(), hashlib.sha256).digest()
    assert verify_signature(decode(f"{unsigned}.{encode(mac)}"), signer.jwk).status is Status.NOT_CHECKED


@pytest.mark.parametrize("header", [{}, {"alg": 5}, {"alg": None}])
def test_no_algorithm_fails(signer: Signer, header: dict[str, object]) -> None:
    assert verify_signature(decode(make(header=header)), signer.jwk).status is Status.FAILED


def test_no_key_is_not_checked(signer: Signer) -> None:
    assert verify_signature(decode(signer.sign()), None).status is Status.NOT_CHECKED
    nameless = verify_signature(decode(signer.sign(kid=None)), None)
    assert "kid" in nameless.why


def test_critical_extensions_fail(signer: Signer) -> None:
    assert verify_signature(decode(make(header={"alg": "RS256", "crit": ["b64"]})), signer.jwk).status is Status.FAILED


@pytest.mark.parametrize(
    "change",
    [{"kty": "EC"}, {"use": "enc"}, {"alg": "RS512"}, {"n": ""}, {"n": "!!"}, {"n": "é"}, {"n": "AQAB"}, {"e": ""}],
)
def test_an_unusable_key_fails(signer: Signer, change: dict[str, str]) -> None:
    assert verify_signature(decode(signer.sign()), {**signer.jwk, **change}).status is Status.FAILED


@given(claim_sets, st.dictionaries(st.sampled_from(["alg", "kid", "crit", "b64", "typ"]), json_values), st.binary())
def test_every_token_gets_a_verdict(
    signer: Signer, claims: Mapping[str, object], header: Mapping[str, object], signature: bytes
) -> None:
    token = decode(make(claims, {"alg": "RS256", **header}, signature))
    assert verify_signature(token, signer.jwk).status is not Status.PASSED
    assert check_claims(token, NOW, audience="https://x").status in Status


@pytest.mark.parametrize(
    ("offset", "status"),
    [(-1, Status.PASSED), (0, Status.FAILED), (1, Status.FAILED)],
)
def test_a_token_is_expired_from_the_second_of_exp(offset: int, status: Status) -> None:
    token = decode(with_claims(exp=AT))
    assert check_claims(token, NOW + timedelta(seconds=offset)).status is status


def test_a_token_is_good_from_the_second_of_nbf() -> None:
    token = decode(with_claims(nbf=AT))
    assert check_claims(token, NOW).status is Status.PASSED
    early = check_claims(token, NOW - timedelta(seconds=90))
    assert early.status is Status.FAILED
    assert "in 1m 30s" in early.why


@given(st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(0, 500))
def test_times_and_leeway(exp: int, nbf: int, leeway: int) -> None:
    token = decode(with_claims(exp=AT + exp, nbf=AT + nbf))
    passed = check_claims(token, NOW, leeway=timedelta(seconds=leeway)).status is Status.PASSED
    assert passed is (exp + leeway > 0 and nbf <= leeway)


@pytest.mark.parametrize("exp", ["1", None, True, [], 10**400, -(10**400), 1e308], ids=lambda exp: f"{exp!s:.8}")
def test_strange_times_get_a_verdict(exp: object) -> None:
    expected = Status.PASSED if exp in (10**400, 1e308) else Status.FAILED
    assert check_claims(decode(with_claims(exp=exp)), NOW).status is expected
    assert check_claims(decode(with_claims(nbf=exp)), NOW).status is not Status.NOT_CHECKED


def test_a_token_without_exp_fails() -> None:
    claims = {name: value for name, value in BUYER.items() if name != "exp"}
    assert "for ever" in check_claims(decode(make(claims)), NOW).why


@pytest.mark.parametrize(
    ("aud", "audience", "status"),
    [
        ("https://sandboxapi.example", None, Status.PASSED),
        ("https://sandboxapi.example", "https://SandboxAPI.example/", Status.PASSED),
        ("https://sandboxapi.example", "https://api.example", Status.FAILED),
        ("https://sandboxapi.example", "https://sandboxapi.example:444", Status.FAILED),
        (["https://x.example", "https://api.example"], "https://api.example", Status.PASSED),
        (None, "https://api.example", Status.FAILED),
        (7, "https://api.example", Status.FAILED),
        ("http://[", "http://[", Status.PASSED),
    ],
)
def test_the_audience_is_checked_when_told(aud: object, audience: str | None, status: Status) -> None:
    verdict = check_claims(decode(with_claims(aud=aud)), NOW, audience=audience)
    assert verdict.status is status
    assert audience is not None or "not checked" in verdict.why


def test_a_moment_without_offset_is_utc() -> None:
    naive = datetime(2026, 11, 23, 18, 4, 51)  # noqa: DTZ001 - what this test is about
    assert check_claims(decode(with_claims(exp=AT + 1)), naive).status is Status.PASSED
    assert check_claims(decode(with_claims(exp=AT)), naive).status is Status.FAILED


def test_nothing_is_checked_until_it_is() -> None:
    assert Verdicts() == Verdicts(NOT_CHECKED, NOT_CHECKED, NOT_CHECKED)
