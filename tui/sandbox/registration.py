"""From anonymous to registered: a guest becomes a user, or hands its order over to one.

Either way the guest's token ends with it, because its order is now somebody's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tui.access.facts import PartyKind
from tui.access.roles import granted_roles
from tui.sandbox.bearer import find_caller
from tui.sandbox.calls import NO_CONTENT, About, Answer, Call, Caller, Operation, Shape
from tui.sandbox.engine import Engine
from tui.sandbox.errors import ApiError, refusal
from tui.sandbox.facts import find_client, find_user
from tui.sandbox.fields import Field
from tui.sandbox.issue import issue_access, revoke_one
from tui.sandbox.me import ME_USER
from tui.sandbox.resources import BUYER_USERS, FULL_ACCESS
from tui.sandbox.rules import UserRules
from tui.tokens.token import Token

_USERS = Engine(BUYER_USERS, UserRules())
_BUYERS = frozenset({PartyKind.BUYER})
_ROLES = (FULL_ACCESS, "Shopper")
_GUEST = (Field("anonUserToken", required=True),)
_TOKEN = Shape("AccessTokenBasic", (Field("access_token", read_only=True),))

_HAND_OVER = """
UPDATE orders SET from_user = ?, buyer = ?, anonymous = 0, from_first_name = NULL, from_last_name = NULL,
from_email = NULL WHERE ID = ? AND from_user = ? AND anonymous
"""


def routes() -> Iterator[tuple[str, str, Operation]]:
    """Give method, path and operation of both calls."""
    about = About("register", takes=ME_USER, gives=_TOKEN, query=_GUEST)
    yield (
        "PUT",
        "me/register",
        Operation(_register, _ROLES, _BUYERS, True, True, "Password", True, about, takes_guest=True),
    )
    about = About("transfer order", 204, query=_GUEST)
    yield "PUT", "me/orders", Operation(_transfer, _ROLES, _BUYERS, writes=True, about=about, takes_guest=True)


def _register(call: Call) -> Answer:
    """Make a user in the buyer company which the guest is a copy of, and give it a token."""
    token, guest = _guest(call)
    if not call.caller.anonymous:
        raise _not_temporary()
    connection, client = call.connection, find_client(call.connection, token.claims.cid or "")
    buyer = connection.execute("SELECT ID FROM buyers WHERE key = ?", (call.caller.company,)).fetchone()[0]
    made = _USERS.create(replace(call, parameters={"buyerID": buyer})).body
    user = find_user(connection, username=str(made["Username"])) if isinstance(made, dict) else None
    if client is None or user is None:
        raise RuntimeError("the user was not made")
    granted = granted_roles(client.facts, user.facts.available_roles, None)
    if not granted.roles or granted.missing_minimum:
        raise refusal(400, "Auth.InsufficientRoles", "User does not have role(s) required to perform this action.")
    _hand_over(call, token, guest, user.key, call.caller.company)
    roles, minutes = tuple(sorted(granted.roles)), client.facts.access_token_duration
    return Answer(200, {}, issue_access(connection, call.base_url, client, user, roles, minutes, call.now))


def _transfer(call: Call) -> Answer:
    """Give the guest's order to the caller."""
    token, guest = _guest(call)
    _hand_over(call, token, guest, call.caller.user, call.caller.company)
    return NO_CONTENT


def _guest(call: Call) -> tuple[Token, Caller]:
    """Give the guest of the query. Raises ApiError 400 when there is none, or when it is a user of its own."""
    if call.guest is None:
        raise _must_pass()
    try:
        guest = find_caller(call.connection, call.guest)
    except ApiError as error:
        raise _must_pass() from error
    if not guest.anonymous:
        raise _not_temporary()
    return call.guest, guest


def _must_pass() -> ApiError:
    return refusal(400, "Auth.MustPassAnonUserToken", "A valid token of an anonymous user is required.")


def _not_temporary() -> ApiError:
    return refusal(400, "User.IsNotTemp", "The user is not a temporary user.")


def _hand_over(call: Call, token: Token, guest: Caller, user: int, company: int | None) -> None:
    call.connection.execute(_HAND_OVER, (user, company, guest.order_id, guest.user))
    revoke_one(call.connection, token)
