"""The attempt: its form, filled from the marketplace, and what the rules expect of it, live."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message

from tui.access.roles import split_scope
from tui.panes.attempt_form import AttemptForm
from tui.panes.attempt_picks import (
    acting_judge,
    client_choices,
    connect_choices,
    result_choices,
    role_picks,
    suggested_kind,
    suggested_user,
)
from tui.panes.expected_text import expected_facts, typed_facts
from tui.panes.user_picks import signing_in, user_choices
from tui.session.attempts import Attempts, Form, Kind, Result
from tui.session.kept_secrets import recall, remember
from tui.session.pasted import Remark, Typed, remarks
from tui.widgets.background import start
from tui.widgets.fact_sheet import FactSheet
from tui.widgets.multi_picker import MultiPicker
from tui.widgets.picker import Choice, Picker
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from tui.session.session import Session

SANDBOX_NOTE = "of the sandbox"
OUTBOX_NOTE = "of the outbox"
CLIENT_NOTE = "of the API client"


class Overflow(VerticalScroll):
    """Takes the focus only while there is something to scroll to."""

    def allow_focus(self) -> bool:
        """Return whether not everything is in view."""
        return super().allow_focus() and self.max_scroll_y > 0


class AttemptPanel(Vertical):
    """The form and the expectation. It asks the marketplace; it never asks for a token."""

    class Changed(Message):
        """Something in the form is different."""

    def __init__(self, session: Session, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.border_title = Content("Attempt")
        self._session = session
        self._filled = False
        self._filled_in = self._put_aside = self._aside_note = ""
        self.attempts = Attempts(session)
        self.last: Result | None = None

    def compose(self) -> ComposeResult:
        """Lay out the form above the expectation."""
        yield AttemptForm(id="attempt-form")
        with Overflow(id="expected-scroll"):
            yield FactSheet(label_width=12, id="expected")

    def on_mount(self) -> None:
        """Fill the form when there is a marketplace."""
        self.expect()
        if self._session.ready:
            start(self, self._fill, group="fill")

    @property
    def form(self) -> AttemptForm:
        """The form."""
        return self.query_one(AttemptForm)

    @property
    def value(self) -> Form:
        """What the attempt would send."""
        return self.form.value

    # -- filling -------------------------------------------------------------------------------------------------

    def begin(self, attempts: Attempts) -> None:
        """Begin anew with another marketplace."""
        self.attempts, self.last, self._filled = attempts, None, False
        self.form.value = Form(Kind.PASSWORD, "")
        self.expect()
        if self._session.ready:
            start(self, self._fill, group="fill")

    async def _fill(self) -> None:
        """Start with the console's own way in: on the sandbox everything is there to run at once."""
        marketplace = self._session.marketplace
        if not marketplace.api_clients:
            async for _ in marketplace.read_api_clients():
                self._name_clients()
        self._name_clients()
        if not self._filled:
            self._filled = True
            self.choose_client(self._session.identity.client_id)
            self.form.change(username=self._session.identity.username)
        self._fill_password()

    def _fill_password(self) -> None:
        """On the sandbox the password is no secret: every demo user has the one of the sign-in sheet."""
        credentials = self._session.client.credentials
        blank = not self.value.password and self.value.kind is not Kind.ONE_TIME
        if self._session.connection is None and credentials is not None and blank:
            self._filled_in = credentials.password or ""
            self.form.change({"password": SANDBOX_NOTE}, password=self._filled_in)

    async def _recall_secret(self) -> None:
        """Take a secret that was typed in this sitting, or that the keyring has, while the field is blank."""
        value = self.value
        found = await recall("client_secret", self._session, value.api_client_id)
        if found is not None and self.value.api_client_id == value.api_client_id and not self.value.secret:
            self.form.change({"secret": f"of {found.source}"}, secret=found.secret)

    async def _recall_password(self) -> None:
        """Take a password likewise."""
        value = self.value
        found = await recall("password", self._session, value.api_client_id, value.username)
        if found is not None and self.value.username == value.username:
            self._filled_in = found.secret
            self.form.change({"password": f"of {found.source}"}, password=found.secret)

    def _right_kind_of_password(self) -> None:
        """Put the user's password aside while a mailed code is wanted, and back afterwards."""
        value = self.value
        if value.kind is Kind.ONE_TIME and value.password and value.password == self._filled_in:
            self._put_aside, self._aside_note = value.password, self.form.notes.get("password", "")
            self.form.change(password="")
        elif self._put_aside and value.kind in (Kind.PASSWORD, Kind.ELEVATED):
            password, self._put_aside = self._put_aside, ""
            if not value.password or self.form.notes.get("password") == OUTBOX_NOTE:
                self.form.change({"password": self._aside_note}, password=password)

    async def take_again(self, form: Form) -> str:
        """Take an attempt of an earlier sitting into the form, and return the row of what is missing; blank for none.

        Its password and secret are looked for where they can be had.
        """
        self._filled = True
        known = self.attempts.api_client(form.api_client_id)
        self.form.value = replace(form, secret=(known.client_secret if known is not None else None) or "")
        if form.kind.takes_secret and not self.value.secret:
            await self._recall_secret()
        if form.kind.needs_user and form.kind is not Kind.ONE_TIME:
            await self._recall_password()
            self._fill_password()
        return "password" if form.kind.needs_user and not self.value.password else ""

    async def remember(self, result: Result) -> None:
        """Keep for the sitting what a sign-in that went well was made with."""
        if result.token is not None:
            await remember(self._session, result.form)

    def _name_clients(self) -> None:
        self.form.embedded = self._session.connection is None
        self.form.app_names = {each.id: each.app_name for each in self._session.marketplace.api_clients.values()}
        self.form.show()

    def choose_client(self, api_client_id: str) -> None:
        """Take an API client into the form, with its legacy secret when that can be read."""
        known = self.attempts.api_client(api_client_id)
        secret = (known.client_secret if known is not None else None) or ""
        chosen = known.id if known is not None else api_client_id.strip()
        self.form.change({"secret": CLIENT_NOTE}, api_client_id=chosen, secret=secret)
        if not secret:
            start(self, self._recall_secret, group="recall secret")

    def try_client(self, api_client_id: str) -> None:
        """Take an API client into the form with a grant it is made for, and a user who may use it."""
        self._filled = True
        self._name_clients()
        self.choose_client(api_client_id)
        start(self, partial(self._suggest, api_client_id), group="fill")

    async def _suggest(self, api_client_id: str) -> None:
        marketplace = self._session.marketplace
        known = self.attempts.api_client(api_client_id)
        if known is None:
            return
        kind = suggested_kind(known, await marketplace.secrets(known.id))
        people, assignments = await marketplace.people(), await marketplace.assignments(known.id)
        user = suggested_user(known, assignments, people, self.value.username)
        if self.value.api_client_id == known.id:
            self.form.change(kind=kind, username=user)
            self._fill_password()

    def look_again(self) -> None:
        """Take over what was changed elsewhere: names, secrets, and with them what is expected."""
        self.attempts.forget()
        known = self.attempts.api_client(self.value.api_client_id)
        if self.form.notes.get("secret") == CLIENT_NOTE and known is not None:
            self.form.change(secret=known.client_secret or "")
        self._name_clients()
        self.expect()

    # -- the form ------------------------------------------------------------------------------------------------

    @on(AttemptForm.Changed)
    def _form_changed(self, message: AttemptForm.Changed) -> None:
        message.stop()
        if self.value.kind is Kind.REFRESH and self.value.refreshing is None:
            self._take_refresh_token(self._newest_with_refresh())
        self._right_kind_of_password()
        self.expect()
        self.post_message(self.Changed())

    def _newest_with_refresh(self) -> Result | None:
        candidates = [each for each in (self.last, *reversed(self.attempts.results)) if each is not None]
        return next((each for each in candidates if each.refresh_token), None)

    def _take_refresh_token(self, result: Result | None) -> None:
        if result is not None:
            form = self.attempts.refresh_form(result)
            notes = {"secret": "of that attempt"}
            self.form.change(notes, refreshing=result, api_client_id=form.api_client_id, secret=form.secret)

    @on(AttemptForm.PickWanted)
    def _pick_wanted(self, message: AttemptForm.PickWanted) -> None:
        message.stop()
        if not self._session.ready:
            self._tell("There is no marketplace yet.")
        elif message.row == "client":
            self._pick_client()
        elif message.row == "refreshing":
            self._pick_refresh_token()
        elif message.row == "caller":
            self._pick_caller()
        elif message.row == "connect":
            start(self, self._pick_connect, group="pick")
        else:
            start(self, self._pick_user, group="pick")

    def _tell(self, message: str) -> None:
        self.app.notify(message, markup=False, timeout=4)

    def _pick_client(self) -> None:
        def then(chosen: str | None) -> None:
            if chosen is not None:
                self.choose_client(chosen)

        choices = client_choices(self._session.marketplace.api_clients.values())
        picker = Picker("API client", choices, current=self.value.api_client_id, typed="client ID")
        self.app.push_screen(picker, then)

    async def _pick_user(self) -> None:
        def then(chosen: str | None) -> None:
            if chosen is not None:
                self.form.change(username=chosen)
                if self._session.connection is not None:
                    start(self, self._recall_password, group="recall password")

        marketplace = self._session.marketplace
        people = await marketplace.people()
        known = self.attempts.api_client(self.value.api_client_id)
        assignments = await marketplace.assignments(known.id) if known is not None else ()
        judge = signing_in(known, assignments, self._session.clock()) if known is not None else None
        judge = acting_judge if self.value.kind is Kind.IMPERSONATION else judge
        choices = user_choices(people, judge)
        self.app.push_screen(Picker("User", choices, current=self.value.username, typed="username"), then)

    def _pick_refresh_token(self) -> None:
        def then(chosen: str | None) -> None:
            if chosen is not None:
                self._take_refresh_token(self.attempts.results[int(chosen) - 1])

        choices = result_choices(each for each in self.attempts.results if each.refresh_token)
        if choices:
            self.app.push_screen(Picker("Refresh token of", choices), then)
        else:
            self._tell("No answer of this sitting holds a refresh token.")

    def _pick_caller(self) -> None:
        def then(chosen: str | None) -> None:
            if chosen is not None:
                self.form.change(caller=self.attempts.results[int(chosen) - 1] if chosen else None)

        console = Choice("", "the console", "its own token")
        choices = result_choices(each for each in self.attempts.results if each.token is not None)
        self.app.push_screen(Picker("Asked with the token of", (console, *choices)), then)

    async def _pick_connect(self) -> None:
        def then(chosen: str | None) -> None:
            if chosen is not None:
                self.form.change(connect=chosen)

        wanted = self.value.api_client_id.lower()
        every = [each async for each in self._session.client.openid_connects.iterate()]
        fitting = [each for each in every if each.order_cloud_api_client_id.lower() == wanted]
        if fitting:
            picker = Picker("OpenID Connect configuration", connect_choices(fitting), current=self.value.connect)
            self.app.push_screen(picker, then)
        else:
            self._tell("This API client has no OpenID Connect configuration.")

    async def pick_roles(self) -> None:
        """Choose the roles to ask for; those that cannot be granted are shaded, with the reason."""

        def then(chosen: tuple[str, ...] | None) -> None:
            if chosen is not None:
                self.form.change(scope=" ".join(chosen))
                self.form.focus_row("scope")

        asked = split_scope(self.value.scope) or ()
        choices = role_picks(await self.attempts.roles_to_ask_for(self.value))
        self.app.push_screen(MultiPicker("Roles to ask for", choices, asked, typed="custom role"), then)

    async def send_code(self) -> None:
        """Have a one-time password mailed to the user; that of the embedded sandbox is taken from its outbox."""
        form = self.value
        await self.attempts.send_one_time_password(form)
        if self._session.why_not_sandbox("") is not None:
            self._tell(f"If there is such a user, a one-time password was mailed to {plain(form.username)}.")
            return
        mail = next((each for each in await self._session.outbox() if each.username == form.username), None)
        if mail is not None and mail.code and self.value.username == form.username:
            self.form.change({"password": OUTBOX_NOTE}, password=mail.code)
            self.form.focus_row("password")

    # -- mistakes ------------------------------------------------------------------------------------------------

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """The mistakes that can be seen in what was typed into the rows shown."""
        value, kind = self.value, self.value.kind
        known = self.attempts.api_client(value.api_client_id) if self._session.ready else None
        return remarks(
            Typed(
                api_client_id=value.api_client_id,
                username=value.username if kind.names_user else "",
                password=value.password if kind.needs_user and kind is not Kind.ONE_TIME else "",
                secret=value.secret if kind.takes_secret else "",
                scope=value.scope,
                anon_user_id=value.anon_user_id if kind is Kind.ANONYMOUS else "",
                api_secret=(known.client_secret if known is not None else None) or "",
                here=self._session.identity.url,
                alike=self._session.connection is None,
            )
        )

    def tidy(self) -> None:
        """Put right what is clear of it."""
        fields = {"client": "api_client_id", "user": "username", "visitor": "anon_user_id"}
        mended = {fields.get(each.row, each.row): each.mended for each in self.remarks if each.mended is not None}
        self.form.change(**mended)

    # -- the expectation -----------------------------------------------------------------------------------------

    def expect(self) -> None:
        """Say what the rules expect of the attempt as it stands."""
        sheet = self.query_one("#expected", FactSheet)
        if not self._session.ready:
            sheet.show(expected_facts(None, "There is no marketplace yet."))
        elif not self.value.api_client_id:
            sheet.show(expected_facts(None, "Choose an API client."))
        else:
            start(self, self._show_expected, group="expect")

    async def _show_expected(self) -> None:
        from tui.ordercloud.errors import OrderCloudError

        sheet = self.query_one("#expected", FactSheet)
        typed = typed_facts(self.remarks)
        try:
            decision = await self.attempts.expect(self.value)
        except OrderCloudError as error:
            sheet.show((*typed, *expected_facts(None, f"Not known: {error.what}")))
        else:
            sheet.show((*typed, *expected_facts(decision)))
