"""`GET /v1/me`: the caller's own record."""

from __future__ import annotations

from tui.access.facts import PartyKind
from tui.sandbox.calls import About, Answer, Call, Operation, Shape
from tui.sandbox.fields import Field, Kind
from tui.sandbox.resources import SELLER_USERS, USER_FIELDS
from tui.tokens.token import JSON

_COMPANIES = """
SELECT b.ID, b.DefaultCatalogID, s.ID, m.ID FROM users u JOIN marketplace m
LEFT JOIN buyers b ON b.key = u.buyer LEFT JOIN suppliers s ON s.key = u.supplier WHERE u.key = ?
"""

_ID = Field("ID", read_only=True)

ME_USER = Shape(
    "MeUser",
    (
        Field("Buyer", Kind.OBJECT, read_only=True, members=(_ID, Field("DefaultCatalogID", read_only=True))),
        Field("Supplier", Kind.OBJECT, read_only=True, members=(_ID,)),
        Field("Seller", Kind.OBJECT, read_only=True, members=(_ID,)),
        *(each for each in USER_FIELDS if each.name != "FailedLoginAttempts"),
    ),
)
"""What `/me` gives."""


def _get(call: Call) -> Answer:
    row = call.connection.execute(f"{SELLER_USERS.select} WHERE t.key = ?", (call.caller.user,)).fetchone()
    record = SELLER_USERS.record(row)
    del record["FailedLoginAttempts"]
    buyer, catalog, supplier, seller = call.connection.execute(_COMPANIES, (call.caller.user,)).fetchone()
    kind = call.caller.kind
    companies: dict[str, JSON] = {
        "Buyer": {"ID": buyer, "DefaultCatalogID": catalog} if kind is PartyKind.BUYER else None,
        "Supplier": {"ID": supplier} if kind is PartyKind.SUPPLIER else None,
        "Seller": {"ID": seller},
    }
    return Answer(200, companies | record)


GET_ME = Operation(_get, None, about=About("get", gives=ME_USER))
