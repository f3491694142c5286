"""The cart, which is the caller's newest unsubmitted order, what is in it, and what an order says of its user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tui.access.facts import PartyKind
from tui.sandbox.calls import NO_CONTENT, About, Answer, Call, Operation, Shape
from tui.sandbox.engine import Engine, Record
from tui.sandbox.errors import ApiError, not_found
from tui.sandbox.fields import Column, format_time, read_member, to_column
from tui.sandbox.line_item_rules import LineItemRules
from tui.sandbox.order_rules import OrderRules
from tui.sandbox.resources import ORDERS
from tui.sandbox.resources.description import readers
from tui.sandbox.resources.orders import (
    CART_FIELDS,
    CART_LINE_ITEMS,
    FROM_USER_COLUMNS,
    FROM_USER_FIELDS,
    LINE_ITEMS,
    MY_ORDERS,
)

_ORDERS = Engine(ORDERS, OrderRules())
_MINE = Engine(MY_ORDERS, OrderRules())
_LINES = Engine(LINE_ITEMS, LineItemRules())

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
    for method, path, line in _LINES.routes():
        if line.writes and line.about is not None:
            run = _in_cart(line.run, makes=method in ("POST", "PUT"))
            there = line._replace(run=run, roles=roles, kinds=buyers, about=line.about._replace(words=()))
            yield method, path.replace(LINE_ITEMS.path, CART_LINE_ITEMS.path), there
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
    key, _ = _find(call) or _make(call)
    return _name_user(call, key)


def _make(call: Call) -> tuple[int, Record]:
    _ORDERS.create(replace(call, parameters={"direction": "Outgoing"}, body={}))
    found = _find(call)
    assert found is not None
    return found


def _in_cart(run: Callable[[Call], Answer], *, makes: bool) -> Callable[[Call], Answer]:
    """Let an operation on the line items of an order work on the cart; the first line item makes it."""

    def serve(call: Call) -> Answer:
        found = _find(call)
        if found is None:
            if not makes:
                raise not_found(LINE_ITEMS.object_type, call.parameters[LINE_ITEMS.parameter])
            found = _make(call)
        return run(
            replace(call, parameters={**call.parameters, "direction": "Outgoing", "orderID": str(found[1]["ID"])})
        )

    return serve


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
