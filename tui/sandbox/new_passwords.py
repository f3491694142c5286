"""Setting a user's password: judged by its policy, hashed off the store's thread, the earlier ones remembered."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tui.access.facts import PartyKind
from tui.access.passwords import REMEMBERED, PasswordPolicy, refuse_new
from tui.sandbox.errors import refusal
from tui.sandbox.facts import password_policy, password_policy_of_party
from tui.sandbox.fields import format_time, parse_time
from tui.sandbox.passwords import Hashing, hash_password, on_thread, password_matches
from tui.tokens.token import JSON


class NewPassword(NamedTuple):
    """A password's hash, and which of the user's earlier ones it was: 1 the present one, None none that counts."""

    record: str
    used: int | None = None


async def prepare(password: str, earlier: Sequence[str], hashing: Hashing) -> NewPassword:
    """Hash a password and hold it against earlier ones, without holding up the event loop."""
    return await on_thread(_prepare, password, earlier, hashing)


def _prepare(password: str, earlier: Sequence[str], hashing: Hashing) -> NewPassword:
    used = (n for n, record in enumerate(earlier, 1) if password_matches(password, record, hashing))
    return NewPassword(hash_password(password, hashing), next(used, None))


def earlier_passwords(connection: sqlite3.Connection, user: int | None) -> list[str]:
    """Give the hashes which a new password must not match, the present one first: as many as the policy asks for."""
    reuse = 0 if user is None else password_policy(connection, user).reuse
    if reuse == 0:
        return []
    query = """
    SELECT record FROM (SELECT Password AS record, 1 AS present, 0 AS number FROM users WHERE key = :user
    UNION ALL SELECT record, 0, key FROM earlier_passwords WHERE user = :user)
    WHERE record IS NOT NULL ORDER BY present DESC, number DESC LIMIT :reuse
    """
    return [row[0] for row in connection.execute(query, {"user": user, "reuse": reuse})]


def find_target(connection: sqlite3.Connection, parameters: Mapping[str, str]) -> int | None:
    """Give the key of the user whom a path such as `buyers/{buyerID}/users/{userID}` names; None for a new one."""
    query = """
    SELECT u.key FROM users u LEFT JOIN buyers b ON b.key = u.buyer LEFT JOIN suppliers s ON s.key = u.supplier
    WHERE u.ID = :userID AND b.ID IS :buyerID AND s.ID IS :supplierID
    """
    wanted = {name: parameters.get(name) for name in ("userID", "buyerID", "supplierID")}
    row = connection.execute(query, wanted).fetchone()
    return None if row is None else int(row[0])


def judge_for_user(
    connection: sqlite3.Connection, user: int, password: str, new: NewPassword, now: datetime, *, by_owner: bool
) -> None:
    """Raise ApiError 400 when the user may not get this password."""
    row = connection.execute("SELECT PasswordLastSetDate FROM users WHERE key = ?", (user,)).fetchone()
    policy, last_set = password_policy(connection, user), parse_time(row[0] or "")
    _judge(password, policy, now, last_set=last_set, used=new.used, by_owner=by_owner)


def judge_for_new_user(
    connection: sqlite3.Connection, kind: PartyKind, company: int | None, password: str, now: datetime
) -> None:
    """Raise ApiError 400 when a user that is about to be made for a party may not get this password."""
    _judge(password, password_policy_of_party(connection, kind, company), now)


def _judge(
    password: str,
    policy: PasswordPolicy,
    now: datetime,
    *,
    last_set: datetime | None = None,
    used: int | None = None,
    by_owner: bool = False,
) -> None:
    found = refuse_new(password, policy, now, last_set=last_set, used=used, by_owner=by_owner)
    if found is not None:
        data: JSON = json.loads(json.dumps(dict(found.data or {})))
        raise refusal(400, found.code, found.message, data)


def remember_present(connection: sqlite3.Connection, user: int) -> None:
    """Keep the hash of the password that is about to be replaced, and forget the oldest ones."""
    keep = (
        "INSERT INTO earlier_passwords (user, record) SELECT key, Password FROM users WHERE key = ? AND Password <> ''"
    )
    connection.execute(keep, (user,))
    oldest = """
    DELETE FROM earlier_passwords WHERE user = ?1 AND key NOT IN
    (SELECT key FROM earlier_passwords WHERE user = ?1 ORDER BY key DESC LIMIT ?2)
    """
    connection.execute(oldest, (user, REMEMBERED - 1))
    connection.execute("UPDATE sign_in SET password = NULL WHERE user = ?", (user,))


def set_password(connection: sqlite3.Connection, user: int, new: NewPassword, now: datetime) -> None:
    """Give a user its new password."""
    remember_present(connection, user)
    update = "UPDATE users SET Password = ?, PasswordLastSetDate = ? WHERE key = ?"
    connection.execute(update, (new.record, format_time(now), user))
