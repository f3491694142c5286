"""Sending an attempt: one request, or a way through a browser, for each kind of grant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tui.access.facts import PartyKind
from tui.access.roles import is_api_role, split_scope
from tui.session.attempt_record import Kind
from tui.session.browser_sign_in import Browser, sign_in
from tui.session.failures import Declined

if TYPE_CHECKING:
    from tui.ordercloud.models import AccessToken
    from tui.session.facts import Person
    from tui.session.opening import Opened
    from tui.session.result import Form


async def ask(
    form: Form,
    here: Opened,
    clock: Callable[[], datetime],
    browser: Browser,
    sent_off: Callable[[str], object],
) -> AccessToken:
    """Ask for a token as the form says.

    Raises the typed errors of `tui.ordercloud.errors`, ValueError for what no request can hold, Declined for what
    cannot be asked, SignInRefused and TimeoutError of the way through a browser.
    """
    oauth = here.tester.oauth
    scope = split_scope(form.scope)
    secret = form.secret or None if form.kind.takes_secret else None
    if form.kind is Kind.IMPERSONATION:
        return await _impersonate(form, here, clock)
    if form.kind is Kind.OPENID:
        if here.sandbox is not None and not form.username:
            raise Declined("The sandbox's identity provider is told whom to sign in: choose a user.")
        return await sign_in(here, form, browser=browser, tell=sent_off)
    if form.kind.needs_user:
        return await oauth.password(form.api_client_id, form.username, form.password, secret=secret, scope=scope)
    if form.kind is Kind.CLIENT_CREDENTIALS:
        return await oauth.client_credentials(form.api_client_id, secret or "", scope=scope)
    if form.kind is Kind.ANONYMOUS:
        anon_user_id = form.anon_user_id or None
        return await oauth.anonymous(form.api_client_id, anon_user_id=anon_user_id, secret=secret, scope=scope)
    refresh_token = form.refreshing.refresh_token if form.refreshing is not None else None
    return await oauth.refresh(form.api_client_id, refresh_token or "", secret=secret, scope=scope)


async def _impersonate(form: Form, here: Opened, clock: Callable[[], datetime]) -> AccessToken:
    person = await here.marketplace.person(form.username)
    if person is None or person.party.kind is not PartyKind.BUYER:
        raise Declined("Only users of buyers can be acted as: choose one.")
    token = await _callers_token(form, here, clock)
    here.probe.take()
    return await act_as(person, form.api_client_id, split_scope(form.scope) or (), here, token)


async def act_as(person: Person, api_client_id: str, roles: Sequence[str], here: Opened, token: str) -> AccessToken:
    """Ask with a token for one that acts as a buyer's user. Raises the typed errors of `tui.ordercloud.errors`."""
    return await here.tester.oauth.impersonation(
        token,
        person.party.id,
        person.user.id,
        api_client_id,
        roles=[each for each in roles if is_api_role(each)],
        custom_roles=[each for each in roles if not is_api_role(each)],
    )


async def _callers_token(form: Form, here: Opened, clock: Callable[[], datetime]) -> str:
    if form.caller is not None:
        if form.caller.token is None:
            raise Declined("That attempt brought no token to ask with.")
        return form.caller.token.compact
    return await own_token(here, clock())


async def own_token(here: Opened, now: datetime) -> str:
    """Return the access token of the console itself, renewed when that is due. Raises as `ask` does."""
    signed_in = here.client.signed_in
    if signed_in is None or signed_in.is_due(now):
        await here.client.me.get()  # the client renews its token
        signed_in = here.client.signed_in
    if signed_in is None:
        raise Declined("The console has no token of its own to ask with.")
    return signed_in.access_token
