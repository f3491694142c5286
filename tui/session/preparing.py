"""What is known before an attempt: what it will send, and what the marketplace holds about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, SecretEvidence
from tui.access.decision import Decision, TokenError
from tui.access.facts import PartyKind
from tui.access.near import misnamed_flag, nearly_assigned
from tui.access.parties import Gate
from tui.access.roles import split_scope
from tui.session.attempt_record import Kind
from tui.session.evidence import (
    password_evidence,
    refresh_evidence,
    refreshed_minutes,
    refreshed_roles,
    secret_evidence,
)
from tui.session.impersonating import Impersonating, Impersonation, as_impersonated
from tui.session.outcome import Prepared
from tui.tokens.decode import decode
from tui.tokens.token import NotAToken

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.facts import Person
    from tui.session.opening import Opened
    from tui.session.result import Form

NOT_SIGNED_IN_THERE = "prompt=none needs the login_hint of an active user."
"""What the sandbox's identity provider says of a user whom it cannot sign in by itself."""


class Preparing:
    """Reads what the rules need. Every method raises the typed errors of `tui.ordercloud.errors`."""

    def __init__(self, here: Opened, clock: Callable[[], datetime]) -> None:
        self._here = here
        self._clock = clock
        self._impersonating = Impersonating(here.client)

    def forget(self) -> None:
        """Forget what was read beside the marketplace."""
        self._impersonating.forget()

    async def prepare(self, form: Form, api_client: ApiClient | None) -> Prepared:
        """Return what the rules are asked about an attempt."""
        grant = (form.kind.grant or Grant.PASSWORD).value
        if form.kind is Kind.IMPERSONATION:
            return await self._impersonation(form, api_client)
        marketplace = self._here.marketplace
        if api_client is None:
            attempt = Attempt(grant, form.api_client_id or None, password=password_evidence(form))
            named = await marketplace.person(form.username if form.kind.names_user else None)
            return Prepared(attempt, Facts(None, user=None if named is None else named.facts()), form.kind)
        secrets = await marketplace.secrets(api_client.id)
        person = await marketplace.person(_username(form, api_client))
        user = None if person is None else person.facts()
        first = form.refreshing.first if form.kind is Kind.REFRESH and form.refreshing is not None else None
        impersonated = first is not None and first.form.kind is Kind.IMPERSONATION
        if first is not None and impersonated and user is not None:
            before = await self._impersonation(first.form, api_client)
            if before.impersonation is not None:
                user = as_impersonated(user, before.impersonation)
        assignments = await marketplace.assignments(api_client.id)
        secret = secret_evidence(form.secret if form.kind.takes_secret else "", api_client, named=bool(secrets))
        if form.kind is Kind.OPENID and (secrets or api_client.client_secret):
            secret = SecretEvidence.ASSUMED  # none is sent: OrderCloud asks itself
        attempt = Attempt(
            grant,
            form.api_client_id,
            scope=split_scope(form.scope),
            secret=secret,
            password=password_evidence(form),
            refresh=refresh_evidence(form, api_client, self._clock()),
            refreshed_roles=refreshed_roles(form),
            refreshed_minutes=refreshed_minutes(form),
        )
        facts = Facts(
            api_client,
            secrets=secrets,
            assignments=assignments,
            user=user,
            marketplace_active=marketplace.seller.active,
        )
        prepared = Prepared(attempt, facts, form.kind, impersonated=impersonated)
        if person is not None and not Gate.of(api_client, assignments).access(person.party).allowed:
            prepared = replace(prepared, assigned=await marketplace.parties_assigned(api_client.id))
        return self._at_provider(prepared, form, person) if form.kind is Kind.OPENID else prepared

    def _at_provider(self, prepared: Prepared, form: Form, person: Person | None) -> Prepared:
        """Say what the identity provider does first: the sandbox's own signs in active users alone."""
        from tui.ordercloud.errors import OrderCloudError

        if self._here.sandbox is None:
            if not form.username.strip():
                raise OrderCloudError("whom the identity provider will name is not known before")
            return prepared
        if person is not None and person.user.active:
            return prepared
        error = TokenError("", "", NOT_SIGNED_IN_THERE)
        reason = "The sandbox's identity provider signs in active users of the marketplace, and this is none."
        return replace(prepared, refused=Decision(False, error=error, reasons=(reason,)))

    async def _impersonation(self, form: Form, api_client: ApiClient | None) -> Prepared:
        from tui.ordercloud.errors import OrderCloudError

        here, marketplace = self._here, self._here.marketplace
        caller = await marketplace.person(form.caller.who if form.caller is not None else here.identity.username)
        other = await marketplace.person(form.username)
        if caller is None or other is None:
            who = "the user to act as" if other is None else "the user who asks"
            raise OrderCloudError(f"{who} is not known in this marketplace")
        if other.party.kind is not PartyKind.BUYER:
            reason = f"Only users of buyers can be acted as; {other.user.username} is a {other.party.kind} user."
            return Prepared(Attempt(None, form.api_client_id), Facts(api_client), form.kind, refused=_refused(reason))
        found: Impersonation = await self._impersonating.prepare(
            api_client,
            caller,
            other,
            split_scope(form.scope),
            self._caller_roles(form),
            () if api_client is None else await marketplace.assignments(api_client.id),
            marketplace_active=marketplace.seller.active,
        )
        facts = Facts(api_client, user=other.facts(), marketplace_active=marketplace.seller.active)
        attempt = Attempt(None, form.api_client_id)
        prepared = Prepared(attempt, facts, form.kind, impersonation=found, impersonated=True)
        if api_client is not None and not Gate.of(api_client, found.request.assignments).access(other.party).allowed:
            prepared = replace(prepared, assigned=await marketplace.parties_assigned(api_client.id))
        return prepared

    def _caller_roles(self, form: Form) -> tuple[str, ...]:
        if form.caller is not None:
            return form.caller.token.claims.role or () if form.caller.token is not None else ()
        signed_in = self._here.client.signed_in
        try:
            token = decode(signed_in.access_token) if signed_in is not None else None
        except NotAToken:
            token = None
        return () if token is None else token.claims.role or ()


def _username(form: Form, api_client: ApiClient) -> str | None:
    if form.kind.names_user:
        return form.username
    if form.kind is Kind.REFRESH:
        return form.refreshing.who if form.refreshing is not None else None
    return api_client.default_context_user_name


def completed(decision: Decision, prepared: Prepared) -> Decision:
    """Return a decision with what the rules alone cannot tell: names of companies nearly let in, and assumptions."""
    if prepared.attempt.password is PasswordEvidence.ONE_TIME and prepared.kind is Kind.ONE_TIME and decision.allowed:
        told = "The one-time password is right, was not used before, and is not older than 10 minutes."
        decision = replace(decision, assumptions=(*decision.assumptions, told))
    if prepared.kind is Kind.OPENID:
        decision = _without_secret(decision)
    user, client = prepared.facts.user, prepared.facts.api_client
    if decision.allowed or not _by_party(decision) or user is None or client is None:
        return decision
    near = (*nearly_assigned(user.party, prepared.assigned), *misnamed_flag(user.party, getattr(client, "xp", None)))
    return replace(decision, near_misses=(*decision.near_misses, *near))


def _refused(reason: str) -> Decision:
    return Decision(False, reasons=(reason,))


def _without_secret(decision: Decision) -> Decision:
    """Say nothing of a client secret that is not sent: OrderCloud itself signs in whom the provider names."""
    return replace(
        decision,
        reasons=tuple(each for each in decision.reasons if "a live one was sent" not in each),
        assumptions=tuple(each for each in decision.assumptions if "client secret" not in each),
    )


def _by_party(decision: Decision) -> bool:
    from tui.access.decision import Check

    code = "" if decision.error is None else decision.error.code
    return decision.check is Check.PARTY_ALLOWED or code == "Impersonation.BuyerNotAssigned"
