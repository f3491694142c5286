"""Codes that are sent to users: for a password reset, or to sign in with once. Only their digests are kept."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from enum import StrEnum

from tui.sandbox.fields import format_time
from tui.sandbox.passwords import digest_of
from tui.sandbox.randomness import random_bytes, random_text

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""They are 32, so that a random byte chooses one as often as another."""
_ONE_TIME_LENGTH = 8


class Purpose(StrEnum):
    """What a code is good for."""

    RESET = "reset"
    ONE_TIME = "one-time"


LIFE = {Purpose.RESET: timedelta(minutes=120), Purpose.ONE_TIME: timedelta(minutes=10)}


def issue(
    connection: sqlite3.Connection, purpose: Purpose, api_client: int, user: int, now: datetime
) -> tuple[str, datetime]:
    """Make a code for a user of an API client: the code and its end. An earlier one of the same purpose is void."""
    if purpose is Purpose.RESET:
        code = random_text(24)
    else:
        code = "".join(_LETTERS[byte % len(_LETTERS)] for byte in random_bytes(_ONE_TIME_LENGTH))
    void(connection, purpose, user)
    connection.execute("DELETE FROM codes WHERE expires_at <= ?", (format_time(now),))
    ends = now + LIFE[purpose]
    insert = "INSERT INTO codes (digest, purpose, api_client, user, expires_at) VALUES (?, ?, ?, ?, ?)"
    connection.execute(insert, (_digest(purpose, user, code), purpose, api_client, user, format_time(ends)))
    return code, ends


def is_good(
    connection: sqlite3.Connection, purpose: Purpose, api_client: int, user: int, code: str, now: datetime
) -> bool:
    """Tell whether a code was made for this user of this API client, and is still good."""
    query = "SELECT 1 FROM codes WHERE digest = ? AND api_client = ? AND expires_at > ?"
    parameters = (_digest(purpose, user, code), api_client, format_time(now))
    return connection.execute(query, parameters).fetchone() is not None


def void(connection: sqlite3.Connection, purpose: Purpose, user: int) -> None:
    """End the codes of a user."""
    connection.execute("DELETE FROM codes WHERE user = ? AND purpose = ?", (user, purpose))


def _digest(purpose: Purpose, user: int, code: str) -> bytes:
    return digest_of(f"{purpose} {user} {code}")
