"""Rules of orders: who sees which, and whose a new one is.

All orders are unsubmitted. The party that an order goes to does not see it before it is submitted, unless it may
change all orders or read unsubmitted ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.access.facts import PartyKind
from tui.sandbox.calls import Call
from tui.sandbox.conditions import Condition
from tui.sandbox.engine import Record, Rules
from tui.sandbox.errors import anonymous_prohibited, not_authorized_to_admin, refusal
from tui.sandbox.fields import Column, format_time
from tui.sandbox.places import key_of
from tui.sandbox.resources import FULL_ACCESS

_SEES_ALL = frozenset({FULL_ACCESS, "OrderAdmin", "OrderReader"})
_SEES_UNSUBMITTED = frozenset({FULL_ACCESS, "OrderAdmin", "UnsubmittedOrderReader"})


class OrderRules(Rules):
    """Orders: from a user of a buyer, or of the seller, to the seller or a supplier."""

    def narrow(self, call: Call) -> Sequence[Condition]:
        """Give the caller its company's orders, a shopper its own, an anonymous caller its one."""
        caller = call.caller
        if "direction" not in call.parameters:
            return ()
        if caller.anonymous:
            if call.parameters.get("orderID", caller.order_id) != caller.order_id:
                raise anonymous_prohibited()
            return (Condition('t."ID" = ?', (caller.order_id,)),)
        ways = [self._outgoing(call), self._incoming(call)]
        direction = call.parameters["direction"].lower()
        wanted = {"outgoing": ways[:1], "incoming": ways[1:]}.get(direction, ways)
        parameters = tuple(p for each in wanted for p in each.parameters)
        return (Condition(f"({' OR '.join(each.sql for each in wanted)})", parameters),)

    def _outgoing(self, call: Call) -> Condition:
        caller = call.caller
        if caller.kind is PartyKind.SUPPLIER:
            return Condition("0")
        if caller.kind is PartyKind.SELLER:
            return Condition("t.buyer IS NULL")
        if caller.roles.isdisjoint(_SEES_ALL):
            return Condition("(t.from_user = ? AND NOT t.anonymous)", (caller.user,))
        return Condition("t.buyer = ?", (caller.company,))

    def _incoming(self, call: Call) -> Condition:
        caller = call.caller
        if caller.kind is PartyKind.BUYER or caller.roles.isdisjoint(_SEES_UNSUBMITTED):
            return Condition("0")
        if caller.kind is PartyKind.SUPPLIER:
            return Condition("t.supplier = ?", (caller.company,))
        return Condition("t.buyer IS NOT NULL")

    def before_id(self, call: Call, new: Record) -> None:
        """Give an anonymous caller its own order, and no other."""
        caller = call.caller
        if not caller.anonymous:
            return
        if new["ID"] and new["ID"] != caller.order_id:
            raise anonymous_prohibited()
        new["ID"] = caller.order_id

    def extra_columns(self, call: Call, old: Record | None, new: Record) -> Mapping[str, Column]:
        """Keep from whom a new order is, to whom it goes, and when one was changed."""
        columns: dict[str, Column] = {"LastUpdated": format_time(call.now)}
        if old is None:
            columns |= self._parties(call, new)
        return columns

    def _parties(self, call: Call, new: Record) -> Mapping[str, Column]:
        caller = call.caller
        incoming = call.parameters["direction"].lower() == "incoming"
        if caller.kind is PartyKind.SUPPLIER or (incoming and caller.kind is PartyKind.BUYER):
            raise not_authorized_to_admin()
        to = str(new["ToCompanyID"] or "")
        seller = call.connection.execute("SELECT 1 FROM marketplace WHERE ID = ? COLLATE NOCASE", (to,)).fetchone()
        columns: dict[str, Column] = {
            "from_user": caller.user,
            "buyer": caller.company,
            "supplier": key_of(call, "suppliers", "Supplier", to) if to and seller is None else None,
            "anonymous": int(caller.anonymous),
        }
        if incoming:
            columns |= _on_behalf(call, new)
        return columns

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check who may make one: from the seller's side, only who may change all orders. A guest's order stays so."""
        if call.caller.anonymous and new["ID"] != call.caller.order_id:
            raise anonymous_prohibited()
        if old is None and call.caller.kind is PartyKind.SELLER and call.caller.roles.isdisjoint(_SEES_UNSUBMITTED):
            raise not_authorized_to_admin()


def _on_behalf(call: Call, new: Record) -> Mapping[str, Column]:
    """Find the buyer user for whom the seller makes an order."""
    company, user = new["FromCompanyID"], new["FromUserID"]
    if not company or not user:
        message = "An incoming order needs both FromCompanyID and FromUserID."
        raise refusal(400, "Order.CreateIncomingRequiresFromUser", message)
    buyer = key_of(call, "buyers", "Buyer", str(company))
    query = "SELECT key FROM users WHERE ID = ? AND buyer = ?"
    row = call.connection.execute(query, (str(user), buyer)).fetchone()
    if row is None:
        message = "User was not found in this Buyer company."
        raise refusal(400, "Buyer.UserNotFound", message, {"BuyerID": company, "UserID": user})
    return {"from_user": row[0], "buyer": buyer}
