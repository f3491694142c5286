"""decide() against an independent reading of the token endpoint's table, over facts with many failures at once."""

from __future__ import annotations

from hypothesis import event, given, settings

from tests.access.world import NOW, attempts, deep_attempts, deep_facts, facts
from tui.access.api_roles import API_ROLES
from tui.access.attempt import Attempt, Facts
from tui.access.decide import decide

Answer = tuple[int, str, str, str] | None


def expected(attempt: Attempt, facts: Facts) -> Answer:
    """Give the number, error, code and text of the first failing check, or None when all is well."""
    client, user, grant = facts.api_client, facts.user, attempt.grant_type
    if not attempt.form_encoded:
        return 1, "invalid_request", "Request.InvalidContentType", "application/x-www-form-urlencoded"
    if grant is None or grant.strip() == "":
        return 2, "invalid_request", "Auth.OauthError", "grant_type is required"
    if grant not in ("password", "client_credentials", "refresh_token"):
        return 3, "unsupported_grant_type", "Auth.OauthError", grant
    if client is None or attempt.client_id is None or attempt.client_id.upper() != client.id.upper():
        return 4, "invalid_client", "ApiClient.InvalidClientID", "Invalid Client ID."
    if client.active is False:
        return 5, "invalid_client", "Auth.ClientNotActive", "Client ID is not active."
    lives = [client.client_secret] if client.client_secret else []
    lives += [s.id for s in facts.secrets if s.expiration is None or s.expiration > NOW]
    if (client.client_secret or len(facts.secrets) > 0) and not (attempt.secret in ("live", "assumed") and lives):
        return 6, "invalid_client", "Auth.OauthError", "invalid client secret"
    if grant == "password":
        if attempt.password == "absent":
            text = "Both username and password are required."
            return 7, "invalid_grant", "Auth.UsernameAndPasswordRequired", text
        if user is None or attempt.password == "wrong":
            return 8, "invalid_grant", "Auth.InvalidUsernameOrPassword", "Invalid username or password."
    if user is not None and user.locked_until is not None and user.locked_until > NOW:
        text = "Due to excessive login failures, this account has been locked."
        return 9, "invalid_grant", "Auth.LockedOut", text
    if grant == "client_credentials" and (not client.default_context_user_name or user is None):
        text = "Default context user required for client credentials grant"
        return 10, "invalid_grant", "Auth.OauthError", text
    if grant == "refresh_token":
        if attempt.refresh == "revoked":
            text = "The provided token has been revoked. Please re-authenticate."
            return 11, "invalid_grant", "Auth.TokenRevoked", text
        if attempt.refresh not in ("live", "assumed") or user is None:
            return 11, "invalid_grant", "Auth.OauthError", ""
    assert user is not None
    if not user.active:
        return 12, "invalid_grant", "Auth.UserNotActive", "User is not active."
    if user.party.kind != "seller" and not user.party.active:
        return 12, "invalid_grant", "Auth.CompanyNotActive", "User's organization is not active."
    if not facts.marketplace_active or not user.party.active:
        return 12, "invalid_grant", "Auth.SellerNotActive", "Marketplace is not active."
    own = [a for a in facts.assignments if a.api_client_id.upper() == client.id.upper()]
    lets_in = {
        "seller": client.allow_seller,
        "buyer": client.allow_any_buyer or user.party.id in [a.buyer_id for a in own],
        "supplier": client.allow_any_supplier or user.party.id in [a.supplier_id for a in own],
    }[user.party.kind]
    if not lets_in:
        return 13, "invalid_grant", "Auth.OauthError", "The user may not use this API client."
    roles = expected_roles(attempt, facts)
    minimum = {*client.minimum_required_roles, *client.minimum_required_custom_roles}
    if not roles or not ("FullAccess" in roles or minimum <= roles):
        text = "User does not have role(s) required to perform this action."
        return 14, "invalid_grant", "Auth.InsufficientRoles", text
    if grant == "password" and attempt.password != "one-time":
        if user.password_expires is not None and user.password_expires <= NOW:
            return 15, "invalid_grant", "Auth.PasswordExpired", "Expired Password."
        if attempt.password_lacks:
            text = "Password does not meet security requirements."
            return 15, "invalid_grant", "Auth.InsecurePassword", text
    return None


def expected_roles(attempt: Attempt, facts: Facts) -> set[str]:
    """Give granted = available ∩ scope ∩ maximum, and a refresh within what was granted before."""
    client, user = facts.api_client, facts.user
    assert client is not None
    assert user is not None

    def may_ask_of(held: frozenset[str]) -> set[str]:
        return {*held, *API_ROLES} if "FullAccess" in held else set(held)

    before = attempt.refreshed_roles if attempt.grant_type == "refresh_token" else None
    if attempt.scope:
        granted = set(attempt.scope) & may_ask_of(user.available_roles)
        granted = granted if before is None else granted & may_ask_of(before)
    else:
        granted = set(user.available_roles) if before is None else set(before) & may_ask_of(user.available_roles)
    api, custom = set(client.maximum_granted_roles), set(client.maximum_granted_custom_roles)
    beyond_api = {role for role in granted if role in API_ROLES and api and role not in api}
    beyond_custom = {role for role in granted if role not in API_ROLES and custom and role not in custom}
    return granted - beyond_api - beyond_custom


@settings(max_examples=400)
@given(attempts, facts)
def test_the_first_failing_check_answers(attempt: Attempt, facts: Facts) -> None:
    assert_as_expected(attempt, facts)


@settings(max_examples=500)
@given(deep_attempts, deep_facts)
def test_the_later_checks_answer_when_the_request_is_good(attempt: Attempt, facts: Facts) -> None:
    assert_as_expected(attempt, facts)


def assert_as_expected(attempt: Attempt, facts: Facts) -> None:
    answer = expected(attempt, facts)
    decision = decide(attempt, facts, NOW)
    event(f"check {answer[0] if answer else 'none'}")
    if answer is None:
        assert decision.allowed, decision
        assert decision.check is None
        assert decision.error is None
        assert set(decision.roles) == expected_roles(attempt, facts)
        return
    number, error, code, text = answer
    assert not decision.allowed
    assert decision.check == number
    assert decision.error is not None
    assert (decision.error.error, decision.error.code) == (error, code)
    assert text in decision.error.description
    if number not in (1, 3, 11):
        assert decision.error.description == text
    assert decision.lifetimes is None
    assert decision.roles == ()
    assert all(check > number for check in decision.also_failing)


@settings(max_examples=300)
@given(attempts, facts)
def test_every_answer_is_told(attempt: Attempt, facts: Facts) -> None:
    decision = decide(attempt, facts, NOW)
    assert decision.reasons
    for sentence in (*decision.reasons, *decision.near_misses, *decision.assumptions):
        assert sentence[0].isupper() or sentence.startswith("shopper01")
        assert sentence.endswith((".", ".)"))
        assert len(sentence) < 400
