"""Catalogs, categories and products, kept plain: no prices, variants or inventory behind them."""

from __future__ import annotations

from tui.access.facts import PartyKind
from tui.sandbox.fields import Field, Kind
from tui.sandbox.resources.description import (
    CREATED,
    DESCRIPTION,
    NAME,
    SELLER_ONLY,
    XP,
    Assignment,
    Parent,
    Reach,
    Resource,
    id_field,
    nothing_to_refer_to,
    read_by_shoppers,
    readers,
    refers_to,
)

_MARKETPLACE = "(SELECT m.ID FROM marketplace m)"
_ACTIVE = Field("Active", Kind.BOOL, default=False, sortable=True)
_LIST_ORDER = Field("ListOrder", Kind.INT, default=0, least=0, sortable=True)

CATALOGS = Resource(
    object_type="Catalog",
    path="catalogs",
    parameter="catalogID",
    table="catalogs",
    fields=(
        id_field(),
        Field("OwnerID", sql=_MARKETPLACE, read_only=True),
        NAME,
        DESCRIPTION,
        _ACTIVE,
        Field(
            "CategoryCount",
            Kind.INT,
            "(SELECT count(*) FROM categories c WHERE c.catalog = t.key)",
            default=0,
            read_only=True,
        ),
        XP,
    ),
    read_roles=readers("CatalogAdmin", "CatalogReader"),
    write_roles=readers("CatalogAdmin"),
    reach=SELLER_ONLY,
)
_CATALOG = Parent("Catalog", "catalogID", "catalogs", "catalog")

CATEGORIES = Resource(
    object_type="Category",
    path="catalogs/{catalogID}/categories",
    parameter="categoryID",
    table="categories",
    fields=(
        id_field(),
        NAME,
        DESCRIPTION,
        _LIST_ORDER,
        _ACTIVE,
        refers_to("ParentID", "Category", "categories", "parent", {"catalog": "catalog"}),
        Field(
            "ChildCount",
            Kind.INT,
            "(SELECT count(*) FROM categories c WHERE c.parent = t.key)",
            default=0,
            read_only=True,
        ),
        XP,
    ),
    read_roles=readers("CategoryAdmin", "CategoryReader"),
    write_roles=readers("CategoryAdmin"),
    reach=SELLER_ONLY,
    parent=_CATALOG,
)


def _size(name: str) -> Field:
    return Field(name, Kind.NUMBER, least=0)


PRODUCTS = Resource(
    object_type="Product",
    path="products",
    parameter="productID",
    table="products",
    fields=(
        Field("OwnerID", sql=f"coalesce((SELECT s.ID FROM suppliers s WHERE s.key = t.supplier), {_MARKETPLACE})"),  # noqa: S608 - constants
        nothing_to_refer_to("DefaultPriceScheduleID", "PriceSchedule"),
        Field("AutoForward", Kind.BOOL, default=False),
        id_field(),
        refers_to("ParentID", "Product", "products", "parent"),
        Field("IsParent", Kind.BOOL, default=False),
        Field("IsBundle", Kind.BOOL, sql="0", default=False, read_only=True),
        NAME,
        DESCRIPTION,
        Field("QuantityMultiplier", Kind.INT, default=1, least=1),
        _size("ShipWeight"),
        _size("ShipHeight"),
        _size("ShipWidth"),
        _size("ShipLength"),
        _ACTIVE,
        Field("SpecCount", Kind.INT, sql="0", default=0, read_only=True),
        Field("VariantCount", Kind.INT, sql="0", default=0, read_only=True),
        nothing_to_refer_to("ShipFromAddressID", "Address"),
        Field("Inventory", Kind.OBJECT),
        refers_to("DefaultSupplierID", "Supplier", "suppliers", "default_supplier"),
        Field("AllSuppliersCanSell", Kind.BOOL, default=False),
        Field("Returnable", Kind.BOOL, default=False),
        CREATED,
        XP,
    ),
    read_roles=readers("ProductAdmin", "ProductReader"),
    write_roles=readers("ProductAdmin"),
    reach={PartyKind.SUPPLIER: Reach.OWN},
)
"""A supplier's users see and change what their own company owns; everything else is the seller's."""

CATALOG_ASSIGNMENTS = Assignment(
    object_type="CatalogAssignment",
    path="catalogs/assignments",
    table="catalog_assignments",
    fields=(
        refers_to("CatalogID", "Catalog", "catalogs", "catalog", required=True),
        refers_to("BuyerID", "Buyer", "buyers", "buyer", required=True),
        Field("ViewAllCategories", Kind.BOOL, default=False),
        Field("ViewAllProducts", Kind.BOOL, default=False),
    ),
    read_roles=CATALOGS.read_roles,
    write_roles=CATALOGS.write_roles,
    reach=SELLER_ONLY,
    removals=("catalogs/{catalogID}/assignments",),
)

CATALOG_PRODUCTS = Assignment(
    object_type="ProductCatalogAssignment",
    path="catalogs/productassignments",
    table="catalog_products",
    fields=(
        refers_to("CatalogID", "Catalog", "catalogs", "catalog", required=True),
        refers_to("ProductID", "Product", "products", "product", required=True),
    ),
    read_roles=CATALOGS.read_roles,
    write_roles=CATALOGS.write_roles,
    reach=SELLER_ONLY,
    removals=("catalogs/{catalogID}/productassignments/{productID}",),
)

_GROUP_OF_BUYER = refers_to("UserGroupID", "UserGroup", "user_groups", "user_group", {"buyer": "buyer"})
_IN_CATALOG = refers_to("CategoryID", "Category", "categories", "category", {"catalog": "catalog"}, required=True)
_LEVEL = Field(
    "level",
    sql="CASE WHEN t.user_group IS NULL THEN 'Company' ELSE 'Group' END",
    choices=("User", "Group", "Company"),
)

CATEGORY_ASSIGNMENTS = Assignment(
    object_type="CategoryAssignment",
    path="catalogs/{catalogID}/categories/assignments",
    table="category_assignments",
    fields=(
        _IN_CATALOG,
        refers_to("BuyerID", "Buyer", "buyers", "buyer", required=True),
        _GROUP_OF_BUYER,
        Field("Visible", Kind.BOOL),
        Field("ViewAllProducts", Kind.BOOL),
    ),
    read_roles=CATEGORIES.read_roles,
    write_roles=CATEGORIES.write_roles,
    reach=SELLER_ONLY,
    parent=_CATALOG,
    removals=("catalogs/{catalogID}/categories/{categoryID}/assignments",),
    filters=(_LEVEL,),
)

CATEGORY_PRODUCTS = Assignment(
    object_type="CategoryProductAssignment",
    path="catalogs/{catalogID}/categories/productassignments",
    table="category_products",
    fields=(
        _IN_CATALOG,
        refers_to("ProductID", "Product", "products", "product", required=True),
        Field("ListOrder", Kind.INT, least=0),
    ),
    read_roles=CATEGORIES.read_roles,
    write_roles=CATEGORIES.write_roles,
    reach=SELLER_ONLY,
    parent=_CATALOG,
    removals=("catalogs/{catalogID}/categories/{categoryID}/productassignments/{productID}",),
)

PRODUCT_ASSIGNMENTS = Assignment(
    object_type="ProductAssignment",
    path="products/assignments",
    table="product_assignments",
    fields=(
        Field("SellerID", sql=_MARKETPLACE, read_only=True),
        refers_to("ProductID", "Product", "products", "product", required=True),
        refers_to("BuyerID", "Buyer", "buyers", "buyer", required=True),
        _GROUP_OF_BUYER,
        nothing_to_refer_to("PriceScheduleID", "PriceSchedule"),
    ),
    read_roles=readers("ProductAdmin", "ProductReader", "ProductAssignmentAdmin"),
    write_roles=readers("ProductAdmin", "ProductAssignmentAdmin"),
    reach=SELLER_ONLY,
    removals=("products/{productID}/assignments/{buyerID}",),
    filters=(_LEVEL,),
)

MY_CATALOGS = read_by_shoppers(
    CATALOGS,
    "me/catalogs",
    "t.Active AND EXISTS (SELECT 1 FROM catalog_assignments a WHERE a.buyer = :company AND a.catalog = t.key)",
)

MY_PRODUCTS = read_by_shoppers(
    PRODUCTS,
    "me/products",
    "t.Active AND EXISTS (SELECT 1 FROM catalog_products p JOIN catalogs c ON c.key = p.catalog AND c.Active"
    " JOIN catalog_assignments a ON a.catalog = c.key AND a.buyer = :company"
    " WHERE p.product = t.key AND (a.ViewAllProducts OR EXISTS ("
    "SELECT 1 FROM product_assignments o WHERE o.product = t.key AND o.buyer = :company AND (o.user_group IS NULL"
    " OR o.user_group IN (SELECT m.user_group FROM user_group_members m WHERE m.user = :user)))))",
)
"""What is in a catalog of the caller's buyer that shows all its products, or is assigned to the buyer or its group."""
