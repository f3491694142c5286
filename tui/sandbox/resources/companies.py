"""Buyers and suppliers, and which supplier deals with which buyer."""

from __future__ import annotations

from tui.access.facts import PartyKind
from tui.sandbox.fields import Field, Kind
from tui.sandbox.resources.description import (
    CREATED,
    NAME,
    SELLER_ONLY,
    SUPPLIER,
    XP,
    Assignment,
    Reach,
    Resource,
    id_field,
    readers,
    refers_to,
)

BUYERS = Resource(
    object_type="Buyer",
    path="buyers",
    parameter="buyerID",
    table="buyers",
    fields=(
        id_field(),
        NAME,
        Field("DefaultCatalogID", length=100),
        Field("Active", Kind.BOOL, default=False, sortable=True),
        CREATED,
        XP,
    ),
    read_roles=readers("BuyerAdmin", "BuyerReader"),
    write_roles=readers("BuyerAdmin"),
    reach={PartyKind.BUYER: Reach.OWN, PartyKind.SUPPLIER: Reach.READ},
    company=PartyKind.BUYER,
)

SUPPLIERS = Resource(
    object_type="Supplier",
    path="suppliers",
    parameter="supplierID",
    table="suppliers",
    fields=(
        id_field(),
        NAME,
        Field("Active", Kind.BOOL, default=False, sortable=True),
        CREATED,
        Field("AllBuyersCanOrder", Kind.BOOL, default=False),
        XP,
    ),
    read_roles=readers("SupplierAdmin", "SupplierReader"),
    write_roles=readers("SupplierAdmin"),
    reach={PartyKind.BUYER: Reach.READ, PartyKind.SUPPLIER: Reach.OWN},
    company=PartyKind.SUPPLIER,
)

SUPPLIER_BUYERS = Resource(
    object_type="SupplierBuyer",
    path="suppliers/{supplierID}/buyers",
    table='(SELECT b.key, b."ID", b."Name", l.supplier FROM supplier_buyers l JOIN buyers b ON b.key = l.buyer)',
    fields=(id_field(), NAME),
    read_roles=SUPPLIERS.read_roles,
    write_roles=SUPPLIERS.write_roles,
    reach={PartyKind.SUPPLIER: Reach.OWN},
    parent=SUPPLIER,
    methods=frozenset({"list"}),
)

SUPPLIER_BUYER_LINKS = Assignment(
    object_type="SupplierBuyer",
    path="",
    table="supplier_buyers",
    fields=(
        refers_to("SupplierID", "Supplier", "suppliers", "supplier", required=True),
        refers_to("BuyerID", "Buyer", "buyers", "buyer", required=True),
    ),
    read_roles=SUPPLIERS.read_roles,
    write_roles=SUPPLIERS.write_roles,
    reach=SELLER_ONLY,
    saves=("suppliers/{supplierID}/buyers/{buyerID}",),
    removals=("suppliers/{supplierID}/buyers/{buyerID}",),
)
