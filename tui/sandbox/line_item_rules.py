"""Rules of line items: whose order they are in, and what can be ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.sandbox.calls import Call
from tui.sandbox.conditions import Condition
from tui.sandbox.engine import Engine, Record, Rules
from tui.sandbox.errors import not_found
from tui.sandbox.fields import Column, format_time
from tui.sandbox.order_rules import OrderRules
from tui.sandbox.resources import ORDERS
from tui.sandbox.resources.catalogs import MY_PRODUCTS

_ORDERS = Engine(ORDERS, OrderRules())

_SEEN = f"SELECT 1 FROM products t WHERE t.ID = :product AND {MY_PRODUCTS.mine}"  # noqa: S608 - from the descriptions


class LineItemRules(Rules):
    """Line items: of an order which the caller sees, and of what the order's user could buy."""

    def narrow(self, call: Call) -> Sequence[Condition]:
        """Let in whom the order lets in, where the path names one."""
        if "orderID" in call.parameters:
            _ORDERS.get(call)
        return ()

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Refuse a product which the buyer user of the order does not see."""
        if old is not None and old["ProductID"] == new["ProductID"]:
            return
        find = "SELECT from_user, buyer FROM orders WHERE ID = ?"
        user, buyer = call.connection.execute(find, (call.parameters["orderID"],)).fetchone()
        product = str(new["ProductID"])
        values = {"product": product, "user": user, "company": buyer}
        if buyer is not None and call.connection.execute(_SEEN, values).fetchone() is None:
            raise not_found("Product", product)

    def extra_columns(self, call: Call, old: Record | None, new: Record) -> Mapping[str, Column]:
        """Keep when it was added."""
        return {"DateAdded": format_time(call.now)} if old is None else {}

    def after_save(self, call: Call, key: int, old: Record | None, new: Record) -> None:
        """Note that the order was changed."""
        _note_change(call)

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Note that the order is changed."""
        _note_change(call)


def _note_change(call: Call) -> None:
    changed = "UPDATE orders SET LastUpdated = ? WHERE ID = ?"
    call.connection.execute(changed, (format_time(call.now), call.parameters["orderID"]))
