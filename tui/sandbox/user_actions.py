"""What administrators do with users beside changing them: revoke their tokens, end their lockouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tui.sandbox.calls import NO_CONTENT, About, Answer, Call, Operation
from tui.sandbox.errors import not_found
from tui.sandbox.issue import revoke
from tui.sandbox.new_passwords import find_target
from tui.sandbox.places import parent_key
from tui.sandbox.resources import BUYER_USERS, SELLER_USERS, SUPPLIER_USERS, Resource


def routes() -> Iterator[tuple[str, str, Operation]]:
    """Give method, path and operation of every such call, for the three kinds of user."""
    for users in (BUYER_USERS, SUPPLIER_USERS, SELLER_USERS):
        one = f"{users.path}/{{{users.parameter}}}"
        yield "DELETE", f"{one}/tokens", _action(users, "revoke tokens", _revoke)
        yield "POST", f"{one}/unlock", _action(users, "unlock", _unlock)


def _action(users: Resource, summary: str, act: Callable[[Call, int], None]) -> Operation:
    def run(call: Call) -> Answer:
        act(call, wanted_user(users, call))
        return NO_CONTENT

    return Operation(run, users.write_roles, users.writers, writes=True, about=About(summary, 204))


def wanted_user(users: Resource, call: Call) -> int:
    """Give the key of the user whom the path names. Raises ApiError 404, and 403 when the caller reaches it not."""
    if users.parent is not None:
        parent_key(users, call)
    key = find_target(call.connection, call.parameters)
    if key is None:
        raise not_found(users.object_type, call.parameters[users.parameter])
    return key


def _revoke(call: Call, user: int) -> None:
    revoke(call.connection, user)


def _unlock(call: Call, user: int) -> None:
    call.connection.execute("UPDATE users SET FailedLoginAttempts = 0, locked_until = NULL WHERE key = ?", (user,))
