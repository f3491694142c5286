"""`/v1/me`: the caller's own record, its password and its tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tui.access.facts import PartyKind
from tui.sandbox.calls import NO_CONTENT, About, Answer, Call, Operation, Shape
from tui.sandbox.connection import memory_of
from tui.sandbox.engine import Engine, Record
from tui.sandbox.errors import ApiError, invalid_value, refusal
from tui.sandbox.fields import Field, Kind, compact
from tui.sandbox.issue import revoke
from tui.sandbox.new_passwords import NewPassword, judge_for_user, set_password
from tui.sandbox.resources import FULL_ACCESS, SELLER_USERS, USER_FIELDS
from tui.sandbox.rules import UserRules
from tui.tokens.token import JSON

_COMPANIES = """
SELECT b.ID, b.DefaultCatalogID, s.ID, m.ID FROM users u JOIN marketplace m
LEFT JOIN buyers b ON b.key = u.buyer LEFT JOIN suppliers s ON s.key = u.supplier WHERE u.key = ?
"""

_ID = Field("ID", read_only=True)
_OWN_FIELDS = (_ID, *(each for each in USER_FIELDS if each.name not in ("ID", "FailedLoginAttempts")))

ME_USER = Shape(
    "MeUser",
    (
        Field("Buyer", Kind.OBJECT, read_only=True, members=(_ID, Field("DefaultCatalogID", read_only=True))),
        Field("Supplier", Kind.OBJECT, read_only=True, members=(_ID,)),
        Field("Seller", Kind.OBJECT, read_only=True, members=(_ID,)),
        *_OWN_FIELDS,
    ),
)
"""What `/me` gives."""

_NEW_PASSWORD = Shape("TokenPasswordReset", (Field("NewPassword", required=True, length=200, write_only=True),))


class _Own(Engine):
    """The users' engine, turned on the caller."""

    def show_own(self, call: Call) -> Answer:
        """Give the caller's record, written; it is remembered, for everybody asks for it again and again."""
        about = (self.resource.select, _COMPANIES, call.caller.user)
        written = memory_of(call.connection).recall(str, lambda: compact(self.read(call).body), *about)
        return Answer(200, written=written)

    def read(self, call: Call) -> Answer:
        """Give the caller's record."""
        record = self.by_key(call, call.caller.user)
        buyer, catalog, supplier, seller = call.connection.execute(_COMPANIES, (call.caller.user,)).fetchone()
        kind = call.caller.kind
        companies: dict[str, JSON] = {
            "Buyer": {"ID": buyer, "DefaultCatalogID": catalog} if kind is PartyKind.BUYER else None,
            "Supplier": {"ID": supplier} if kind is PartyKind.SUPPLIER else None,
            "Seller": {"ID": seller},
        }
        return Answer(200, companies | record)

    def replace(self, call: Call) -> Answer:
        """Replace the caller's record."""
        return self._change(call, whole=True)

    def amend(self, call: Call) -> Answer:
        """Change some members of the caller's record."""
        return self._change(call, whole=False)

    def _change(self, call: Call, *, whole: bool) -> Answer:
        key = call.caller.user
        old = self.by_key(call, key)
        record = self._read_body(call, None if whole else old, path_id=str(old["ID"]))
        self._keep_xp(call, old, record)
        self._update(call, key, old, record)
        return self.read(call)

    def _keep_xp(self, call: Call, old: Record, record: Record) -> None:
        """Leave `xp` alone where it is left out, and raise ApiError 403 where the caller may not change it."""
        if not call.caller.roles.isdisjoint({FULL_ACCESS, "MeXpAdmin"}):
            return
        if "xp" not in {name.lower() for name in call.body}:
            record["xp"] = old["xp"]
        elif record["xp"] != old["xp"]:
            message = "Changing one's own xp needs the role MeXpAdmin."
            raise refusal(403, "User.XPNotAllowed", message, {"SufficientRoles": [FULL_ACCESS, "MeXpAdmin"]})

    def _check_id_free(self, call: Call, wanted: str, key: int | None) -> None:
        """Check nothing: nobody changes one's own ID."""


_OWN = _Own(replace(SELLER_USERS, path="me", fields=_OWN_FIELDS, fixed={}), UserRules())


def _set_password(call: Call) -> Answer:
    given = next((value for name, value in call.body.items() if name.lower() == "newpassword"), None)
    if not isinstance(given, str) or call.hashed is None:
        message = "NewPassword is required." if given in (None, "") else "NewPassword must be text."
        raise ApiError(400, invalid_value("NewPassword", None, message, {"Required": True}))
    new, user = NewPassword(call.hashed, call.used), call.caller.user
    judge_for_user(call.connection, user, given, new, call.now, by_owner=True)
    set_password(call.connection, user, new, call.now)
    return NO_CONTENT


def _revoke(call: Call) -> Answer:
    revoke(call.connection, call.caller.user)
    return NO_CONTENT


def routes() -> Iterator[tuple[str, str, Operation]]:
    """Give method, path and operation of what callers do with their own record."""
    yield "GET", "me", Operation(_OWN.show_own, None, about=About("get", gives=ME_USER), short=True)
    roles, password = (FULL_ACCESS, "MeAdmin"), "Password"
    for method, run in (("PUT", _OWN.replace), ("PATCH", _OWN.amend)):
        about = About("save" if method == "PUT" else "patch", takes=ME_USER, gives=ME_USER, partial=method == "PATCH")
        yield method, "me", Operation(run, roles, writes=True, has_body=True, hashes=password, own=True, about=about)
    about = About("set password", 204, takes=_NEW_PASSWORD)
    roles = (FULL_ACCESS, "PasswordReset")
    change = Operation(_set_password, roles, writes=True, has_body=True, hashes="NewPassword", own=True, about=about)
    yield "POST", "me/password", change
    yield "DELETE", "me/tokens", Operation(_revoke, None, writes=True, about=About("revoke tokens", 204))
