"""Orders, as far as an anonymous caller's one order needs them: no line items, so no money and no submitting."""

from __future__ import annotations

from collections.abc import Iterator

from tui.access.facts import PartyKind
from tui.sandbox.fields import Field, Kind
from tui.sandbox.resources.description import CREATED, XP, Reach, Resource, id_field, nothing_to_refer_to, readers
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
    members = ", ".join(f"'{each.name}', {_as_json(each)}" for each in ORDER_USER_FIELDS)
    return f"(SELECT json_object({members}) FROM users t WHERE t.key = from_user)"  # noqa: S608 - from the descriptions


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
    Field("LineItemCount", Kind.INT, sql="0", default=0, read_only=True),
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
    methods=frozenset({"list", "create", "get", "patch", "delete"}),
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
