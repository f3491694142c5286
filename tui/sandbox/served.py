"""Everything the marketplace serves below `/v1`: each description with its rules, and what no description covers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tui.sandbox import assignments, cart, impersonation, me, moves, registration, user_actions
from tui.sandbox.calls import Operation
from tui.sandbox.catalog_rules import CatalogRules, CategoryRules, ProductRules
from tui.sandbox.engine import Engine, Rules
from tui.sandbox.integration_rules import ImpersonationConfigRules, IntegrationEventRules, OpenIdConnectRules
from tui.sandbox.line_item_rules import LineItemRules
from tui.sandbox.order_rules import OrderRules
from tui.sandbox.resources import RESOURCES
from tui.sandbox.rules import (
    ApiClientRules,
    BuyerRules,
    SecretRules,
    SecurityProfileRules,
    SupplierRules,
    UserGroupRules,
    UserRules,
)

_BY_TYPE: Mapping[str, Rules] = {
    "ApiClient": ApiClientRules(),
    "ApiClientSecret": SecretRules(),
    "Buyer": BuyerRules(),
    "Supplier": SupplierRules(),
    "User": UserRules(),
    "UserGroup": UserGroupRules(),
    "SecurityProfile": SecurityProfileRules(),
    "IntegrationEvent": IntegrationEventRules(),
    "OpenIdConnect": OpenIdConnectRules(),
    "ImpersonationConfig": ImpersonationConfigRules(),
    "Catalog": CatalogRules(),
    "Category": CategoryRules(),
    "Product": ProductRules(),
    "Order": OrderRules(),
    "LineItem": LineItemRules(),
}
_NO_RULES = Rules()


def routes() -> Iterator[tuple[str, str, Operation]]:
    """Give method, path and operation of everything there is, paths below `/v1`."""
    yield from me.routes()
    for resource in RESOURCES:
        yield from Engine(resource, _BY_TYPE.get(resource.object_type, _NO_RULES)).routes()
    yield from assignments.routes()
    yield from moves.routes()
    yield from cart.routes()
    yield from user_actions.routes()
    yield from impersonation.routes()
    yield from registration.routes()
