from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.advice_world import World, mended
from tests.access.world import (
    ANCHOR,
    EXPIRED,
    NOW,
    REEF,
    SELLER,
    SHOPPER,
    Assignment,
    Client,
    Secret,
    assignments,
    clients,
    companies,
    parties,
    secrets,
    users,
)
from tui.access.advice import (
    RULES,
    Assign,
    DeleteSecrets,
    Knowledge,
    Patch,
    Reference,
    Severity,
    Unassign,
    Users,
    WayUsed,
)
from tui.access.attempt import Attempt, Facts, SecretEvidence
from tui.access.decide import decide
from tui.access.facts import Party, PartyKind
from tui.access.limits import SECRETS_PER_API_CLIENT, validate_api_client
from tui.access.names import count_names
from tui.access.times import live_secrets
from tui.ordercloud.models import ApiClient

OPEN = Client(allow_any_buyer=True)
SOON = Secret("soon", "Soon over", NOW + timedelta(days=3))
LATE = Secret("late", "Late", NOW + timedelta(days=300))
ENDLESS = Secret("endless", "Endless")
CONTEXT = replace(OPEN, app_name="Order Middleware", default_context_user_name="shopper01")
GUESTS = replace(OPEN, is_anon_buyer=True, default_context_user_name="shopper01")
ADMIN = replace(SHOPPER, party=SELLER, available_roles=frozenset({"FullAccess"}))
HELPER = replace(SHOPPER, available_roles=frozenset({"Shopper", "MeAdmin", "OrderReader", "Concierge"}))
BUYER, SUPPLIER = Assignment(buyer_id="anchor"), Assignment(supplier_id="reef")
ASSIGNED = (BUYER, SUPPLIER)
HERE = Knowledge(users=Users((SHOPPER,)))
STAFF = Knowledge(users=Users((replace(ADMIN, username="boss"),)))
FLOOR = replace(OPEN, minimum_required_roles=("OrderAdmin",))
CEILING = replace(OPEN, maximum_granted_roles=("OrderReader",))
IMPERSONATED = Knowledge(references=(Reference("impersonation config", "support", "anchor"),))
MIXED = Client(allow_seller=True, app_name="ERP Bridge", default_context_user_name="erp")


def known(companies: Iterable[Party]) -> dict[tuple[PartyKind, str], Party]:
    return {(party.kind, party.id): party for party in companies}


def used(*ways: tuple[str, str | None], ago: timedelta = timedelta(hours=2)) -> Knowledge:
    return Knowledge(used=tuple(WayUsed(grant, secret, NOW - ago) for grant, secret in ways))


CASES: dict[str, tuple[World, World]] = {
    # -- who -----------------------------------------------------------------------------------------------------
    "nobody-gets-in": (World(Client()), World(Client(), (), ASSIGNED)),
    "nobody-there": (
        World(Client(), (), ASSIGNED, None, Knowledge(users=Users((ADMIN, replace(SHOPPER, active=False))))),
        World(Client(), (), ASSIGNED, None, Knowledge(users=Users((ADMIN, SHOPPER)))),
    ),
    "open-to-all": (
        World(replace(OPEN, allow_seller=True, allow_any_supplier=True)),
        World(replace(OPEN, allow_seller=True)),
    ),
    "nullified-buyer": (World(OPEN, (), ASSIGNED), World(Client(allow_any_supplier=True), (), ASSIGNED)),
    "nullified-supplier": (World(Client(allow_any_supplier=True), (), ASSIGNED), World(OPEN, (), ASSIGNED)),
    "assigned-inactive": (
        World(Client(), (), ASSIGNED, None, Knowledge(companies=known((replace(ANCHOR, active=False), REEF)))),
        World(OPEN, (), ASSIGNED, None, Knowledge(companies=known((replace(ANCHOR, active=False), REEF)))),
    ),
    "impersonation-refused": (
        World(Client(), (), (SUPPLIER,), None, IMPERSONATED),
        World(Client(), (), (BUYER,), None, IMPERSONATED),
    ),
    # -- the default context user --------------------------------------------------------------------------------
    "anonymous-without-user": (World(replace(OPEN, is_anon_buyer=True)), World(GUESTS)),
    "anonymous-user-no-buyer": (World(GUESTS, user=ADMIN), World(GUESTS, user=SHOPPER)),
    "anonymous-without-buyers": (
        World(replace(GUESTS, allow_any_buyer=False, allow_seller=True)),
        World(replace(GUESTS, allow_any_buyer=False, allow_seller=True), (), (BUYER,)),
    ),
    "context-user-missing": (
        World(replace(CONTEXT, default_context_user_name="nobody"), more=HERE),
        World(replace(CONTEXT, default_context_user_name="SHOPPER01"), more=HERE),
    ),
    "context-user-inactive": (World(CONTEXT, user=replace(SHOPPER, active=False)), World(CONTEXT, user=SHOPPER)),
    "context-user-locked": (
        World(CONTEXT, user=replace(SHOPPER, locked_until=NOW + timedelta(minutes=1))),
        World(CONTEXT, user=replace(SHOPPER, locked_until=NOW)),
    ),
    "context-user-refused": (World(CONTEXT, (), ASSIGNED, ADMIN), World(CONTEXT, (), ASSIGNED, SHOPPER)),
    "context-user-roles": (
        World(replace(CONTEXT, minimum_required_roles=("OrderAdmin",)), user=SHOPPER),
        World(replace(CONTEXT, minimum_required_roles=("Shopper",)), user=SHOPPER),
    ),
    "open-context-user": (World(CONTEXT, user=SHOPPER), World(CONTEXT, (LATE,), user=SHOPPER)),
    "context-user-mighty": (
        World(MIXED, (LATE,), user=ADMIN),
        World(replace(MIXED, maximum_granted_roles=("OrderReader",)), (LATE,), user=ADMIN),
    ),
    "guests-mighty": (World(GUESTS, user=HELPER), World(GUESTS, user=SHOPPER)),
    "context-user-for-many": (World(replace(CONTEXT, allow_seller=True), user=SHOPPER), World(CONTEXT, user=SHOPPER)),
    "secret-without-user": (
        World(replace(CONTEXT, default_context_user_name=None), (LATE,)),
        World(CONTEXT, (LATE,)),
    ),
    # -- secrets -------------------------------------------------------------------------------------------------
    "secrets-expired": (World(OPEN, (EXPIRED,)), World(OPEN, (EXPIRED, LATE))),
    "secret-expires-soon": (World(OPEN, (SOON, EXPIRED)), World(OPEN, (SOON, LATE))),
    "secret-expiring": (World(OPEN, (SOON, LATE)), World(OPEN, (SOON,))),
    "secret-in-storefront": (
        World(replace(GUESTS, client_secret="x"), (ENDLESS,), user=SHOPPER),
        World(GUESTS, user=SHOPPER),
    ),
    "secret-in-browser": (World(OPEN, (LATE,)), World(replace(OPEN, app_name="ERP Bridge"), (LATE,))),
    "secrets-full": (
        World(OPEN, (EXPIRED, *(Secret(f"s{number}") for number in range(SECRETS_PER_API_CLIENT - 1)))),
        World(OPEN, tuple(Secret(f"s{number}") for number in range(SECRETS_PER_API_CLIENT - 1))),
    ),
    "secrets-left-over": (World(OPEN, (EXPIRED, LATE)), World(OPEN, (EXPIRED,))),
    "secret-never-expires": (World(OPEN, (ENDLESS,)), World(OPEN, (LATE,))),
    "legacy-secret": (
        World(replace(OPEN, client_secret="x"), (LATE,)),
        World(replace(OPEN, client_secret="x"), (EXPIRED,)),
    ),
    "legacy-secret-only": (
        World(replace(OPEN, client_secret="x"), (EXPIRED,)),
        World(replace(OPEN, client_secret="x"), (LATE,)),
    ),
    # -- the bounds of roles -------------------------------------------------------------------------------------
    "minimum-above-ceiling": (
        World(replace(OPEN, minimum_required_roles=("Shopper",), maximum_granted_roles=("MeAdmin",))),
        World(replace(OPEN, minimum_required_roles=("Shopper",), maximum_granted_roles=("Shopper",))),
    ),
    "floor-unmet": (
        World(FLOOR, more=HERE),
        World(
            FLOOR, more=Knowledge(users=Users((SHOPPER, replace(SHOPPER, available_roles=frozenset({"OrderAdmin"})))))
        ),
    ),
    "ceiling-leaves-nothing": (
        World(CEILING, more=HERE),
        World(CEILING, more=Knowledge(users=Users((SHOPPER, HELPER)))),
    ),
    "ceiling-with-full-access": (
        World(replace(OPEN, maximum_granted_roles=("FullAccess", "Shopper"))),
        World(replace(OPEN, maximum_granted_roles=("Shopper",))),
    ),
    # -- lifetimes -----------------------------------------------------------------------------------------------
    "long-lived-admin": (
        World(Client(allow_seller=True, refresh_token_duration=43200)),
        World(Client(allow_seller=True, refresh_token_duration=43200, maximum_granted_roles=("OrderReader",))),
    ),
    "long-access-powerful": (
        World(Client(allow_seller=True, access_token_duration=480), more=STAFF),
        World(Client(allow_seller=True, access_token_duration=479), more=STAFF),
    ),
    "refresh-shorter": (
        World(replace(OPEN, refresh_token_duration=600)),
        World(replace(OPEN, refresh_token_duration=601)),
    ),
    "refresh-needs-secret": (
        World(replace(OPEN, refresh_token_duration=1440), (LATE,)),
        World(replace(OPEN, refresh_token_duration=1440)),
    ),
    "signs-out-often": (
        World(replace(OPEN, access_token_duration=10)),
        World(replace(OPEN, access_token_duration=10, refresh_token_duration=60)),
    ),
    # -- upkeep --------------------------------------------------------------------------------------------------
    "inactive-referenced": (
        World(replace(OPEN, active=False), more=IMPERSONATED),
        World(OPEN, more=IMPERSONATED),
    ),
    "inactive": (World(replace(OPEN, active=False)), World(OPEN)),
    "name-says-nothing": (World(replace(OPEN, app_name="New client")), World(OPEN)),
    "name-taken": (
        World(OPEN, more=Knowledge(names=count_names(("Buyer Storefront", "buyer-storefront")))),
        World(OPEN, more=Knowledge(names=count_names(("Buyer Storefront", "Storefront")))),
    ),
    "several-systems": (
        World(MIXED, (LATE,), more=used(("client_credentials", "late"), ("password", None))),
        World(MIXED, (LATE,), more=used(("client_credentials", "late"), ("refresh_token", "late"))),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_advice_is_given_where_it_belongs_and_not_elsewhere(name: str) -> None:
    amiss, fine = CASES[name]
    assert name in amiss.advice()
    assert name not in fine.advice()


def test_every_rule_has_its_case() -> None:
    assert set(CASES) == set(RULES)
    assert len(RULES) >= 25


# What silences advice is kept under these: none may ever be renamed, or given to another rule.
KEPT_IDS = {
    *("anonymous-user-no-buyer", "anonymous-without-buyers", "anonymous-without-user", "assigned-inactive"),
    *("ceiling-leaves-nothing", "ceiling-with-full-access", "context-user-for-many", "context-user-inactive"),
    *("context-user-locked", "context-user-mighty", "context-user-missing", "context-user-refused"),
    *("context-user-roles", "floor-unmet", "guests-mighty", "impersonation-refused", "inactive"),
    *("inactive-referenced", "legacy-secret", "legacy-secret-only", "long-access-powerful", "long-lived-admin"),
    *("minimum-above-ceiling", "name-says-nothing", "name-taken", "nobody-gets-in", "nobody-there"),
    *("nullified-buyer", "nullified-supplier", "open-context-user", "open-to-all", "refresh-needs-secret"),
    *("refresh-shorter", "secret-expires-soon", "secret-expiring", "secret-in-browser", "secret-in-storefront"),
    *("secret-never-expires", "secret-without-user", "secrets-expired", "secrets-full", "secrets-left-over"),
    *("several-systems", "signs-out-often"),
}


def test_no_id_is_ever_given_up() -> None:
    assert set(RULES) >= KEPT_IDS


def test_a_sound_api_client_needs_no_advice() -> None:
    everything = Knowledge(
        users=Users((SHOPPER, ADMIN)),
        companies=known((ANCHOR, REEF)),
        names=count_names(("Buyer Storefront", "Order Middleware")),
        references=(Reference("impersonation config", "support", "anchor"),),
        used=(WayUsed("client_credentials", "late", NOW), WayUsed("refresh_token", "late", NOW)),
    )
    for more in (Knowledge(), everything):
        assert World(OPEN, more=more).advice() == {}
        assert World(CONTEXT, (LATE,), user=SHOPPER, more=more).advice() == {}
        assert World(GUESTS, user=SHOPPER, more=more).advice() == {}


@pytest.mark.parametrize("name", CASES)
def test_what_mends_it_is_a_good_change_and_mends_it(name: str) -> None:
    amiss, _ = CASES[name]
    advice = amiss.advice()[name]
    if advice.fix is None:
        return
    if isinstance(advice.fix, Patch):
        assert validate_api_client(advice.fix.changes, whole=False) == ()
    assert name not in mended(amiss, advice.fix).advice()


MENDABLE = {
    *("anonymous-user-no-buyer", "assigned-inactive", "context-user-refused"),
    *("guests-mighty", "impersonation-refused", "inactive", "legacy-secret", "long-access-powerful"),
    *("long-lived-admin", "nullified-buyer", "nullified-supplier", "refresh-needs-secret", "refresh-shorter"),
    *("secret-in-browser", "secret-in-storefront", "secrets-full", "secrets-left-over", "signs-out-often"),
}


def test_what_can_be_mended_with_one_key_is_so() -> None:
    assert {name for name, (amiss, _) in CASES.items() if amiss.advice()[name].fix is not None} == MENDABLE


# -- facts that make a difference -------------------------------------------------------------------------------------


def test_a_context_user_with_full_access_and_no_secret_is_an_error() -> None:
    advice = World(Client(allow_seller=True, default_context_user_name="admin"), user=ADMIN).advice()
    assert advice["open-context-user"].severity is Severity.ERROR
    assert "FullAccess" in advice["open-context-user"].reason
    assert World(CONTEXT, user=SHOPPER).advice()["open-context-user"].severity is Severity.WARNING


def test_a_context_user_of_a_company_is_mended_by_an_assignment_not_by_opening_to_all() -> None:
    advice = World(CONTEXT, user=replace(SHOPPER, party=REEF)).advice()["context-user-refused"]
    assert advice.fix == Assign((REEF,))
    assert advice.fields == ("DefaultContextUserName", "AllowAnySupplier")
    seller = World(CONTEXT, user=ADMIN).advice()["context-user-refused"]
    assert seller.fix == Patch({"AllowSeller": True})


def test_nothing_is_mended_that_would_open_something_else() -> None:
    browser = World(replace(CONTEXT, app_name="Web Shop", client_secret="x"), user=SHOPPER)
    assert browser.advice()["secret-in-browser"].fix is None
    floor = replace(GUESTS, minimum_required_roles=("OrderReader",))
    assert World(floor, user=HELPER).advice()["guests-mighty"].fix is None
    lonely = World(Client(), (), (BUYER,), None, Knowledge(companies=known((replace(ANCHOR, active=False),))))
    assert lonely.advice()["assigned-inactive"].fix is None
    full = World(OPEN, tuple(Secret(f"s{number}") for number in range(SECRETS_PER_API_CLIENT)))
    assert full.advice()["secrets-full"].fix is None
    near = World(replace(OPEN, client_secret="x"), (SOON,))
    assert near.advice()["legacy-secret"].fix is None
    assert World(replace(OPEN, client_secret="x"), (SOON, LATE)).advice()["legacy-secret"].fix is not None


def test_an_api_client_whose_secrets_have_all_expired_keeps_one() -> None:
    expired = tuple(replace(EXPIRED, id=f"s{number}") for number in range(SECRETS_PER_API_CLIENT))
    full = World(CONTEXT, expired, user=SHOPPER)
    advice = full.advice()["secrets-full"]
    assert advice.fix == DeleteSecrets(tuple(each.id for each in expired[1:]))
    assert "One of them stays" in advice.reason
    after = mended(full, advice.fix).advice()
    assert "secrets-full" not in after
    assert "open-context-user" not in after
    legacy = replace(full, client=replace(CONTEXT, client_secret="x")).advice()["secrets-full"]
    assert legacy.fix == DeleteSecrets(tuple(each.id for each in expired))


def test_the_end_of_anonymous_shopping_makes_nobody_the_context_user() -> None:
    guests = World(GUESTS, user=ADMIN)
    assert guests.advice()["anonymous-user-no-buyer"].fix == Patch(
        {"IsAnonBuyer": False, "DefaultContextUserName": None}
    )
    with_secret = replace(guests, secrets=(LATE,)).advice()["anonymous-user-no-buyer"]
    assert with_secret.fix == Patch({"IsAnonBuyer": False})


def test_what_is_refused_for_another_reason_is_not_said_to_work() -> None:
    gets = "whoever knows the client ID gets a token of shopper01"
    assert gets in World(CONTEXT, user=SHOPPER).advice()["open-context-user"].reason
    refused = (
        World(Client(default_context_user_name="shopper01"), user=SHOPPER),
        World(CONTEXT, user=replace(SHOPPER, active=False)),
        World(CONTEXT, user=replace(SHOPPER, locked_until=NOW + timedelta(minutes=1))),
        World(replace(CONTEXT, minimum_required_roles=("OrderAdmin",)), user=SHOPPER),
        World(CONTEXT, more=Knowledge(users=Users())),
    )
    for world in refused:
        reason = world.advice()["open-context-user"].reason
        assert "would get a token of shopper01" in reason
    mighty = World(Client(default_context_user_name="admin"), (LATE,), user=ADMIN).advice()["context-user-mighty"]
    assert mighty.reason.startswith("Whatever holds the secret would act as admin with FullAccess.")


def test_fixes_name_what_they_take_away() -> None:
    both = Knowledge(companies=known((ANCHOR, REEF)))
    nullified = World(OPEN, (), ASSIGNED, None, both).advice()["nullified-buyer"]
    assert nullified.fix == Unassign((ANCHOR,))
    storefront = World(replace(GUESTS, client_secret="x"), (ENDLESS, EXPIRED), user=SHOPPER).advice()
    assert storefront["secret-in-storefront"].fix == DeleteSecrets(("endless", "old"), legacy=True)
    assert storefront["secrets-left-over"].fix == DeleteSecrets(("old",))


def test_the_reason_has_the_facts_of_this_api_client() -> None:
    assert World(FLOOR, more=HERE).advice()["floor-unmet"].reason == (
        "The 1 user who may use it does not get every role of the floor: OrderAdmin. Each attempt is refused."
    )
    many = used(("client_credentials", "late"), ("client_credentials", "legacy"), ("password", None))
    assert "Late" in (reason := World(MIXED, (LATE,), more=many).advice()["several-systems"].reason)
    assert "the legacy secret and people with a password" in reason
    long_ago = used(("client_credentials", "late"), ("password", None), ago=timedelta(days=2))
    assert "several-systems" not in World(MIXED, (LATE,), more=long_ago).advice()
    assert "Buyer Storefront" in World(replace(OPEN, app_name="x")).advice()["name-says-nothing"].reason
    bounded = Client(allow_seller=True, refresh_token_duration=43200, maximum_granted_roles=("FullAccess",))
    assert World(bounded).advice()["long-lived-admin"].reason == (
        "Seller users stay signed in for 30 days, and the ceiling of roles lets FullAccess through."
    )
    assert "boss gets FullAccess" in CASES["long-access-powerful"][0].advice()["long-access-powerful"].reason
    referenced = CASES["inactive-referenced"][0].advice()["inactive-referenced"]
    assert "impersonation config support names it" in referenced.reason


def test_a_rule_that_lacks_its_facts_says_nothing() -> None:
    for name, (amiss, _) in CASES.items():
        bare = replace(amiss, more=Knowledge())
        if amiss.more != Knowledge():
            assert name not in bare.advice(), name


# -- whatever the facts -----------------------------------------------------------------------------------------------


def consistent(world: World) -> World:
    """Make one company of each kind and ID, and let the context user be one of the users."""
    more = world.more
    everybody = [each for each in (world.user, *(more.users or Users()).every) if each is not None]
    one_of = {**known([each.party for each in everybody]), **(more.companies or {})}
    people = [replace(user, party=one_of[user.party.kind, user.party.id]) for user in everybody]
    users_known = None if more.users is None else Users(people)
    return replace(world, user=people[0] if world.user else None, more=replace(more, users=users_known))


references = st.lists(
    st.builds(Reference, st.just("impersonation config"), st.just("support"), st.none() | companies), max_size=2
)
ways = st.lists(
    st.builds(
        WayUsed,
        st.sampled_from(["password", "client_credentials", "refresh_token"]),
        st.sampled_from([None, "old", "new", "legacy"]),
        st.sampled_from([NOW, NOW - timedelta(days=2)]),
    ),
    max_size=3,
)
knowledge = st.builds(
    Knowledge,
    users=st.none() | st.builds(Users, st.lists(users, max_size=3)),
    companies=st.none()
    | st.lists(parties.filter(lambda each: each.kind is not PartyKind.SELLER), max_size=3).map(known),
    names=st.none() | st.just(count_names(("Buyer Storefront", "test", "test"))),
    references=st.none() | references,
    used=st.none() | ways,
)
many_secrets = st.lists(st.sampled_from([EXPIRED, EXPIRED, SOON, LATE]), min_size=10, max_size=10).map(
    lambda every: tuple(replace(each, id=f"{each.id}-{number}") for number, each in enumerate(every))
)
all_expired = st.just(tuple(replace(EXPIRED, id=f"old-{number}") for number in range(SECRETS_PER_API_CLIENT)))
worlds = st.builds(
    World,
    clients.flatmap(
        lambda client: st.builds(
            replace, st.just(client), app_name=st.sampled_from(["Buyer Storefront", "test", "", "ERP Bridge"])
        )
    ),
    st.one_of(secrets, secrets, secrets, many_secrets, all_expired),
    assignments.map(tuple),
    st.none() | users,
    knowledge,
).map(consistent)


@given(worlds)
def test_the_worst_comes_first_and_each_says_what_it_must(world: World) -> None:
    advice = world.advice()
    order = [list(Severity).index(each.severity) for each in advice.values()]
    assert order == sorted(order)
    assert set(advice) <= set(RULES)
    for each in advice.values():
        assert each.title
        assert not each.title.endswith(".")
        assert each.reason.endswith(".")
        assert each.docs
        assert each.fields
        assert set(each.fields) <= set(ApiClient.wire_names().values())


@given(worlds)
def test_every_fix_makes_its_advice_go(world: World) -> None:
    for each in world.advice().values():
        if each.fix is not None:
            assert each.id not in mended(world, each.fix).advice()


KEEPS_A_PROGRAM_OUT = {
    *("anonymous-user-no-buyer", "context-user-inactive", "context-user-locked", "context-user-missing"),
    *("context-user-refused", "context-user-roles", "minimum-above-ceiling", "secrets-expired"),
}


@given(worlds.filter(lambda world: world.more.users is not None and bool(world.client.default_context_user_name)))
def test_the_context_user_is_advised_on_where_the_rules_refuse_it_and_nowhere_else(world: World) -> None:
    client, users = world.client, world.more.users
    assert users is not None
    user = users.by_name.get((client.default_context_user_name or "").casefold())
    live = bool(client.client_secret or live_secrets(world.secrets, NOW))
    required = bool(client.client_secret or world.secrets)
    secret = SecretEvidence.LIVE if live else SecretEvidence.EXPIRED if required else SecretEvidence.ABSENT
    attempt = Attempt("client_credentials", client.id, secret=secret)
    allowed = decide(attempt, Facts(client, world.secrets, world.assigned, user), NOW).allowed
    advice = world.advice()
    if client.active:
        assert allowed is not bool(KEEPS_A_PROGRAM_OUT & set(advice)), [*advice]
    if "open-context-user" in advice:
        assert ("gets a token" in advice["open-context-user"].reason) is allowed


ABOUT_WHO_COMES = {"nobody-there", "floor-unmet", "ceiling-leaves-nothing"}
"""What is wrong for everybody who may use it: it shows once somebody may."""


@given(worlds)
def test_a_mend_raises_nothing_as_bad_as_what_it_settles(world: World) -> None:
    before = world.advice()
    order = list(Severity).index
    for each in before.values():
        if each.fix is None:
            continue
        after = mended(world, each.fix).advice()
        new = {name: one for name, one in after.items() if name not in before and name not in ABOUT_WHO_COMES}
        for name, one in new.items():
            lesser = order(one.severity) > order(each.severity)
            assert lesser or one.severity is Severity.INFO, (each.id, name)
        assert "open-context-user" not in new, each.id


@given(worlds)
def test_a_mend_of_lesser_advice_keeps_nobody_out(world: World) -> None:
    before = world.advice()
    for each in before.values():
        if each.fix is None or each.severity is Severity.ERROR:
            continue
        after = mended(world, each.fix).advice()
        new = [name for name, one in after.items() if one.severity is Severity.ERROR and name not in before]
        assert new == [], (each.id, new)
