"""Moving a buyer user to another buyer."""

from __future__ import annotations

from collections.abc import Iterator

from tui.access.facts import PartyKind
from tui.sandbox.calls import About, Answer, Call, Operation, Shape
from tui.sandbox.engine import Engine, Rules
from tui.sandbox.errors import ApiError, id_exists, not_found
from tui.sandbox.fields import Field, read_member
from tui.sandbox.places import key_of
from tui.sandbox.resources import BUYER_USERS
from tui.sandbox.rules import keep_context_users

_ORDERS = Field("orders", default="None", choices=("None", "Unsubmitted", "All"))
"""Which of the user's orders go along."""

_USERS = Engine(BUYER_USERS, Rules())


def routes() -> Iterator[tuple[str, str, Operation]]:
    """Give method, path and operation of the move."""
    shape = Shape(BUYER_USERS.object_type, BUYER_USERS.fields)
    about = About("move", 201, gives=shape, query=(_ORDERS,))
    path = f"{BUYER_USERS.path}/{{{BUYER_USERS.parameter}}}/moveto/{{newBuyerID}}"
    seller = frozenset({PartyKind.SELLER})
    yield "POST", path, Operation(_move, BUYER_USERS.write_roles, seller, writes=True, about=about)


def _move(call: Call) -> Answer:
    """Move a user: it leaves its groups, which are of the old buyer, and keeps what it holds itself."""
    given = {name.lower(): value for name, value in call.query}
    orders, problem = read_member(_ORDERS, given.get("orders") or None)
    if problem is not None:
        raise ApiError(400, problem)
    old = key_of(call, "buyers", "Buyer", call.parameters["buyerID"])
    new = key_of(call, "buyers", "Buyer", call.parameters["newBuyerID"])
    wanted = call.parameters["userID"]
    user = _find(call, wanted, old)
    if user is None:
        raise not_found("User", wanted)
    keep_context_users(call, "u.key", user, moving=True)
    if new != old:
        if _find(call, wanted, new) is not None:
            raise id_exists("User", wanted)
        run = call.connection.execute
        run("UPDATE users SET buyer = ? WHERE key = ?", (new, user))
        run("DELETE FROM user_group_members WHERE user = ?", (user,))
        run("UPDATE impersonation_configs SET buyer = ? WHERE user = ?", (new, user))
        run("UPDATE impersonation_configs SET impersonation_buyer = ? WHERE impersonation_user = ?", (new, user))
        if orders != "None":  # all orders there are are unsubmitted
            run("UPDATE orders SET buyer = ? WHERE from_user = ? AND buyer = ?", (new, user, old))
    return Answer(201, _USERS.by_key(call, user))


def _find(call: Call, wanted: str, buyer: int) -> int | None:
    row = call.connection.execute("SELECT key FROM users WHERE ID = ? AND buyer = ?", (wanted, buyer)).fetchone()
    return None if row is None else int(row[0])
