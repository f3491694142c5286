"""Three separate verdicts on a token: decoded is not verified is not valid."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from tui.tokens.keys import has_roca
from tui.tokens.times import tell_distance, utc
from tui.tokens.token import JSON, Header, NotAToken, Token

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

ALGORITHM = "RS256"
_KEY_BITS = (2048, 16384)


class Status(StrEnum):
    """How one verdict came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verdict and the sentence that says why."""

    status: Status
    why: str


NOT_CHECKED = Verdict(Status.NOT_CHECKED, "Not checked.")
DECODED = Verdict(Status.PASSED, "It could be read. That says nothing about who made it.")
"""The first verdict on every token there is: without it there is no `Token`."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The three verdicts side by side."""

    decoded: Verdict = NOT_CHECKED
    signature: Verdict = NOT_CHECKED
    claims: Verdict = NOT_CHECKED


class JWK(Protocol):
    """The public half of a signing key, as `/oauth/certs/{kid}` answers it. Empty members say nothing."""

    @property
    def kty(self) -> str:
        """Key type: `RSA`."""

    @property
    def n(self) -> str:
        """Modulus, base64url."""

    @property
    def e(self) -> str:
        """Exponent, base64url."""

    @property
    def alg(self) -> str:
        """Algorithm: `RS256`."""

    @property
    def use(self) -> str:
        """What it is for: `sig`."""

    @property
    def kid(self) -> str:
        """The ID of the key."""


def _failed(why: str) -> Verdict:
    return Verdict(Status.FAILED, why)


def _not_checked(why: str) -> Verdict:
    return Verdict(Status.NOT_CHECKED, why)


def verify_signature(token: Token, key: Mapping[str, object] | JWK | None) -> Verdict:
    """Verify an RS256 signature with a public key. Total: every input gets a verdict.

    Only RS256 is verified, whatever the token's header asks for; a key of another ID leaves it unchecked.
    """
    return _judge(_Signed(token.header, token.header_json, token.signature, token.compact), key)


def verify_compact(compact: str, key: Mapping[str, object] | JWK | None) -> Verdict:
    """Verify a signature over anything, in its compact form and without anything around it. Total."""
    from tui.tokens.decode import Source, header_of, part_bytes, part_object

    source = Source.of(compact)
    try:
        first, _, last = source.parts()
        members = part_object(source, "header", first, part_bytes(source, "header", first))
        signature = part_bytes(source, "signature", last)
    except NotAToken as error:
        return _failed(f"It is malformed: {error.reason}.")
    if source.compact != compact:
        return _failed("It is malformed: there is something around it.")
    return _judge(_Signed(header_of(members), members, signature, compact), key)


@dataclass(frozen=True, slots=True)
class _Signed:
    """What a verification needs: the payload may be anything."""

    header: Header
    header_json: Mapping[str, JSON]
    signature: bytes
    compact: str


def _judge(token: _Signed, key: Mapping[str, object] | JWK | None) -> Verdict:
    unverifiable = _unverifiable(token)
    if unverifiable is not None:
        return unverifiable
    if key is None:
        if token.header.kid is None:
            return _not_checked("The token names no key (kid), so there is none to verify it with.")
        return _not_checked("There is no key to verify it with.")
    member = _members(key)
    if token.header.kid and member["kid"] and token.header.kid != member["kid"]:
        return _not_checked("The token was signed with another key than the one at hand: their kid differ.")
    operations = key.get("key_ops") if isinstance(key, Mapping) else None
    other_use = isinstance(operations, list) and "verify" not in operations
    if member["kty"] != "RSA" or member["use"] not in {"", "sig"} or member["alg"] not in {"", ALGORITHM} or other_use:
        return _failed("The key is not meant for RS256 signatures.")
    return _verify(token, member)


def _unverifiable(token: _Signed) -> Verdict | None:
    algorithm = token.header.alg
    if algorithm is None:
        return _failed("The header names no algorithm (alg).")
    if algorithm.lower() == "none":
        return _failed("The token is not signed (alg is none): anybody can have made it.")
    if algorithm.startswith("HS"):
        return _not_checked("It is signed with a secret which only its issuer has (HS), so nobody else can verify it.")
    if algorithm != ALGORITHM:
        return _not_checked("It is signed with another algorithm than RS256, which OrderCloud uses.")
    if not token.signature:
        return _failed("The signature is empty.")
    if "crit" in token.header_json:
        return _failed("The header marks extensions as critical (crit) that OrderCloud does not have.")
    return None


def _members(key: Mapping[str, object] | JWK) -> dict[str, str]:
    names = ("kty", "n", "e", "alg", "use", "kid")
    values = [key.get(name) if isinstance(key, Mapping) else getattr(key, name, None) for name in names]
    return {name: value if isinstance(value, str) else "" for name, value in zip(names, values, strict=True)}


@lru_cache(maxsize=16)
def _rsa_key(n: str, e: str) -> RSAKey:
    """Parse a public key once: that takes longer than a verification. Raises ValueError."""
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    if len(n) > _KEY_BITS[1] // 6 + 4 or not _KEY_BITS[0] <= _number(n).bit_length() <= _KEY_BITS[1]:
        raise ValueError("a key of this size is not used for RS256")
    if has_roca(_number(n)) or len(e) > 12 or _number(e) < 3:
        raise ValueError("a key that anybody can break")
    try:
        return RSAKey.import_key({"kty": "RSA", "n": n, "e": e})
    except (JoseError, TypeError) as error:
        raise ValueError("unusable key") from error


def _number(written: str) -> int:
    """Read a base64url number. Raises ValueError."""
    return int.from_bytes(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))


def _verify(token: _Signed, member: Mapping[str, str]) -> Verdict:
    from joserfc import jws
    from joserfc.errors import BadSignatureError, JoseError

    try:
        key = _rsa_key(member["n"], member["e"])
    except ValueError:
        return _failed("The key cannot be used: it is no RSA public key of 2048 bits or more, or a weak one.")
    try:
        jws.deserialize_compact(token.compact, key, algorithms=[ALGORITHM])
    except BadSignatureError:
        return _failed("The signature is wrong: the token was altered, or signed with another key.")
    except (JoseError, ValueError):
        return _failed("The token is malformed, so its signature cannot be right.")
    named = f" {token.header.kid}" if token.header.kid else ""
    return Verdict(Status.PASSED, f"Signed by the key{named}, and not altered since.")


def check_claims(
    token: Token, now: datetime, *, audience: str | None = None, leeway: timedelta = timedelta(0)
) -> Verdict:
    """Judge `exp` and `nbf` at a moment, and `aud` when the audience is told. Total.

    A token is expired from the very second of `exp` on. `leeway` allows that much difference of clocks.
    """
    at, slack = utc(now).timestamp(), leeway.total_seconds()
    claims, members = token.claims, token.claims_json
    if claims.exp is None:
        return _failed("exp is no number." if "exp" in members else "There is no exp: it would be good for ever.")
    if claims.exp <= at - slack:
        return _failed(f"It is expired: exp was {tell_distance(claims.exp, now)}.")
    if claims.nbf is None and "nbf" in members:
        return _failed("nbf is no number.")
    if claims.nbf is not None and claims.nbf > at + slack:
        return _failed(f"It is not good yet: nbf is {tell_distance(claims.nbf, now)}.")
    if audience is not None and not any(_same_place(each, audience) for each in _audiences(token)):
        return _failed("It is meant for another environment: aud is not this one.")
    told = "aud was not checked" if audience is None else "it is meant for this environment"
    allowed = f"; with {slack:g} s of leeway" if slack else ""
    return Verdict(Status.PASSED, f"It is good; exp is {tell_distance(claims.exp, now)}; {told}{allowed}.")


def _audiences(token: Token) -> tuple[str, ...]:
    aud = token.claims_json.get("aud")
    return tuple(each for each in (aud if isinstance(aud, list) else [aud]) if isinstance(each, str))


def _same_place(one: str, other: str) -> bool:
    """Compare two base URLs: case of scheme and host and a slash at the end make no difference."""
    return _place(one) == _place(other)


def _place(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", "", url
    return parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/")
