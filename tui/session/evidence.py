"""What an attempt is known to send, as the rules take it, before anything is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.access.attempt import PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.facts import ApiClientFacts
from tui.session.attempt_record import Kind

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.result import Form


def secret_evidence(secret: str, api_client: ApiClientFacts, *, named: bool) -> SecretEvidence:
    """Compare what would be sent; the values of named secrets are not known, so they are assumed right."""
    if not secret:
        return SecretEvidence.ABSENT
    if api_client.client_secret and secret == api_client.client_secret:
        return SecretEvidence.LIVE
    return SecretEvidence.ASSUMED if named else SecretEvidence.WRONG


def password_evidence(form: Form) -> PasswordEvidence:
    """Say what is known of the password: whether it is right, only the marketplace knows."""
    if form.kind is Kind.OPENID:
        return PasswordEvidence.ONE_TIME  # the identity provider vouches for the user
    if not (form.username and form.password):
        return PasswordEvidence.ABSENT
    return PasswordEvidence.ONE_TIME if form.kind is Kind.ONE_TIME else PasswordEvidence.ASSUMED


def refresh_evidence(form: Form, api_client: ApiClient, now: datetime) -> RefreshEvidence:
    """Say what becomes of the refresh token that is sent."""
    before = form.refreshing
    if before is None or before.refresh_token is None:
        return RefreshEvidence.ABSENT
    if before.form.api_client_id.lower() != api_client.id.lower():
        return RefreshEvidence.FOREIGN
    ends = before.first.at + timedelta(minutes=before.first.refresh_minutes)
    return RefreshEvidence.LIVE if now < ends else RefreshEvidence.EXPIRED


def refreshed_minutes(form: Form) -> int | None:
    """Return the life of the refresh token from the first sign-in on: no later setting changes it."""
    before = form.refreshing
    return before.first.refresh_minutes if before is not None and before.refresh_token is not None else None


def refreshed_roles(form: Form) -> frozenset[str] | None:
    """Return the roles of the first sign-in: these stay with the refresh token, however narrow a later refresh was."""
    token = form.refreshing.first.token if form.refreshing is not None else None
    return None if token is None else frozenset(token.claims.role or ())
