"""Public keys from files: a JWK, a JWKS, or PEM. Of a private key only the public half is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui.tokens.token import Token

_MEMBERS = ("kty", "n", "e", "alg", "use", "kid", "key_ops")
_MOST_KEYS = 1000


class NotAKey(ValueError):
    """The text holds no public key that RS256 can be verified with. The message carries no part of the text."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """The RSA keys of a file, as JWKs; `remarks` say in sentences what was left out."""

    keys: tuple[Mapping[str, object], ...]
    remarks: tuple[str, ...] = ()


def read_keys(text: str) -> KeySet:
    """Read a JWK, a JWKS or PEM. Raises NotAKey, and nothing else."""
    stripped = text.strip("\ufeff \t\r\n")
    if stripped.startswith("-----BEGIN "):
        return _read_pem(stripped)
    try:
        value = json.loads(stripped)
    except (ValueError, RecursionError):
        raise NotAKey(
            "This is no key: a key file is a JWK or a JWKS (JSON), or PEM (-----BEGIN PUBLIC KEY-----)."
        ) from None
    given = value.get("keys") if isinstance(value, dict) and "keys" in value else [value]
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given) or len(given) > _MOST_KEYS:
        raise NotAKey(
            "This JSON is no key: a JWK is an object with kty, n and e, and a JWKS has a list of them in keys."
        )
    keys: list[Mapping[str, object]] = []
    remarks: list[str] = []
    for each in given:
        if each.get("kty") != "RSA":
            remarks.append("A key that is no RSA key was left out: OrderCloud signs with RS256.")
            continue
        if "d" in each:
            remarks.append("This is a private key. Only its public half was taken; keep the file to yourself.")
        keys.append({name: each[name] for name in _MEMBERS if name in each})
    if not keys:
        raise NotAKey("There is no RSA key in it: OrderCloud signs with RS256.")
    return KeySet(tuple(keys), tuple(dict.fromkeys(remarks)))


def _read_pem(text: str) -> KeySet:
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    remarks = []
    if "PRIVATE KEY" in text.partition("\n")[0]:
        remarks.append("This is a private key. Only its public half was taken; keep the file to yourself.")
    try:
        pem = _key_of_certificate(text) if "BEGIN CERTIFICATE" in text else text.encode()
        public = RSAKey.import_key(pem).as_dict(private=False)
    except (JoseError, ValueError, TypeError):
        raise NotAKey(
            "This PEM holds no RSA key that can be read: it is damaged, encrypted, or of another kind."
        ) from None
    return KeySet(({name: public[name] for name in ("kty", "n", "e")},), tuple(remarks))


def _key_of_certificate(text: str) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_pem_x509_certificate

    key = load_pem_x509_certificate(text.encode()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def choose_key(token: Token, keys: Sequence[Mapping[str, object]]) -> tuple[Mapping[str, object] | None, str]:
    """Return the key a token names, or None and why there is none. One nameless key is meant for every token."""
    kid = token.header.kid
    if len(keys) == 1 and (kid is None or not keys[0].get("kid")):
        return keys[0], ""
    if kid is None:
        return None, "The token names no key (kid), and there is more than one to choose from."
    named = [each for each in keys if each.get("kid") == kid]
    if not named:
        return None, "None of the keys has the ID (kid) the token names."
    if any((each.get("n"), each.get("e")) != (named[0].get("n"), named[0].get("e")) for each in named):
        return None, "Two different keys have the ID (kid) the token names: neither can be trusted to be the one."
    return named[0], ""


_SMALL_PRIMES = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)
_GENERATOR = 65537


def has_roca(modulus: int) -> bool:
    """Tell whether a modulus has the mark of the keys that Infineon's library made (ROCA, CVE-2017-15361).

    Such keys can be factored. Modulo small primes theirs are powers of 65537; so is one in two hundred million others.
    """
    return all(modulus % prime in _powers(prime) for prime in _SMALL_PRIMES)


def _powers(prime: int) -> frozenset[int]:
    found, each = set(), 1
    while each not in found:
        found.add(each)
        each = each * _GENERATOR % prime
    return frozenset(found)
