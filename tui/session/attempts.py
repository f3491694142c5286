"""The token tester: what the rules expect of a try, what came back, and whether the two agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.access.decide import decide
from tui.access.decision import Decision
from tui.access.roles import split_scope
from tui.session.asking import ask
from tui.session.attempt_record import Kind
from tui.session.browser_sign_in import Browser, open_in_browser
from tui.session.failures import Declined, NoMarketplace
from tui.session.grantable import RoleChoice, role_choices
from tui.session.outcome import Comparison, Prepared, SignInRefused, compare
from tui.session.preparing import Preparing, completed
from tui.session.recording import record_of
from tui.session.result import Call, Form, Result
from tui.tokens.decode import decode
from tui.tokens.token import NotAToken, Token
from tui.tokens.verify import Status, Verdict, verify_signature

if TYPE_CHECKING:
    from tui.ordercloud.models import AccessToken, ApiClient, MeUser, PublicKey
    from tui.session.opening import Opened
    from tui.session.session import Session

__all__ = ["Attempts", "Call", "Form", "Kind", "Result"]


class Attempts:
    """The attempts of one sitting at one marketplace, with its keys.

    They stay with the marketplace that was open when they began, wherever the console connects meanwhile: nothing of
    one is ever sent to another. What is under way when it is closed ends in errors.Closed.
    """

    def __init__(self, session: Session, opened: Opened | None = None) -> None:
        self._session = session
        self._opened = opened or (session.opened if session.ready else None)
        self._keys: dict[str, PublicKey] = {}
        self._preparing: Preparing | None = None
        self.results: list[Result] = []
        self.browser: Browser = open_in_browser
        """Opens the address of a sign-in that leads over a browser."""
        self.sent_off: Callable[[str], object] = lambda _: None
        """Hears the address that a browser is sent to."""

    @property
    def _here(self) -> Opened:
        """The marketplace of these attempts: the one open at the first use. Raises NoMarketplace when there is none."""
        if self._opened is None:
            self._opened = self._session.opened
        return self._opened

    def _owns(self, result: Result) -> bool:
        # By the record's ID: a result that was noted upon is another object, and the same attempt.
        record = result.record
        own = (each.record for each in self.results)
        return record is not None and any(each is not None and each.id == record.id for each in own)

    # -- before --------------------------------------------------------------------------------------------------

    async def expect(self, form: Form) -> Decision:
        """Return what the rules expect of an attempt, from what is known of the marketplace now.

        Raises the typed errors of `tui.ordercloud.errors` when the marketplace cannot be read.
        """
        return self._decide(await self._prepare(form), self._session.clock())

    def _decide(self, prepared: Prepared, now: datetime) -> Decision:
        if prepared.refused is not None:
            return prepared.refused
        if prepared.impersonation is not None:
            return completed(prepared.impersonation.decide(), prepared)
        return completed(decide(prepared.attempt, prepared.facts, now), prepared)

    def api_client(self, api_client_id: str) -> ApiClient | None:
        """Return the API client with this ID, compared without case as OrderCloud does."""
        known = self._here.marketplace.api_clients
        wanted = api_client_id.strip().lower()
        return known.get(api_client_id) or next((each for each in known.values() if each.id.lower() == wanted), None)

    async def roles_to_ask_for(self, form: Form) -> tuple[RoleChoice, ...]:
        """Return the roles there are to ask for, and why not each that would not be granted. Raises as `expect`."""
        return role_choices(await self._prepare(form), split_scope(form.scope) or ())

    def forget(self) -> None:
        """Forget what was read of the marketplace for attempts alone."""
        if self._preparing is not None:
            self._preparing.forget()

    async def _prepare(self, form: Form) -> Prepared:
        if self._preparing is None:
            self._preparing = Preparing(self._here, self._session.clock)
        return await self._preparing.prepare(form, self.api_client(form.api_client_id))

    # -- running -------------------------------------------------------------------------------------------------

    async def run(self, form: Form) -> Result:
        """Run one attempt, hold the answer against what was expected, and note both in `results`.

        Never raises for what a server or network can do: the error is part of the result. Raises NoMarketplace when
        there is none, or when the refresh token is of another one.
        """
        from tui.ordercloud import errors

        session, here = self._session, self._here
        for of in (form.refreshing, form.caller):
            if of is not None and not self._owns(of):
                raise NoMarketplace("That token is of another marketplace; it is never sent to this one.")
        prepared = await self._prepare_or_none(form)
        at = session.clock()
        expected = None if prepared is None else self._decide(prepared, at)
        here.probe.take()
        answer: AccessToken | None = None
        token: Token | None = None
        error: Exception | None = None
        try:
            answer = await ask(form, here, self._session.clock, self.browser, self.sent_off)
        except (errors.OrderCloudError, Declined, SignInRefused, ValueError) as refused:
            error = refused  # ValueError: no request can hold this text
        except TimeoutError:
            error = SignInRefused("Nobody came back from the browser in time.")
        exchange = here.probe.take()
        signature: Verdict | None = None
        if answer is not None:
            try:
                token = decode(answer.access_token)
            except NotAToken as not_a_token:
                error = not_a_token
            else:
                signature = await self._verify(token)
        comparison = compare(prepared, expected, answer, token, error, at)
        if comparison.agreed is False:
            comparison = await self._look_again(form, comparison, answer, token, error, at)
        known = self.api_client(form.api_client_id)
        lifetimes = expected.lifetimes if expected is not None else None
        minutes = lifetimes.refresh_minutes if lifetimes else known.refresh_token_duration if known else 0
        result = Result(
            number=len(self.results) + 1,
            at=at,
            form=form,
            app_name=known.app_name if known is not None else form.api_client_id,
            url=here.identity.url,
            expected=expected,
            comparison=comparison,
            answer=answer,
            token=token,
            error=error,
            exchange=exchange,
            signature=signature,
            refresh_minutes=minutes,
        )
        place = session.place_of(here) or "memory"
        result = replace(result, record=record_of(result, place, None if prepared is None else prepared.attempt))
        self.results.append(result)
        return result

    async def send_one_time_password(self, form: Form) -> None:
        """Have a one-time password mailed to the user of a form. Raises as `expect` does."""
        await self._here.tester.one_time_passwords.send(form.api_client_id, form.username)

    async def _prepare_or_none(self, form: Form) -> Prepared | None:
        from tui.ordercloud import errors

        try:
            return await self._prepare(form)
        except errors.OrderCloudError:
            return None

    async def _look_again(
        self,
        form: Form,
        before: Comparison,
        answer: AccessToken | None,
        token: Token | None,
        error: Exception | None,
        at: datetime,
    ) -> Comparison:
        """Read the marketplace anew: what looks like a disagreement may be a change made elsewhere."""
        from tui.ordercloud import errors

        marketplace = self._here.marketplace
        marketplace.forget()
        self.forget()
        try:
            await marketplace.api_client(form.api_client_id)
        except errors.NotFound:
            pass  # that it is gone is known now
        except (errors.OrderCloudError, ValueError):  # ValueError: no path can hold this ID
            return before
        prepared = await self._prepare_or_none(form)
        if prepared is None:
            return before
        again = compare(prepared, self._decide(prepared, at), answer, token, error, at)
        if not again.agreed or again.surprise:
            return again
        return replace(again, note="The marketplace had changed since it was read; read again, it is as expected.")

    async def _verify(self, token: Token) -> Verdict:
        """Verify with the key the token names; a key that cannot be had leaves the verdict unchecked."""
        from tui.ordercloud import errors

        kid = token.header.kid
        if kid is None:
            return verify_signature(token, None)
        if kid not in self._keys:
            try:
                self._keys[kid] = await self._here.tester.certs.get(kid)
            except errors.NotFound:
                why = "The marketplace has no key of the ID (kid) the token names."
                return Verdict(Status.NOT_CHECKED, why)
            except errors.OrderCloudError:
                return Verdict(Status.NOT_CHECKED, "The key could not be read from the marketplace.")
            finally:
                self._here.probe.take()
        return verify_signature(token, self._keys[kid])

    def take_over(self, result: Result) -> Result:
        """Go on with a result that other attempts at the same marketplace brought; return it as one of these."""
        own = replace(result, number=len(self.results) + 1)
        self.results.append(own)
        return own

    # -- after ---------------------------------------------------------------------------------------------------

    def refresh_form(self, result: Result) -> Form:
        """Return the attempt that uses the refresh token of a result, with the secret its API client wants."""
        known = self.api_client(result.form.api_client_id)
        typed = result.form.secret if result.form.kind.takes_secret else ""
        secret = typed or (known.client_secret if known is not None else None) or ""
        return Form(Kind.REFRESH, result.form.api_client_id, secret=secret, refreshing=result)

    def is_of_here(self, result: Result) -> bool:
        """Return whether a result came from the marketplace the console is connected to now."""
        return self._owns(result) and self._session.is_at(self._here.marketplace)

    async def call_me(self, result: Result) -> Call:
        """Call `/v1/me` with the token of a result. Never raises for what a server or network can do.

        Raises NoMarketplace for a token of another marketplace.
        """
        from tui.ordercloud import errors

        session, here = self._session, self._here
        if not self._owns(result):
            raise NoMarketplace("That token is of another marketplace; it is never sent to this one.")
        bearer = result.token.compact if result.token is not None else ""
        at = session.clock()
        expected = self.expect_call(result, at)
        here.probe.take()
        me: MeUser | None = None
        error: Exception | None = None
        try:
            me = await here.tester.me.get(bearer)
        except (errors.OrderCloudError, ValueError) as refused:  # ValueError: no request can hold this text
            error = refused
        return Call(at, expected, me, error, here.probe.take())

    def expect_call(self, result: Result, now: datetime) -> bool:
        """Return whether the token of a result should be taken now: not expired, and its API client still active."""
        known = self.api_client(result.form.api_client_id)
        active = known is not None and known.active
        return active and result.verdicts(now).claims.status is Status.PASSED
