"""The RSA key that signs access tokens. It is made once and kept with the data."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from tui.tokens.token import JSON

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

BITS = 2048


def new_key() -> tuple[str, bytes]:
    """Make a key: its `kid`, and DER to keep. Takes some tens of milliseconds."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    key = generate_private_key(65537, BITS)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    kid = urlsafe_b64encode(hashlib.sha256(public).digest()[:16]).decode().rstrip("=")
    return kid, key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())


@cache
def key_in_memory() -> tuple[str, bytes]:
    """Give the key of every marketplace in memory: both last as long as the process."""
    return new_key()


class SigningKey:
    """A parsed key, ready to sign. Its repr shows the `kid` only."""

    def __init__(self, kid: str, der: bytes) -> None:
        """Parse the DER that `new_key` gave. It is our own, so it is not checked again, which would cost 40 ms."""
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_der_private_key

        key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("the marketplace's signing key is no RSA key")
        self.kid = kid
        self._key: RSAPrivateKey = key
        numbers = key.public_key().public_numbers()
        self.public: Mapping[str, str] = {
            "kty": "RSA",
            "n": _number_segment(numbers.n),
            "e": _number_segment(numbers.e),
            "alg": "RS256",
            "use": "sig",
            "kid": kid,
        }

    def __repr__(self) -> str:
        return f"SigningKey({self.kid!r})"

    def sign(self, claims: Mapping[str, JSON]) -> str:
        """Give the compact access token with these claims.

        cryptography signs, as it does inside joserfc, which takes longer to load than all the rest of a sign-in. What
        comes from elsewhere is verified with joserfc.
        """
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        header = {"alg": "RS256", "kid": self.kid, "typ": "JWT"}
        signed = f"{json_segment(header)}.{json_segment(claims)}"
        return f"{signed}.{_segment(self._key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def json_segment(value: Mapping[str, JSON]) -> str:
    """Write header or claims as they stand in a token."""
    return _segment(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def _number_segment(number: int) -> str:
    return _segment(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _segment(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
