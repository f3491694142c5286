"""A signing key from a seed, so that a demo gives the same tokens twice. Whoever knows the seed knows the key."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from functools import cache
from random import Random

from tui.sandbox.control.clock import ControlledClock
from tui.sandbox.keys import BITS

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When a deterministic marketplace begins; its clock stands there until it is moved."""

_EXPONENT = 65537
_ROUNDS = 24
_SMALL = tuple(each for each in range(3, 4000, 2) if all(each % other for other in range(3, int(each**0.5) + 1, 2)))


def stand_at_start(clock: ControlledClock) -> None:
    """Put a clock to where a deterministic marketplace begins, and stop it there."""
    clock.reset()
    clock.set(START)
    clock.freeze()


@cache
def seeded_key(seed: str) -> tuple[str, bytes]:
    """Make the key of a seed, as `new_key` does: `kid`, and DER. Takes about a second.

    The system's generator takes no seed, so the primes are searched for here. No secret is ever to rest on such a key.
    """
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    draw = Random(f"ocgate key {seed}")  # noqa: S311 - repeatable on purpose
    p = _prime(draw)
    q = _prime(draw)
    while q == p:
        q = _prime(draw)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
    )
    key = numbers.private_key()
    content = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    kid = urlsafe_b64encode(hashlib.sha256(content).digest()[:16]).decode().rstrip("=")
    return kid, key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def _prime(draw: Random) -> int:
    """Search upwards from a random number with both highest bits set, so that a product has all its bits."""
    bits = BITS // 2
    number = draw.getrandbits(bits) | (3 << (bits - 2)) | 1
    while not _is_prime(number, draw):
        number += 2
    return number


def _is_prime(number: int, draw: Random) -> bool:
    if any(number % each == 0 for each in _SMALL) or (number - 1) % _EXPONENT == 0:
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(draw.randrange(2, number - 1), odd, twos, number) for _ in range(_ROUNDS))


def _passes(witness: int, odd: int, twos: int, number: int) -> bool:
    """One round of Miller and Rabin's test."""
    power = pow(witness, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False
