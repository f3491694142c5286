"""The demo marketplace Harbor Supply: each API client shows one rule, or one classic mistake."""

from __future__ import annotations

from tui.sandbox.facts import FOREVER
from tui.sandbox.seeds import (
    Seed,
    SeedCatalog,
    SeedClient,
    SeedEvent,
    SeedGroup,
    SeedImpersonation,
    SeedProfile,
    SeedSecret,
    SeedUser,
)

PASSWORD = "Harbor-Supply-1"  # noqa: S105 - public on purpose: it is every demo user's password and every demo secret

_EXPIRED = "2025-06-30T00:00:00.000Z"

_BUYERS = (
    ("anchor-boats", "Anchor Boats", True),
    ("breakwater-marine", "Breakwater Marine", True),
    ("chandlery", "Chandlery Ltd", True),
    ("drydock-repairs", "Drydock Repairs", True),
    ("estuary-guests", "Estuary Guests", True),
    ("foghorn-cruises", "Foghorn Cruises", False),
)

_SUPPLIERS = (
    ("gale-sails", "Gale Sails", True),
    ("hullworks", "Hullworks", True),
    ("inlet-electronics", "Inlet Electronics", True),
    ("jetty-ropes", "Jetty Ropes", True),
)

_USERS = (
    SeedUser("access-admin", "Alma", "Keyes"),
    SeedUser("catalog-manager", "Cato", "Manning"),
    SeedUser("support-agent", "Sune", "Aalto"),
    SeedUser("erp-service", "ERP", "Service"),
    SeedUser("former-employee", "Fay", "Former", active=False),
    SeedUser("shopper01", "Ada", "Ankers", "anchor-boats"),
    SeedUser("anchor-approver", "Abel", "Prove", "anchor-boats"),
    SeedUser("breakwater-buyer", "Bea", "Water", "breakwater-marine"),
    SeedUser("breakwater-locked", "Bo", "Locke", "breakwater-marine", failures=3, locked_until=FOREVER),
    SeedUser("chandlery-buyer", "Cleo", "Chandler", "chandlery"),
    SeedUser("chandlery-former", "Carl", "Gone", "chandlery", active=False),
    SeedUser("drydock-buyer", "Dora", "Dry", "drydock-repairs"),
    SeedUser("guest-shopper", "Guest", "Shopper", "estuary-guests"),
    SeedUser("foghorn-buyer", "Finn", "Horner", "foghorn-cruises"),
    SeedUser("gale-seller", "Gale", "Force", "gale-sails"),
    SeedUser("gale-dispatch", "Gil", "Parcell", "gale-sails"),
    SeedUser("hullworks-seller", "Hugo", "Hull", "hullworks"),
    SeedUser("inlet-seller", "Ines", "Inlet", "inlet-electronics"),
    SeedUser("jetty-seller", "Jette", "Roper", "jetty-ropes"),
)

_PROFILES = (
    SeedProfile(
        "access-manager",
        "Access Manager",
        ("ApiClientAdmin", "BuyerReader", "SupplierReader", "SecurityProfileReader", "AdminUserReader", "MeAdmin"),
        holders=("access-admin",),
    ),
    SeedProfile(
        "catalog-manager",
        "Catalog Manager",
        ("CatalogAdmin", "CategoryAdmin", "ProductAdmin", "PriceScheduleAdmin", "MeAdmin"),
        holders=("catalog-manager",),
    ),
    SeedProfile(
        "customer-service",
        "Customer Service",
        ("ApiClientReader", "BuyerImpersonation", "BuyerReader", "BuyerUserReader", "OrderReader", "MeAdmin"),
        holders=("support-agent", "former-employee"),
    ),
    SeedProfile(
        "integration",
        "Integration",
        ("OrderAdmin", "ProductAdmin", "PriceScheduleAdmin", "ShipmentAdmin"),
        ("ErpSync",),
        holders=("erp-service",),
    ),
    SeedProfile(
        "buyer-shopper",
        "Buyer Shopper",
        ("Shopper", "MeAdmin"),
        holders=("anchor-boats", "breakwater-marine", "chandlery", "foghorn-cruises"),
    ),
    SeedProfile(
        "buyer-approver",
        "Buyer Approver",
        ("ApprovalRuleReader", "BuyerUserReader", "OrderReader"),
        ("Approver",),
        holders=("anchor-approver",),
    ),
    SeedProfile("guest", "Guest", ("Shopper",), holders=("estuary-guests",)),
    SeedProfile(
        "supplier-desk",
        "Supplier Desk",
        ("ProductReader", "ShipmentAdmin", "SupplierReader", "SupplierUserReader", "MeAdmin"),
        holders=("gale-sails", "hullworks", "inlet-electronics", "jetty-ropes"),
    ),
    SeedProfile(
        "strict-lockout",
        "Strict Lockout",
        holders=("breakwater-locked",),
        password_config={"AllowedFailedAttempts": 3, "LockoutDuration": 0},
    ),
)

_CLIENTS = (
    SeedClient(
        "Buyer Storefront",
        "Any buyer may use it, so its three buyer assignments are nullified: they have no effect.",
        {"AllowAnyBuyer": True, "AccessTokenDuration": 600, "RefreshTokenDuration": 43200},
        ("anchor-boats", "breakwater-marine", "chandlery"),
    ),
    SeedClient(
        "Guest Storefront",
        "Anonymous shopping: each visitor becomes a temporary copy of guest-shopper, with an order of its own.",
        {"AllowAnyBuyer": True, "IsAnonBuyer": True, "DefaultContextUserName": "guest-shopper"},
    ),
    SeedClient(
        "Partner Portal",
        "Assigned companies only: two buyers and one supplier, everybody else is refused.",
        {"AccessTokenDuration": 120, "RefreshTokenDuration": 1440},
        ("anchor-boats", "chandlery", "gale-sails"),
    ),
    SeedClient(
        "Admin Backoffice",
        "Long-lived tokens with admin roles: 10 hours, renewed for 364 days. A stolen one is good for as long.",
        {
            "AllowSeller": True,
            "AllowAnySupplier": True,
            "AccessTokenDuration": 600,
            "RefreshTokenDuration": 524160,
        },
    ),
    SeedClient(
        "ERP Middleware",
        "A machine: with its secret it acts as the context user erp-service. The secret is the demo password.",
        {"AllowSeller": True, "AccessTokenDuration": 30, "DefaultContextUserName": "erp-service"},
        secrets=(SeedSecret("rotation-a", "Rotation A"),),
    ),
    SeedClient(
        "Reporting Job",
        "Mistake: a secret but no context user, so client credentials are refused. The secret is the demo password.",
        {"AllowSeller": True, "ClientSecret": PASSWORD},
    ),
    SeedClient(
        "Nightly Export",
        "Mistake: its only secret has expired. Expired ones still count, so nobody gets in any more.",
        {"AllowSeller": True, "DefaultContextUserName": "erp-service"},
        secrets=(SeedSecret("export-2025", "Export 2025", _EXPIRED),),
    ),
    SeedClient(
        "Old ERP Bridge",
        "Inactive: every grant is refused, and the tokens it gave out are dead.",
        {
            "Active": False,
            "AllowSeller": True,
            "AccessTokenDuration": 600,
            "DefaultContextUserName": "erp-service",
            "ClientSecret": PASSWORD,
        },
    ),
    SeedClient(
        "Kiosk Terminal",
        "A ceiling of roles: whatever the user holds and asks for, the token carries Shopper at most.",
        {"AllowAnyBuyer": True, "AccessTokenDuration": 10, "MaximumGrantedRoles": ["Shopper"]},
    ),
    SeedClient(
        "Buyer Approvals",
        "Mistake: a floor of roles that no buyer user meets, so every sign-in is refused.",
        {"AllowAnyBuyer": True, "MinimumRequiredRoles": ["ApprovalRuleAdmin"]},
    ),
    SeedClient(
        "Supplier Desk",
        "One supplier only, by assignment: the pattern for an application that a supplier owns.",
        {"AccessTokenDuration": 240, "RefreshTokenDuration": 1440},
        ("hullworks",),
    ),
    SeedClient(
        "Supplier Network",
        "Any supplier may use it; the assignment of Gale Sails is nullified, that of Anchor Boats is not.",
        {"AllowAnySupplier": True, "AccessTokenDuration": 240},
        ("gale-sails", "anchor-boats"),
    ),
    SeedClient(
        "Dockside Sensor",
        "Mistake: its context user is of Breakwater Marine, but only Anchor Boats may use it.",
        {"DefaultContextUserName": "breakwater-buyer", "ClientSecret": PASSWORD},
        ("anchor-boats",),
    ),
    SeedClient(
        "Headless Shop",
        "Mistake: no secret and not anonymous, so whoever knows its ID is the context user chandlery-buyer.",
        {"AllowAnyBuyer": True, "DefaultContextUserName": "chandlery-buyer", "RefreshTokenDuration": 60},
    ),
    SeedClient(
        "Loyalty App",
        "Mistake: anonymous shopping without a context user, so the storefront loops on a refused sign-in.",
        {"AllowAnyBuyer": True, "IsAnonBuyer": True},
    ),
    SeedClient(
        "Vendor Onboarding",
        "Mistake: no flag and no assignment, so nobody may use it.",
        {"AccessTokenDuration": 60, "RefreshTokenDuration": 600},
    ),
)

_GROUPS = (
    SeedGroup("support-desk", "Support Desk", members=("support-agent", "former-employee")),
    SeedGroup("approvers", "Approvers", "anchor-boats", ("anchor-approver",), ("buyer-approver",)),
    SeedGroup("dispatch", "Dispatch", "gale-sails", ("gale-dispatch",)),
)

_CATALOGS = (
    SeedCatalog(
        "ship-supplies",
        "Ship Supplies",
        (("ropes", "Ropes and Lines"), ("safety", "Safety")),
        (
            ("mooring-line-12", "Mooring line 12 mm", "ropes"),
            ("halyard-8", "Halyard 8 mm", "ropes"),
            ("life-jacket-150", "Life jacket 150 N", "safety"),
            ("flare-kit", "Flare kit", "safety"),
            ("fog-horn", "Fog horn", "safety"),
        ),
        ("anchor-boats", "breakwater-marine", "chandlery", "estuary-guests"),
    ),
)

HARBOR_SUPPLY = Seed(
    id="harbor-supply",
    name="Harbor Supply",
    admin=SeedUser("harbor-admin", "Hanna", "Harbor"),
    full_access=SeedProfile("full-access", "Full Access", ("FullAccess",), holders=("harbor-admin",)),
    buyers=_BUYERS,
    suppliers=_SUPPLIERS,
    users=_USERS,
    profiles=_PROFILES,
    clients=_CLIENTS,
    groups=_GROUPS,
    impersonations=(
        SeedImpersonation("support-as-shopper", "support-desk", "anchor-boats", "buyer-shopper", "Headless Shop"),
    ),
    events=(
        SeedEvent("checkout-kiosk", "Kiosk Checkout", "https://middleware.harbor-supply.example", "Kiosk Terminal"),
    ),
    catalogs=_CATALOGS,
    password=PASSWORD,
    created="2026-01-05T08:00:00.000Z",
)
