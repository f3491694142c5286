"""Each sentence about the token endpoint, on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.world import (
    ANCHOR,
    CLIENT_ID,
    EXPIRED,
    LIVE,
    NOW,
    REEF,
    SELLER,
    SHOPPER,
    Assignment,
    Client,
    Secret,
    attempts,
    facts,
)
from tui.access.api_roles import API_ROLES
from tui.access.attempt import Attempt, Facts, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.checks import CHECKS
from tui.access.decide import decide
from tui.access.decision import Check, Decision
from tui.access.facts import Party, User
from tui.access.passwords import PasswordPolicy, combine, refuse_new
from tui.access.switches import Switches
from tui.access.times import UNTIL_UNLOCKED

OPEN = Client(allow_any_buyer=True)
GRANTS = ("password", "client_credentials", "refresh_token")


def attempt(grant: str = "password", **changes: object) -> Attempt:
    right = Attempt(grant, CLIENT_ID, password=PasswordEvidence.RIGHT, refresh=RefreshEvidence.LIVE)
    return replace(right, **changes)  # type: ignore[arg-type]  # the tests name real fields


def client(**changes: object) -> Client:
    context = replace(OPEN, default_context_user_name="shopper01")
    return replace(context, **changes)  # type: ignore[arg-type]  # the tests name real fields


def judge(
    asked: Attempt | None = None,
    api_client: Client | None = None,
    user: User | None = SHOPPER,
    switches: Switches | None = None,
    secrets: tuple[Secret, ...] = (),
    assignments: tuple[Assignment, ...] = (),
) -> Decision:
    known = Facts(api_client or client(), secrets=secrets, assignments=assignments, user=user)
    return decide(asked or attempt(), known, NOW, switches or Switches())


def test_the_table_of_checks_is_in_order_and_whole() -> None:
    assert [check for check, _ in CHECKS] == list(Check)
    assert [int(check) for check in Check] == list(range(1, 16))
    assert all(check.title for check in Check)


@given(attempts, facts)
def test_the_client_id_is_compared_without_case(asked: Attempt, known: Facts) -> None:
    upper = replace(asked, client_id=asked.client_id.upper() if asked.client_id else None)
    assert decide(asked, known, NOW).check == decide(upper, known, NOW).check


@given(attempts, facts)
def test_a_secret_for_a_client_without_one_is_ignored(asked: Attempt, known: Facts) -> None:
    bare = replace(known, secrets=())
    if bare.api_client is not None and not bare.api_client.client_secret:
        answers = {decide(replace(asked, secret=evidence), bare, NOW).check for evidence in SecretEvidence}
        assert len(answers) == 1
        assert Check.CLIENT_SECRET not in answers


@pytest.mark.parametrize("grant", GRANTS)
@pytest.mark.parametrize(
    ("legacy", "secrets"), [("x", ()), (None, (LIVE,)), (None, (EXPIRED,)), ("x", (EXPIRED,)), (None, (EXPIRED, LIVE))]
)
def test_once_there_is_a_secret_every_grant_needs_it(
    grant: str, legacy: str | None, secrets: tuple[Secret, ...]
) -> None:
    guarded = client(client_secret=legacy)
    for evidence in (SecretEvidence.ABSENT, SecretEvidence.WRONG, SecretEvidence.EXPIRED):
        assert judge(attempt(grant, secret=evidence), guarded, secrets=secrets).check is Check.CLIENT_SECRET
    lives = legacy is not None or LIVE in secrets
    assert judge(attempt(grant, secret=SecretEvidence.LIVE), guarded, secrets=secrets).allowed is lives


def test_when_all_secrets_have_expired_nobody_gets_in_and_it_says_since_when() -> None:
    decision = judge(attempt(secret=SecretEvidence.EXPIRED), secrets=(EXPIRED,))
    assert "The secret that was sent has expired." in decision.reasons
    assert "The secret Old one has expired on 2026-11-22 12:00:00 UTC." in decision.near_misses
    assert any("Every secret has expired" in miss for miss in decision.near_misses)


def test_a_secret_is_expired_from_its_very_moment_on() -> None:
    at_once = Secret(expiration=NOW)
    assert not judge(attempt(secret=SecretEvidence.LIVE), secrets=(at_once,)).allowed


def test_an_unknown_user_and_a_wrong_password_get_one_answer() -> None:
    unknown = judge(user=None)
    wrong = judge(attempt(password=PasswordEvidence.WRONG))
    assert unknown.error == wrong.error
    assert unknown.check is wrong.check is Check.CREDENTIALS_RIGHT


@pytest.mark.parametrize(
    ("until", "locked"),
    [(NOW - timedelta(seconds=1), False), (NOW, False), (NOW + timedelta(seconds=1), True), (UNTIL_UNLOCKED, True)],
)
def test_a_lockout_ends_at_its_moment(until: datetime, locked: bool) -> None:
    decision = judge(user=replace(SHOPPER, locked_until=until))
    assert (decision.check is Check.NOT_LOCKED_OUT) is locked


def test_a_lockout_is_judged_after_the_password() -> None:
    locked = replace(SHOPPER, locked_until=UNTIL_UNLOCKED)
    decision = judge(attempt(password=PasswordEvidence.WRONG), user=locked)
    assert decision.check is Check.CREDENTIALS_RIGHT
    assert Check.NOT_LOCKED_OUT in decision.also_failing


@pytest.mark.parametrize("evidence", [e for e in RefreshEvidence if e.value not in ("live", "assumed")])
def test_only_a_revoked_refresh_token_is_called_so(evidence: RefreshEvidence) -> None:
    decision = judge(attempt("refresh_token", refresh=evidence))
    assert decision.check is Check.REFRESH_TOKEN
    assert decision.error is not None
    assert (decision.error.code == "Auth.TokenRevoked") is (evidence is RefreshEvidence.REVOKED)


@pytest.mark.parametrize("grant", GRANTS)
def test_the_party_is_checked_on_every_grant(grant: str) -> None:
    decision = judge(attempt(grant), client(allow_any_buyer=False, allow_seller=True))
    assert decision.check is Check.PARTY_ALLOWED
    assert "AllowAnyBuyer is off, and Anchor Boats is not assigned (no buyer is)." in decision.reasons
    assert "AllowSeller is on, but the user belongs to a buyer." in decision.near_misses


def test_an_assignment_of_the_other_kind_is_a_near_miss() -> None:
    decision = judge(
        api_client=client(allow_any_buyer=False),
        assignments=(Assignment(supplier_id="anchor"), Assignment(buyer_id="other"), Assignment(buyer_id="third")),
    )
    assert decision.reasons == ("AllowAnyBuyer is off, and Anchor Boats is not assigned (2 other buyers are).",)
    assert "An assignment exists for supplier anchor, but the user belongs to a buyer." in decision.near_misses


@pytest.mark.parametrize("has_secret", [False, True])
def test_anonymous_shopping_with_and_without_a_secret(has_secret: bool) -> None:
    guest = client(is_anon_buyer=True, refresh_token_duration=500, anonymous_token_duration=20000)
    secrets = (LIVE,) if has_secret else ()
    decision = judge(attempt("client_credentials", secret=SecretEvidence.LIVE), guest, secrets=secrets)
    assert decision.allowed
    assert decision.anonymous
    assert decision.lifetimes is not None
    assert (decision.lifetimes.access_minutes, decision.lifetimes.refresh_minutes) == (20000, 0)


@pytest.mark.parametrize("party", [SELLER, REEF])
def test_without_a_buyer_as_context_user_it_is_not_anonymous(party: Party) -> None:
    wide = client(is_anon_buyer=True, allow_seller=True, allow_any_supplier=True)
    decision = judge(attempt("client_credentials"), wide, replace(SHOPPER, party=party))
    assert decision.allowed
    assert not decision.anonymous
    assert any("IsAnonBuyer is on" in miss for miss in decision.near_misses)


@given(attempts, facts)
def test_anonymous_implies_all_its_conditions(asked: Attempt, known: Facts) -> None:
    decision = decide(asked, known, NOW)
    if decision.anonymous:
        assert asked.grant_type == "client_credentials"
        assert known.user is not None
        assert known.user.party.kind == "buyer"
        assert known.api_client is not None
        assert known.api_client.is_anon_buyer
        assert decision.lifetimes is not None
        assert decision.lifetimes.refresh_minutes == 0


@given(attempts, facts)
def test_lifetimes_are_those_of_the_api_client(asked: Attempt, known: Facts) -> None:
    decision = decide(asked, known, NOW)
    if decision.lifetimes is None:
        assert not decision.allowed
        return
    assert known.api_client is not None
    assert decision.lifetimes.expires_in == decision.lifetimes.access_minutes * 60 - 1
    if decision.anonymous:
        assert decision.lifetimes.access_minutes == (known.api_client.anonymous_token_duration or 10080)
    else:
        assert decision.lifetimes.access_minutes == known.api_client.access_token_duration
        assert decision.lifetimes.refresh_minutes == known.api_client.refresh_token_duration


def test_ten_hours_are_35999_seconds() -> None:
    lifetimes = judge().lifetimes
    assert lifetimes is not None
    assert lifetimes.expires_in == 35999
    assert lifetimes.access_seconds == 36000


def test_client_credentials_without_a_secret_work_and_say_whose_token_it_is() -> None:
    decision = judge(attempt("client_credentials"))
    assert decision.allowed
    assert "There is no client secret: whoever knows the client ID is that user." in decision.reasons


@given(attempts, facts)
def test_full_access_may_ask_for_any_api_role_and_only_for_these(asked: Attempt, known: Facts) -> None:
    if known.user is None or known.api_client is None or asked.grant_type == "refresh_token":
        return
    admin = replace(known.user, available_roles=frozenset({"FullAccess"}))
    decision = decide(asked, replace(known, user=admin), NOW)
    if decision.allowed and asked.scope:
        assert set(decision.roles) <= set(asked.scope) & API_ROLES.keys()
        for gap in decision.role_gaps:
            assert gap.role not in API_ROLES or "ceiling" in gap.why


def test_a_full_access_user_below_a_ceiling_must_ask_by_name() -> None:
    admin = User("admin", ANCHOR, available_roles=frozenset({"FullAccess"}))
    ceiling = client(maximum_granted_roles=("Shopper",))
    refused = judge(api_client=ceiling, user=admin)
    assert refused.check is Check.ROLES_LEFT
    assert "With FullAccess, Shopper would be granted if the scope asked for it by name." in refused.near_misses
    assert judge(attempt(scope=("Shopper",)), ceiling, admin).roles == ("Shopper",)


def test_full_access_satisfies_any_minimum() -> None:
    strict = client(minimum_required_roles=("OrderAdmin",), minimum_required_custom_roles=("Dockmaster",))
    assert judge(api_client=strict).check is Check.ROLES_LEFT
    admin = replace(SHOPPER, available_roles=frozenset({"FullAccess"}))
    assert judge(api_client=strict, user=admin).allowed
    narrowed = judge(attempt(scope=("Shopper",)), strict, admin)
    assert narrowed.check is Check.ROLES_LEFT


def test_roles_that_are_not_granted_say_why() -> None:
    ceiling = client(maximum_granted_roles=("Shopper",))
    decision = judge(attempt(scope=("Shopper", "MeAdmin", "OrderAdmin", "shopper", "Dockmaster", "undefined")), ceiling)
    assert decision.roles == ("Shopper",)
    gaps = {gap.role: gap.why for gap in decision.role_gaps}
    assert gaps.keys() == {"MeAdmin", "OrderAdmin", "shopper", "Dockmaster", "undefined"}
    assert "MaximumGrantedRoles" in gaps["MeAdmin"]
    assert "security profiles" in gaps["OrderAdmin"]
    assert "Shopper is spelled with other capitals" in gaps["shopper"]
    assert "custom role" in gaps["Dockmaster"]
    assert "unset variable" in gaps["undefined"]
    assert any("undefined" in miss for miss in decision.near_misses)


def test_each_ceiling_bounds_its_own_kind() -> None:
    both = replace(SHOPPER, available_roles=frozenset({"Shopper", "MeAdmin", "Dockmaster", "LoyaltyTier"}))
    assert judge(api_client=client(maximum_granted_roles=("Shopper",)), user=both).roles == (
        "Dockmaster",
        "LoyaltyTier",
        "Shopper",
    )
    assert judge(api_client=client(maximum_granted_custom_roles=("Dockmaster",)), user=both).roles == (
        "Dockmaster",
        "MeAdmin",
        "Shopper",
    )


def test_a_refresh_repeats_what_was_granted_within_todays_profiles() -> None:
    before = frozenset({"Shopper", "OrderReader"})
    decision = judge(attempt("refresh_token", refreshed_roles=before))
    assert decision.roles == ("Shopper",)
    assert [gap.role for gap in decision.role_gaps] == ["OrderReader"]


def test_a_refresh_narrows_and_never_widens() -> None:
    before = frozenset({"Shopper"})
    assert judge(attempt("refresh_token", refreshed_roles=before, scope=("Shopper", "MeAdmin"))).roles == ("Shopper",)
    admin = replace(SHOPPER, available_roles=frozenset({"FullAccess"}))
    asked = attempt("refresh_token", refreshed_roles=before, scope=("FullAccess", "Shopper"))
    assert judge(asked, user=admin).roles == ("Shopper",)
    wide = attempt("refresh_token", refreshed_roles=frozenset({"FullAccess"}), scope=("Shopper",))
    assert judge(wide, user=admin).roles == ("Shopper",)


@given(attempts, facts)
def test_assumed_evidence_counts_as_right_and_is_told_where_it_matters(asked: Attempt, known: Facts) -> None:
    assumed = replace(
        asked, secret=SecretEvidence.ASSUMED, password=PasswordEvidence.ASSUMED, refresh=RefreshEvidence.ASSUMED
    )
    right = replace(asked, secret=SecretEvidence.LIVE, password=PasswordEvidence.RIGHT, refresh=RefreshEvidence.LIVE)
    wrong = replace(
        asked, secret=SecretEvidence.WRONG, password=PasswordEvidence.WRONG, refresh=RefreshEvidence.UNKNOWN
    )
    decision, with_right = decide(assumed, known, NOW), decide(right, known, NOW)
    assert (decision.allowed, decision.check, decision.roles) == (
        with_right.allowed,
        with_right.check,
        with_right.roles,
    )
    assert with_right.assumptions == ()
    if not decision.assumptions:
        assert decide(wrong, known, NOW).check is decision.check
    else:
        assert decide(wrong, known, NOW).check is not decision.check


def test_the_unsupported_grant_type_is_named_but_not_repeated_without_end() -> None:
    decision = judge(attempt("Client-Credentials"))
    assert decision.error is not None
    assert "Client-Credentials" in decision.error.description
    assert any("written client_credentials," in miss for miss in decision.near_misses)
    endless = judge(attempt("x" * 10_000)).error
    assert endless is not None
    assert len(endless.description) < 200


@given(st.text(), st.text(), st.lists(st.text(), max_size=3).map(tuple), st.datetimes(), st.datetimes())
def test_it_is_total_for_any_text_and_any_time(
    grant: str, given_id: str, scope: tuple[str, ...], now: datetime, until: datetime
) -> None:
    strange = Client(id=given_id, app_name=given_id, allow_any_buyer=True, default_context_user_name=grant)
    user = User(grant, Party(ANCHOR.kind, given_id, grant), available_roles=frozenset(scope), locked_until=until)
    known = Facts(strange, secrets=(Secret(given_id, grant, until),), user=user)
    for grant_type in (grant, *GRANTS):
        for moment in (now, now.replace(tzinfo=UTC)):
            decide(Attempt(grant_type, given_id, scope, SecretEvidence.LIVE), known, moment)


SWITCHED: list[tuple[str, Callable[[Switches], object]]] = [
    (
        "secret_on_secretless_client_ignored",
        lambda switches: judge(attempt(secret=SecretEvidence.WRONG), switches=switches),
    ),
    ("expired_secrets_count", lambda switches: judge(secrets=(EXPIRED,), switches=switches)),
    (
        "lockout_bars_every_grant",
        lambda switches: judge(
            attempt("client_credentials"), user=replace(SHOPPER, locked_until=UNTIL_UNLOCKED), switches=switches
        ),
    ),
    (
        "context_user_needs_party_access",
        lambda switches: judge(attempt("client_credentials"), client(allow_any_buyer=False), switches=switches),
    ),
    (
        "anonymous_without_secret_only",
        lambda switches: judge(
            attempt("client_credentials", secret=SecretEvidence.LIVE),
            client(is_anon_buyer=True),
            secrets=(LIVE,),
            switches=switches,
        ),
    ),
    (
        "anonymous_refresh",
        lambda switches: judge(
            attempt("client_credentials"), client(is_anon_buyer=True, refresh_token_duration=9), switches=switches
        ),
    ),
    (
        "client_credentials_refresh",
        lambda switches: judge(attempt("client_credentials"), client(refresh_token_duration=9), switches=switches),
    ),
    (
        "full_access_asks_for_any_api_role",
        lambda switches: judge(
            attempt(scope=("OrderAdmin",)),
            user=replace(SHOPPER, available_roles=frozenset({"FullAccess"})),
            switches=switches,
        ),
    ),
    (
        "full_access_satisfies_minimum",
        lambda switches: judge(
            api_client=client(minimum_required_roles=("OrderAdmin",)),
            user=replace(SHOPPER, available_roles=frozenset({"FullAccess"})),
            switches=switches,
        ),
    ),
    (
        "refresh_may_only_narrow",
        lambda switches: judge(
            attempt("refresh_token", refreshed_roles=frozenset({"Shopper"}), scope=("Shopper", "MeAdmin")),
            switches=switches,
        ),
    ),
    (
        "ceilings_by_kind",
        lambda switches: judge(
            api_client=client(maximum_granted_roles=("Shopper",)),
            user=replace(SHOPPER, available_roles=frozenset({"Shopper", "Dockmaster"})),
            switches=switches,
        ),
    ),
    (
        "password_policy_last",
        lambda switches: judge(user=replace(SHOPPER, active=False, password_expires=NOW), switches=switches),
    ),
    ("password_baseline", lambda switches: combine((), switches)),
    (
        "minimum_age_binds_administrators",
        lambda switches: refuse_new(
            "Harbor-Supply-1", PasswordPolicy(minimum_age=timedelta(1)), NOW, last_set=NOW, switches=switches
        ),
    ),
]


@pytest.mark.parametrize(("name", "ask"), SWITCHED, ids=[name for name, _ in SWITCHED])
def test_every_switch_changes_its_answer(name: str, ask: Callable[[Switches], object]) -> None:
    usual = Switches()
    flipped = replace(usual, **{name: not getattr(usual, name)})
    assert ask(usual) != ask(flipped)


def test_every_switch_is_tried() -> None:
    assert [name for name, _ in SWITCHED] == list(Switches.__dataclass_fields__)
