"""The cart, which is the caller's newest unsubmitted order, and what an order says of its user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tui.access.facts import PartyKind
from tui.sandbox.calls import NO_CONTENT, About, Answer, Call, Operation, Shape
from tui.sandbox.engine import Engine, Record
from tui.sandbox.errors import ApiError
from tui.sandbox.fields import Column, format_time, read_member, to_column
from tui.sandbox.order_rules import OrderRules
from tui.sandbox.resources import ORDERS
from tui.sandbox.resources.description import readers
from tui.sandbox.resources.orders import CART_FIELDS, FROM_USER_COLUMNS, FROM_USER_FIELDS, MY_ORDERS

_ORDERS = Engine(ORDERS, OrderRules())
_MINE = Engine(MY_ORDERS, OrderRules())

_ORDER = Shape(ORDERS.object_type, ORDERS.fields)
_CART = Shape("Cart", CART_FIELDS)
_FROM_USER = Shape("OrderFromUser", FROM_USER_FIELDS)


def routes() -> Iterator[tuple[str, str, Operation]]:
    """Give method, path and operation of the cart, and of the user of an order."""
    roles, buyers = readers("Shopper"), frozenset({PartyKind.BUYER})
    yield "GET", "cart", Operation(_get, roles, buyers, about=About("get", gives=_CART))

    def writing(run: Callable[[Call], Answer], about: About, *, has_body: bool = False) -> Operation:
        return Operation(run, roles, buyers, True, has_body, open_to_guests=True, about=about)

    yield "PATCH", "cart", writing(_patch, About("patch", takes=_ORDER, gives=_ORDER, partial=True), has_body=True)
    yield "DELETE", "cart", writing(_delete, About("delete", 204))
    named = About("patch from-user", takes=_FROM_USER, gives=_ORDER, partial=True)
    yield "PATCH", "cart/fromuser", writing(_patch_cart_user, named, has_body=True)
    one = f"{ORDERS.path}/{{{ORDERS.parameter}}}/fromuser"
    about = named._replace(words=ORDERS.words)
    yield (
        "PATCH",
        one,
        Operation(_patch_order_user, ORDERS.write_roles, ORDERS.writers, True, True, open_to_guests=True, about=about),
    )


def _get(call: Call) -> Answer:
    found = _find(call)
    return Answer(200, _empty() if found is None else found[1])


def _patch(call: Call) -> Answer:
    """Change the cart; the first change makes it."""
    found = _find(call)
    outgoing = replace(call, parameters={"direction": "Outgoing"})
    if found is None:
        return Answer(200, _ORDERS.create(outgoing).body)
    return _ORDERS.change(outgoing, *found)


def _delete(call: Call) -> Answer:
    found = _find(call)
    if found is not None:
        _ORDERS.remove(call, *found)
    return NO_CONTENT


def _patch_cart_user(call: Call) -> Answer:
    found = _find(call)
    if found is None:
        _ORDERS.create(replace(call, parameters={"direction": "Outgoing"}, body={}))
        found = _find(call)
        assert found is not None
    return _name_user(call, found[0])


def _patch_order_user(call: Call) -> Answer:
    order = _ORDERS.get(call).body
    wanted = order["ID"] if isinstance(order, dict) else None
    row = call.connection.execute("SELECT key FROM orders WHERE ID = ?", (str(wanted),)).fetchone()
    return _name_user(call, row[0])


def _name_user(call: Call, key: int) -> Answer:
    """Keep what an order says of its user; of several guests who share a user, each has its own name."""
    given = {name.lower(): value for name, value in call.body.items()}
    columns: dict[str, Column] = {"LastUpdated": format_time(call.now)}
    problems = []
    for field in FROM_USER_FIELDS:
        if field.name.lower() in given:
            value, problem = read_member(field, given[field.name.lower()])
            columns[FROM_USER_COLUMNS[field.name]] = to_column(field, value)
            problems += [] if problem is None else [problem]
    if problems:
        raise ApiError(400, *problems)
    assignments = ", ".join(f'"{name}" = ?' for name in columns)
    statement = f"UPDATE orders SET {assignments} WHERE key = ?"  # noqa: S608 - names are ours
    call.connection.execute(statement, [*columns.values(), key])
    return Answer(200, _ORDERS.by_key(call, key))


def _find(call: Call) -> tuple[int, Record] | None:
    return _MINE.newest(call)


def _empty() -> Record:
    """Give the members of a cart that nobody has put anything in."""
    return {field.name: field.default for field in CART_FIELDS}
