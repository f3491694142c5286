"""Users' passwords and clients' named secrets, kept so that nobody can read them back."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import NamedTuple, ParamSpec, TypeVar

from tui.sandbox.randomness import random_bytes

P = ParamSpec("P")
T = TypeVar("T")


class Hashing(NamedTuple):
    """How much work a password costs (scrypt's parameters). They are stored with each password."""

    n: int
    r: int
    p: int


DEFAULT = Hashing(2**14, 8, 5)
FAST = Hashing(2**10, 8, 1)
"""For tests, and for passwords that are no secret, such as the demo marketplace's."""

SECRET_BYTES = 256


def hash_password(password: str, hashing: Hashing) -> str:
    """Hash with a new salt. Takes a quarter of a second with DEFAULT: call it on a thread."""
    salt = random_bytes(16)
    digest = _scrypt(password, salt, hashing)
    return f"scrypt${hashing.n}${hashing.r}${hashing.p}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def password_matches(password: str, record: str | None, hashing: Hashing) -> bool:
    """Compare in constant time with what `hash_password` gave. No record matches nothing, and costs no less."""
    if record is None:
        _scrypt(password, bytes(16), hashing)
        return False
    _, n, r, p, salt, digest = record.split("$")
    return hmac.compare_digest(_scrypt(password, b64decode(salt), Hashing(int(n), int(r), int(p))), b64decode(digest))


async def matches_on_thread(password: str, record: str | None, hashing: Hashing) -> bool:
    """Compare without holding up the event loop. `hashing` is what an unknown user costs."""
    return await on_thread(password_matches, password, record, hashing)


async def on_thread(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Hash without holding up anything else: on threads for that alone, no more than there are processors."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), partial(work, *given, **named))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, "sandbox-passwords")


def new_secret() -> str:
    """Make a client secret's value: 256 random bytes, 344 characters of base64."""
    return b64encode(random_bytes(SECRET_BYTES)).decode()


def digest_of(value: str) -> bytes:
    """Digest a value of high entropy (a generated secret, a refresh token), which needs no slow hash."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()


def _scrypt(password: str, salt: bytes, hashing: Hashing) -> bytes:
    memory = 128 * hashing.r * (hashing.n + hashing.p + 2) * 2
    data = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=hashing.n, r=hashing.r, p=hashing.p, maxmem=memory, dklen=32)
