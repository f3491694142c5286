"""Sending what a step of a scenario asks for, by each of the ways to a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.session.asking import act_as, own_token
from tui.session.attempt_record import Kind
from tui.session.browser_sign_in import sign_in
from tui.session.failures import Declined
from tui.session.result import Form
from tui.session.scenarios.document import Ask, Grant

if TYPE_CHECKING:
    from tui.ordercloud.models import AccessToken
    from tui.session.scenarios.stage import Stage


async def send(ask: Ask, stage: Stage, secret: str | None, refresh: str, caller: str) -> AccessToken:
    """Ask for the token.

    Args:
        ask: What is asked for.
        stage: Where.
        secret: The client secret that is sent; None for none.
        refresh: The refresh token that is sent with the grant of that name.
        caller: The access token that asks for an impersonation; blank for that of whoever runs the scenario.

    Raises:
        SignInRefused: A browser was told that there is no token.
        Declined: It cannot be asked here.
    """
    oauth, scope = stage.opened.tester.oauth, ask.scope or None
    client_id = await stage.client_id(ask.api_client)
    match ask.grant:
        case Grant.PASSWORD | Grant.ONE_TIME:
            password = await stage.password(ask)
            return await oauth.password(client_id, ask.user, password, secret=secret, scope=scope)
        case Grant.CLIENT_CREDENTIALS:
            return await oauth.client_credentials(client_id, secret or "", scope=scope)
        case Grant.ANONYMOUS:
            return await oauth.anonymous(client_id, anon_user_id=ask.visitor or None, secret=secret, scope=scope)
        case Grant.IMPERSONATION:
            person, token = await stage.person(ask.user), caller or await own_token(stage.opened, stage.now())
            return await act_as(person, client_id, ask.scope, stage.opened, token)
        case Grant.OPENID:
            if stage.opened.sandbox is None:
                raise Declined("A sign-in with OpenID Connect needs a person at a browser: it runs in sandboxes alone.")
            form = Form(Kind.OPENID, client_id, ask.user, scope=" ".join(ask.scope))
            return await sign_in(stage.opened, form, browser=_none, tell=lambda _: None)
        case Grant.REFRESH:
            return await oauth.refresh(client_id, refresh, secret=secret, scope=scope)


async def _none(address: str) -> None:
    raise Declined("There is no browser.")  # the sandbox's identity provider is followed in process
