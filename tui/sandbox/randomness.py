"""Where IDs, tokens and secrets of a marketplace come from: the system, or in a demo that must repeat, a seed.

A seed holds for the thread it was given on. Each store has a thread of its own, so it is one marketplace's.
"""

from __future__ import annotations

import random
import secrets
import threading
import uuid
from base64 import urlsafe_b64encode

_here = threading.local()


def seed_thread(seed: str | None) -> None:
    """Take everything that is made on this thread from a seed; None for the system again."""
    _here.source = None if seed is None else random.Random(seed)  # noqa: S311 - repeatable on purpose


def random_bytes(count: int) -> bytes:
    """Give so many bytes that nobody can foretell, unless the thread has a seed."""
    source: random.Random | None = getattr(_here, "source", None)
    return secrets.token_bytes(count) if source is None else source.randbytes(count)


def random_text(count: int) -> str:
    """Give so many random bytes as base64url."""
    return urlsafe_b64encode(random_bytes(count)).decode().rstrip("=")


def random_uuid() -> uuid.UUID:
    """Give a random UUID."""
    return uuid.UUID(bytes=random_bytes(16), version=4)
