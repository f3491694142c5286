"""A small world for the rules' tests: plain facts, and strategies that make many failures at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tui.access.attempt import Attempt, Facts, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.facts import Party, PartyKind, User

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CLIENT_ID = "5f0c9a1e-0000-4000-8000-00000000beef"


@dataclass(frozen=True)
class Client:
    id: str = CLIENT_ID
    app_name: str = "Buyer Storefront"
    active: bool = True
    client_secret: str | None = None
    access_token_duration: int = 600
    refresh_token_duration: int = 0
    anonymous_token_duration: int | None = 10080
    default_context_user_name: str | None = None
    allow_any_buyer: bool = False
    allow_any_supplier: bool = False
    allow_seller: bool = False
    is_anon_buyer: bool = False
    assigned_buyer_count: int = 0
    assigned_supplier_count: int = 0
    minimum_required_roles: tuple[str, ...] = ()
    minimum_required_custom_roles: tuple[str, ...] = ()
    maximum_granted_roles: tuple[str, ...] = ()
    maximum_granted_custom_roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    api_client_id: str = CLIENT_ID
    buyer_id: str | None = None
    supplier_id: str | None = None


@dataclass(frozen=True)
class Secret:
    id: str = "rotation"
    name: str = "January rotation"
    expiration: datetime | None = None


EXPIRED = Secret("old", "Old one", NOW - timedelta(days=1))
LIVE = Secret("new", "New one", NOW + timedelta(days=1))

ANCHOR = Party(PartyKind.BUYER, "anchor", "Anchor Boats")
REEF = Party(PartyKind.SUPPLIER, "reef", "Reef Parts")
SELLER = Party(PartyKind.SELLER, "harbor-supply", "Harbor Supply")
SHOPPER = User("shopper01", ANCHOR, available_roles=frozenset({"Shopper", "MeAdmin"}))

API_ROLE_NAMES = ("Shopper", "MeAdmin", "FullAccess", "OrderReader")
CUSTOM_ROLE_NAMES = ("LoyaltyTier", "Dockmaster")

api_roles = st.lists(st.sampled_from(API_ROLE_NAMES), max_size=3, unique=True).map(tuple)
custom_roles = st.lists(st.sampled_from(CUSTOM_ROLE_NAMES), max_size=2, unique=True).map(tuple)
any_roles = st.lists(st.sampled_from((*API_ROLE_NAMES, *CUSTOM_ROLE_NAMES)), max_size=5, unique=True)

companies = st.sampled_from(["anchor", "reef", "other"])
parties = st.builds(
    Party,
    st.sampled_from(PartyKind),
    companies,
    st.sampled_from(["", "Some Name"]),
    st.sampled_from([True, True, False]),
)
assignments = st.lists(
    st.one_of(
        st.builds(Assignment, st.just(CLIENT_ID.upper()), companies, st.none()),
        st.builds(Assignment, st.just(CLIENT_ID), st.none(), companies),
        st.builds(Assignment, st.just("another-client"), companies, companies),
    ),
    max_size=4,
)
secrets = st.lists(st.sampled_from([EXPIRED, LIVE, Secret()]), max_size=2).map(tuple)
mostly = st.sampled_from([True, True, True, False])

clients = st.builds(
    Client,
    active=mostly,
    client_secret=st.sampled_from([None, None, "", "legacy"]),
    access_token_duration=st.integers(10, 600),
    refresh_token_duration=st.sampled_from([0, 1, 524160]),
    anonymous_token_duration=st.sampled_from([None, 10080, 86400]),
    default_context_user_name=st.sampled_from([None, "", "guest", "guest"]),
    allow_any_buyer=st.booleans(),
    allow_any_supplier=st.booleans(),
    allow_seller=st.booleans(),
    is_anon_buyer=st.booleans(),
    minimum_required_roles=st.one_of(st.just(()), api_roles),
    minimum_required_custom_roles=st.one_of(st.just(()), custom_roles),
    maximum_granted_roles=st.one_of(st.just(()), api_roles),
    maximum_granted_custom_roles=st.one_of(st.just(()), custom_roles),
)
password_ends = st.sampled_from([None, None, NOW, NOW - timedelta(days=1), NOW + timedelta(days=1)])
password_flaws = st.sampled_from([{}, {}, {"MinimumCharacterCount": 12}, {"NumericRequired": True}])
users = st.builds(
    User,
    st.just("shopper01"),
    parties,
    mostly,
    any_roles.map(frozenset),
    st.sampled_from([None, None, NOW - timedelta(minutes=1), NOW, NOW + timedelta(minutes=2)]),
    password_ends,
)
attempts = st.builds(
    Attempt,
    grant_type=st.sampled_from(
        [None, "", "  ", "implicit", "PASSWORD", *["password", "client_credentials", "refresh_token"] * 4]
    ),
    client_id=st.sampled_from([None, "", "unknown", *[CLIENT_ID, CLIENT_ID.upper()] * 5]),
    scope=st.one_of(st.none(), any_roles.map(tuple)),
    secret=st.sampled_from(SecretEvidence),
    password=st.sampled_from([*PasswordEvidence, *[PasswordEvidence.RIGHT] * 4]),
    refresh=st.sampled_from([*RefreshEvidence, *[RefreshEvidence.LIVE] * 6]),
    refreshed_roles=st.one_of(st.none(), any_roles.map(frozenset)),
    form_encoded=st.sampled_from([True] * 9 + [False]),
    password_lacks=password_flaws,
)
facts = st.builds(
    Facts,
    api_client=st.one_of(clients, clients, clients, clients, st.none()),
    secrets=secrets,
    assignments=assignments,
    user=st.one_of(users, users, users, users, st.none()),
    marketplace_active=mostly,
)

deep_attempts = st.builds(
    Attempt,
    grant_type=st.sampled_from(["password", "client_credentials", "refresh_token"]),
    client_id=st.just(CLIENT_ID.upper()),
    scope=st.one_of(st.none(), any_roles.map(tuple)),
    secret=st.sampled_from([SecretEvidence.LIVE, SecretEvidence.ASSUMED]),
    password=st.sampled_from([PasswordEvidence.RIGHT, PasswordEvidence.ASSUMED, PasswordEvidence.ONE_TIME]),
    password_lacks=password_flaws,
    refresh=st.sampled_from([RefreshEvidence.LIVE, RefreshEvidence.ASSUMED]),
    refreshed_roles=st.one_of(st.none(), any_roles.map(frozenset)),
)
"""Attempts with nothing wrong in the request itself, so that the checks of user, party and roles get their turn."""

deep_facts = st.builds(
    Facts,
    api_client=clients.map(lambda client: replace(client, active=True, default_context_user_name="guest")),
    secrets=st.just((LIVE,)),
    assignments=assignments,
    user=st.builds(
        User, st.just("shopper01"), parties, mostly, any_roles.map(frozenset), password_expires=password_ends
    ),
    marketplace_active=mostly,
)
