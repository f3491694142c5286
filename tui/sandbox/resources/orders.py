"""Orders and their line items, as far as a shopper's cart needs them: no prices, so no money and no submitting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tui.access.facts import PartyKind
from tui.sandbox.fields import Field, Kind
from tui.sandbox.resources.catalogs import PRODUCTS
from tui.sandbox.resources.description import (
    CREATED,
    XP,
    Parent,
    Reach,
    Resource,
    id_field,
    nothing_to_refer_to,
    read_by_shoppers,
    readers,
    refers_to,
)
from tui.sandbox.resources.users import USER_FIELDS

DIRECTION = Field("direction", choices=("Incoming", "Outgoing", "All"))

_MARKETPLACE = "(SELECT m.ID FROM marketplace m)"
_GUESTS = {"FirstName": "from_first_name", "LastName": "from_last_name", "Email": "from_email"}
"""What an order says of its user instead of the user's own: guests share one user."""

FROM_USER_FIELDS: tuple[Field, ...] = tuple(
    field._replace(required=False) for field in USER_FIELDS if field.name in _GUESTS
)
"""The members of `PATCH .../fromuser`."""

FROM_USER_COLUMNS = _GUESTS

ORDER_USER_FIELDS: tuple[Field, ...] = tuple(each for each in USER_FIELDS if each.name != "FailedLoginAttempts")
"""The members of an order's FromUser."""


def _from_user() -> str:
    """Give the SQL of FromUser. Inside of it `t` is the user, and names without a table are the order's."""
    return f"(SELECT {_json_object(ORDER_USER_FIELDS)} FROM users t WHERE t.key = from_user)"  # noqa: S608 - from the descriptions


def _json_object(fields: Iterable[Field]) -> str:
    """Give the SQL of an object with these members."""
    members = ", ".join(f"'{each.name}', {_as_json(each)}" for each in fields)
    return f"json_object({members})"


def _as_json(field: Field) -> str:
    if field.write_only:
        return "NULL"
    expression = field.expression
    if field.name in _GUESTS:
        expression = f"coalesce({_GUESTS[field.name]}, {expression})"
    if field.kind is Kind.BOOL:
        return f"json(iif({expression}, 'true', 'false'))"
    return f"json({expression})" if field.kind in (Kind.TEXTS, Kind.OBJECT) else expression


def _nothing(*names: str, kind: Kind = Kind.TEXT) -> Iterator[Field]:
    for name in names:
        yield Field(name, kind, sql="NULL", read_only=True)


def _no_money(*names: str) -> Iterator[Field]:
    for name in names:
        yield Field(name, Kind.NUMBER, sql="0", default=0, read_only=True)


_FIELDS = (
    id_field(),
    Field("FromUser", Kind.OBJECT, sql=_from_user(), read_only=True, members=ORDER_USER_FIELDS),
    Field(
        "FromCompanyID",
        sql=f"coalesce((SELECT b.ID FROM buyers b WHERE b.key = t.buyer), {_MARKETPLACE})",  # noqa: S608 - constants
        length=100,
        searchable=True,
        sortable=True,
    ),
    Field(
        "ToCompanyID",
        sql=f"coalesce((SELECT s.ID FROM suppliers s WHERE s.key = t.supplier), {_MARKETPLACE})",  # noqa: S608 - constants
        length=100,
        searchable=True,
        sortable=True,
    ),
    Field(
        "FromUserID",
        sql="(SELECT u.ID FROM users u WHERE u.key = t.from_user)",
        length=100,
        searchable=True,
        sortable=True,
    ),
    nothing_to_refer_to("BillingAddressID", "Address"),
    *_nothing("BillingAddress", kind=Kind.OBJECT),
    nothing_to_refer_to("ShippingAddressID", "Address"),
    Field("Comments", length=2000, searchable=True),
    Field(
        "LineItemCount",
        Kind.INT,
        sql="(SELECT count(*) FROM line_items l WHERE l.of_order = t.key)",
        default=0,
        read_only=True,
    ),
    Field(
        "Status",
        sql="'Unsubmitted'",
        read_only=True,
        sortable=True,
        choices=("Unsubmitted", "AwaitingApproval", "Declined", "Open", "Completed", "Canceled"),
    ),
    CREATED,
    *_nothing("DateSubmitted", "DateApproved", "DateDeclined", "DateCanceled", "DateCompleted", kind=Kind.TIME),
    Field("LastUpdated", Kind.TIME, read_only=True, sortable=True),
    *_no_money("Subtotal", "ShippingCost", "TaxCost", "Gratuity", "Fees", "PromotionDiscount"),
    *_nothing("Currency"),
    *_no_money("Total"),
    Field("IsSubmitted", Kind.BOOL, sql="0", default=False, read_only=True),
    *_nothing("SubscriptionID"),
    XP,
)

_TOUCH = readers("OrderAdmin", "Shopper")

ORDERS = Resource(
    object_type="Order",
    path="orders/{direction}",
    parameter="orderID",
    table="orders",
    fields=_FIELDS,
    read_roles=readers("OrderAdmin", "OrderReader"),
    write_roles=_TOUCH,
    reach={PartyKind.BUYER: Reach.ALL, PartyKind.SUPPLIER: Reach.ALL},
    words=(DIRECTION,),
    roles={"get": readers("OrderAdmin", "OrderReader", "Shopper")},
    open_to_guests=True,
)

MY_ORDERS = Resource(
    object_type="Order",
    path="me/orders",
    table="orders",
    fields=_FIELDS,
    read_roles=readers("Shopper"),
    write_roles=None,
    reach={PartyKind.BUYER: Reach.ALL},
    sellers=False,
    methods=frozenset({"list"}),
    mine='CASE WHEN :order IS NULL THEN t.from_user = :user AND NOT t.anonymous ELSE t."ID" = :order END',
)

CART_FIELDS: tuple[Field, ...] = (_FIELDS[0]._replace(nullable=True), *_FIELDS[1:])
"""An order's members, but of a cart that is still empty even the ID is null."""

_SHOWN_OF_PRODUCT = (
    *("ID", "Name", "Description", "Returnable", "QuantityMultiplier", "ShipWeight", "ShipHeight"),
    *("ShipWidth", "ShipLength", "DefaultSupplierID", "ParentID", "xp"),
)
_PRODUCT_FIELDS = tuple(each for each in PRODUCTS.fields if each.name in _SHOWN_OF_PRODUCT)
_PRODUCT = f"(SELECT {_json_object(_PRODUCT_FIELDS)} FROM products t WHERE t.key = product)"  # noqa: S608 - from the descriptions
_SUPPLIER = "(SELECT s.ID FROM products p JOIN suppliers s ON s.key = p.default_supplier WHERE p.key = t.product)"

LINE_ITEMS = Resource(
    object_type="LineItem",
    path="orders/{direction}/{orderID}/lineitems",
    parameter="lineItemID",
    table="line_items",
    fields=(
        id_field(),
        refers_to("ProductID", "Product", "products", "product", required=True),
        Field("Quantity", Kind.INT, default=1, least=1, sortable=True),
        *_nothing("BundleItemID"),
        Field("IsBundle", Kind.BOOL, sql="0", default=False, read_only=True),
        Field("DateAdded", Kind.TIME, read_only=True, sortable=True),
        Field("QuantityShipped", Kind.INT, sql="0", default=0, read_only=True),
        *_nothing("UnitPrice", kind=Kind.NUMBER),
        *_no_money("PromotionDiscount", "LineTotal", "LineSubtotal"),
        Field("CostCenter", length=100),
        Field("DateNeeded", Kind.TIME),
        Field("ShippingAccount", length=100),
        nothing_to_refer_to("ShippingAddressID", "Address"),
        nothing_to_refer_to("ShipFromAddressID", "Address"),
        Field("Product", Kind.OBJECT, sql=_PRODUCT, read_only=True, members=_PRODUCT_FIELDS),
        *_nothing("Variant", "ShippingAddress", "ShipFromAddress", kind=Kind.OBJECT),
        Field("SupplierID", sql=_SUPPLIER, read_only=True),
        nothing_to_refer_to("InventoryRecordID", "InventoryRecord"),
        *_nothing("PriceScheduleID"),
        Field("IsOnSale", Kind.BOOL, sql="0", default=False, read_only=True),
        Field("PriceOverridden", Kind.BOOL, sql="0", default=False, read_only=True),
        Field("Specs", Kind.TEXTS, sql="'[]'", default=[], read_only=True),
        *_nothing("IncomingOrderID", "OutgoingOrderID", "InvitationID"),
        XP,
    ),
    read_roles=readers("OrderAdmin", "OrderReader", "Shopper"),
    write_roles=_TOUCH,
    reach={PartyKind.BUYER: Reach.ALL, PartyKind.SUPPLIER: Reach.ALL},
    parent=Parent("Order", "orderID", "orders", "of_order"),
    words=(DIRECTION,),
    open_to_guests=True,
)
"""Whoever sees an order sees its line items, and who may change it may change them."""

CART_LINE_ITEMS = read_by_shoppers(
    LINE_ITEMS,
    "cart/lineitems",
    f"t.of_order = (SELECT max(t.key) FROM orders t WHERE {MY_ORDERS.mine})",  # noqa: S608 - a constant
)
"""What is in the cart, to be read; it is written as the line items of the order that the cart is."""
