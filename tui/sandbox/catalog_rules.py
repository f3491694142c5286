"""Rules of catalogs, categories and products."""

from __future__ import annotations

from collections.abc import Mapping

from tui.access.facts import PartyKind
from tui.sandbox.calls import Call
from tui.sandbox.engine import Record, Rules
from tui.sandbox.errors import refusal
from tui.sandbox.fields import Column
from tui.sandbox.places import key_of
from tui.sandbox.rules import refuse_if_used

_ABOVE = """
WITH RECURSIVE above (key) AS (
    SELECT parent FROM categories WHERE key = ?1
    UNION SELECT c.parent FROM categories c JOIN above a ON c.key = a.key
)
SELECT 1 FROM above WHERE key = ?1
"""


class CatalogRules(Rules):
    """Catalogs: buyers keep theirs, under whatever ID."""

    def after_save(self, call: Call, key: int, old: Record | None, new: Record) -> None:
        """Carry a new ID to the buyers whose default catalog it is."""
        if old is not None and old["ID"] != new["ID"]:
            rename = "UPDATE buyers SET DefaultCatalogID = ? WHERE DefaultCatalogID = ?"
            call.connection.execute(rename, (str(new["ID"]), str(old["ID"])))

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Keep the default catalogs of buyers."""
        used = "SELECT b.ID FROM buyers b JOIN catalogs c ON c.ID = b.DefaultCatalogID WHERE c.key = ? LIMIT 1"
        message = "The catalog is the default catalog of a buyer and cannot be deleted."
        refuse_if_used(call, used, key, "Catalog.CannotDelete", message, "BuyerID")


class CategoryRules(Rules):
    """Categories: a tree."""

    def after_save(self, call: Call, key: int, old: Record | None, new: Record) -> None:
        """Refuse a category above itself."""
        if new["ParentID"] and call.connection.execute(_ABOVE, (key,)).fetchone() is not None:
            message = "This parent cannot be assigned: it is below the category."
            raise refusal(400, "Category.CircularReference", message, {"ParentID": new["ParentID"]})


class ProductRules(Rules):
    """Products: an owner, and two generations at most."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check the product above and those below."""
        if new["ParentID"]:
            if new["IsParent"]:
                message = "A parent product cannot have a parent itself."
                raise refusal(400, "Product.ParentProductCannotHaveParent", message)
            above = "SELECT IsParent FROM products WHERE ID = ?"
            if not call.connection.execute(above, (str(new["ParentID"]),)).fetchone()[0]:
                message = "The product that ParentID names is no parent product."
                raise refusal(400, "Product.IsNotParent", message, {"ParentID": new["ParentID"]})
        if old is not None and old["IsParent"] and not new["IsParent"] and key is not None:
            refuse_if_used(
                call, _CHILD, key, "Product.CannotModifyIsParent", "IsParent cannot be false with a child.", "ProductID"
            )

    def extra_columns(self, call: Call, old: Record | None, new: Record) -> Mapping[str, Column]:
        """Keep the owner, which only the seller chooses, and only of a new product."""
        if old is not None or call.caller.kind is not PartyKind.SELLER or not new["OwnerID"]:
            return {}
        owner = str(new["OwnerID"])
        if call.connection.execute("SELECT 1 FROM marketplace WHERE ID = ? COLLATE NOCASE", (owner,)).fetchone():
            return {}
        return {"supplier": key_of(call, "suppliers", "Supplier", owner)}

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Keep a product that others are variations of."""
        message = "A parent product cannot be deleted while it has a child."
        refuse_if_used(call, _CHILD, key, "Product.CannotDeleteParentProduct", message, "ProductID")


_CHILD = "SELECT ID FROM products WHERE parent = ? LIMIT 1"
