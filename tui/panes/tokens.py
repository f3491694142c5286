"""Tokens mode: every grant tried, what was expected of it, and what came back, claim by claim."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from tui.commands import bindings
from tui.panes.answer_view import AnswerView
from tui.panes.attempt_form import AttemptForm
from tui.panes.attempt_history import history_columns
from tui.panes.attempt_picks import client_choices, suggested_kind, suggested_user, user_choices
from tui.panes.expected_text import expected_facts
from tui.panes.mending import mend_of, why_not_mend
from tui.panes.messages import OpenRequested
from tui.panes.mode import ModePane
from tui.session.attempts import Attempts, Form, Kind, Result
from tui.widgets.dialogs import Choose
from tui.widgets.fact_sheet import FactSheet
from tui.widgets.picker import Picker
from tui.widgets.plain import plain
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.session.session import Session

DEMO_NOTE = "of the sandbox"
CLIENT_NOTE = "of the API client"


class TokensPane(ModePane):
    """The token tester. The form says what is sent; the history what was; the answer what came of it."""

    SCOPE = "tokens"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tokens")]

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(session, id=id)
        self.attempts = Attempts(session)
        self.zone: tzinfo | None = datetime.now().astimezone().tzinfo
        self._running = False
        self._filled = False

    # -- layout --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the attempt above the history, and the answer beside them."""
        with Vertical(id="attempt-side"):
            with Vertical(id="attempt-panel", classes="panel") as attempt:
                attempt.border_title = Content("Attempt")
                yield AttemptForm(id="attempt-form")
                with VerticalScroll(id="expected-scroll", can_focus=False):
                    yield FactSheet(label_width=12, id="expected")
            with Vertical(id="history-panel", classes="panel") as history:
                history.border_title = Content("History")
                columns = history_columns(lambda: self.zone)
                empty = "Nothing tried yet."
                yield RowList[Result](columns, key=lambda each: each.number, heading=False, empty=empty, id="history")
        yield AnswerView(self.session.clock, lambda: self.zone, id="answer-panel", classes="panel")

    def on_mount(self) -> None:
        """Fill the form when there is a marketplace; let the countdown run."""
        self.set_interval(1, self.tick)
        self._expect()
        if self.session.ready:
            self._fill()

    @property
    def _form(self) -> AttemptForm:
        return self.query_one(AttemptForm)

    @property
    def _answer(self) -> AnswerView:
        return self.query_one(AnswerView)

    @property
    def _history(self) -> RowList[Result]:
        return self.query_one("#history", RowList)

    @property
    def shown(self) -> Result | None:
        """The result whose answer is shown."""
        return self._answer.result

    def take_focus(self) -> None:
        """Put the focus on what is seen: the answer where it replaces the form, else the API client."""
        if self._answer.display and self.has_class("-answer"):
            self._answer.take_focus()
        else:
            self._form.focus_row("client")

    def tick(self) -> None:
        """Let what depends on the time follow it."""
        if self.display:
            self._answer.tick()

    # -- the marketplace -----------------------------------------------------------------------------------------

    async def session_changed(self) -> None:
        """Begin anew with another marketplace: tokens of one never go to another."""
        self.attempts = Attempts(self.session)
        self._history.rows = ()
        self._answer.show(None)
        self._filled = False
        self._form.value = Form(Kind.PASSWORD, "")
        self._expect()
        if self.session.ready:
            self._fill()

    async def marketplace_changed(self) -> None:
        """Take over what was changed elsewhere: names, secrets, and with them what is expected."""
        if not self.session.ready:
            return
        form = self._form
        self._name_clients()
        known = self.attempts.api_client(form.value.api_client_id)
        if form.notes.get("secret") == CLIENT_NOTE and known is not None:
            form.change(secret=known.client_secret or "")
        form.show()
        self._name_answers()
        self._expect()

    def _fill(self) -> None:
        self.run_worker(self._fill_form(), group="fill", exclusive=True, exit_on_error=False)

    async def _fill_form(self) -> None:
        """Start with the console's own way in: on the sandbox everything is there to run at once."""
        marketplace = self.session.marketplace
        if not marketplace.api_clients:
            async for _ in marketplace.read_api_clients():
                self._name_clients()
        self._name_clients()
        if not self._filled:
            self._filled = True
            self._choose_client(self.session.identity.client_id)
            self._form.change(username=self.session.identity.username)
        self._fill_password()

    def _fill_password(self) -> None:
        """On the sandbox the password is no secret: every demo user has the one of the sign-in sheet."""
        credentials = self.session.client.credentials
        if self.session.connection is None and credentials is not None and not self._form.value.password:
            self._form.change(password=credentials.password or "", notes={"password": DEMO_NOTE})

    def _name_clients(self) -> None:
        self._form.app_names = {each.id: each.app_name for each in self.session.marketplace.api_clients.values()}

    def _choose_client(self, api_client_id: str) -> None:
        """Take an API client into the form, with its legacy secret when that can be read."""
        known = self.attempts.api_client(api_client_id)
        secret = (known.client_secret if known is not None else None) or ""
        chosen = known.id if known is not None else api_client_id.strip()
        self._form.change(api_client_id=chosen, secret=secret, notes={"secret": CLIENT_NOTE})

    async def choose_api_client(self, api_client_id: str) -> None:
        """Take an API client into the form with a grant it is made for, and a user who may use it."""
        if not self.session.ready:
            return
        self._filled = True
        self._name_clients()
        self._choose_client(api_client_id)
        self.remove_class("-answer")
        self._form.focus_row("client")
        self.run_worker(self._suggest(api_client_id), group="fill", exclusive=True, exit_on_error=False)

    async def _suggest(self, api_client_id: str) -> None:
        marketplace = self.session.marketplace
        known = self.attempts.api_client(api_client_id)
        if known is None:
            return
        kind = suggested_kind(known, await marketplace.secrets(known.id))
        people, assignments = await marketplace.people(), await marketplace.assignments(known.id)
        user = suggested_user(known, assignments, people, self._form.value.username)
        if self._form.value.api_client_id == known.id:
            self._form.change(kind=kind, username=user)
            self._fill_password()

    # -- the form ------------------------------------------------------------------------------------------------

    @on(AttemptForm.Changed)
    def _form_changed(self, message: AttemptForm.Changed) -> None:
        message.stop()
        value = self._form.value
        if value.kind is Kind.REFRESH and value.refreshing is None:
            self._take_refresh_token(self._newest_with_refresh())
        self._expect()
        self.refresh_bindings()

    def _newest_with_refresh(self) -> Result | None:
        candidates = [each for each in (self.shown, *reversed(self.attempts.results)) if each is not None]
        return next((each for each in candidates if each.refresh_token), None)

    def _take_refresh_token(self, result: Result | None) -> None:
        if result is not None:
            form = self.attempts.refresh_form(result)
            self._form.change(refreshing=result, api_client_id=form.api_client_id, secret=form.secret)

    @on(AttemptForm.Submitted)
    async def _form_submitted(self, message: AttemptForm.Submitted) -> None:
        message.stop()
        await self.action_run("tokens.run")

    @on(AttemptForm.PickWanted)
    def _pick_wanted(self, message: AttemptForm.PickWanted) -> None:
        message.stop()
        if not self.session.ready:
            self.tell("There is no marketplace yet.")
        elif message.row == "client":
            self._pick_client()
        elif message.row == "refreshing":
            self._pick_refresh_token()
        else:
            self.run_worker(self._pick_user(), group="pick", exclusive=True, exit_on_error=False)

    def _pick_client(self) -> None:
        def then(chosen: str | None) -> None:
            if chosen is not None:
                self._choose_client(chosen)

        choices = client_choices(self.session.marketplace.api_clients.values())
        current = self._form.value.api_client_id
        self.app.push_screen(Picker("API client", choices, current=current, typed="client ID"), then)

    async def _pick_user(self) -> None:
        def then(chosen: str | None) -> None:
            if chosen is not None:
                self._form.change(username=chosen)

        marketplace, value = self.session.marketplace, self._form.value
        people = await marketplace.people()
        known = self.attempts.api_client(value.api_client_id)
        assignments = await marketplace.assignments(known.id) if known is not None else ()
        choices = user_choices(people, known, assignments)
        self.app.push_screen(Picker("User", choices, current=value.username, typed="username"), then)

    def _pick_refresh_token(self) -> None:
        with_refresh = {str(each.number): each for each in reversed(self.attempts.results) if each.refresh_token}

        def then(chosen: str | None) -> None:
            if chosen is not None:
                self._take_refresh_token(with_refresh[chosen])

        if not with_refresh:
            self.tell("No answer of this sitting holds a refresh token.")
            return
        choices = [(number, plain(f"#{number} {each.who} · {each.app_name}")) for number, each in with_refresh.items()]
        self.app.push_screen(Choose("Refresh token of", choices), then)

    # -- before the run ------------------------------------------------------------------------------------------

    def _expect(self) -> None:
        sheet = self.query_one("#expected", FactSheet)
        if not self.session.ready:
            sheet.show(expected_facts(None, "There is no marketplace yet."))
        elif not self._form.value.api_client_id:
            sheet.show(expected_facts(None, "Choose an API client."))
        else:
            self.run_worker(self._show_expected(), group="expect", exclusive=True, exit_on_error=False)

    async def _show_expected(self) -> None:
        from tui.ordercloud.errors import OrderCloudError

        sheet = self.query_one("#expected", FactSheet)
        try:
            decision = await self.attempts.expect(self._form.value)
        except OrderCloudError as error:
            sheet.show(expected_facts(None, f"Not known: {error.what}"))
        else:
            sheet.show(expected_facts(decision))

    # -- running -------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        result = self.shown
        match command.partition(".")[2]:
            case "run":
                return self._why_not_run()
            case "refresh":
                return self._why_not_refresh(result)
            case "call-me" | "copy":
                if result is None or result.token is None:
                    return "No token is shown."
                return self._why_not_here(result) if command == "tokens.call-me" else None
            case "mend":
                return why_not_mend(result)
        return None

    def _why_not_run(self) -> str | None:
        if not self.session.ready:
            return "There is no marketplace yet."
        if self._running:
            return "An attempt is under way."
        return None if self._form.value.api_client_id else "Choose an API client first."

    def _why_not_refresh(self, result: Result | None) -> str | None:
        if result is None or result.token is None:
            return "No token is shown."
        if not result.refresh_token:
            return "The answer shown has no refresh token: RefreshTokenDuration is 0, or it is anonymous."
        return self._why_not_here(result)

    def _why_not_here(self, result: Result) -> str | None:
        if self._running:
            return "An attempt is under way."
        if not self.session.ready or not self.attempts.is_of_here(result):
            return "The token is of another marketplace; it is never sent to this one."
        return None

    def do_run(self) -> None:
        """Ask for the token as the form says."""
        self._run(self._form.value)

    def do_refresh(self) -> None:
        """Use the refresh token of the answer shown."""
        if self.shown is not None:
            self._run(self.attempts.refresh_form(self.shown))

    def _run(self, form: Form) -> None:
        self._running = True
        self._answer.busy("asking for the token…")
        self.run_worker(self._run_attempt(form), group="attempt", exclusive=True, exit_on_error=False)

    async def _run_attempt(self, form: Form) -> None:
        attempts = self.attempts
        try:
            result = await attempts.run(form)
        finally:
            self._running = False
            self._answer.busy("")
        if attempts is not self.attempts:
            return
        self._history.rows = tuple(reversed(attempts.results))
        self._history.move_to(result.number)
        self._show(result)
        self._open_answer()
        if result.agreed is False:
            self._expect()

    def do_call_me(self) -> None:
        """Call `/v1/me` with the token shown."""
        result = self.shown
        if result is not None:
            self._running = True
            self._answer.busy("calling /v1/me…")
            self.run_worker(self._call_me(result), group="attempt", exclusive=True, exit_on_error=False)

    async def _call_me(self, result: Result) -> None:
        try:
            call = await self.attempts.call_me(result)
        finally:
            self._running = False
            self._answer.busy("")
        self._answer.add_call(result, call)
        self.refresh_bindings()

    # -- the answer ----------------------------------------------------------------------------------------------

    def _show(self, result: Result | None) -> None:
        if result is not self.shown:
            self._answer.show(result)
            self._name_answers()
        self.refresh_bindings()

    def _open_answer(self) -> None:
        self.add_class("-answer")
        self._answer.take_focus()

    def _name_answers(self) -> None:
        if self.session.ready:
            self.run_worker(self._read_names(), group="names", exclusive=True, exit_on_error=False)

    async def _read_names(self) -> None:
        from tui.ordercloud.errors import OrderCloudError

        names: dict[tuple[str, str], str] = {}
        marketplace = self.session.marketplace
        for api_client in marketplace.api_clients.values():
            names["cid", api_client.id.lower()] = api_client.app_name
        try:
            for person in await marketplace.people():
                name = f"{person.user.first_name} {person.user.last_name}".strip()
                names["usr", person.user.username] = f"{name}, {person.party.kind} {person.party.label}"
        except OrderCloudError:
            pass  # the names of users are a convenience: without them the claims stand as they are
        self._named(names)

    def _named(self, names: Mapping[tuple[str, str], str]) -> None:
        self._answer.names = names
        self._answer.draw()

    @on(RowList.Highlighted, "#history")
    def _history_moved(self, message: RowList.Highlighted) -> None:
        message.stop()
        if isinstance(message.row, Result):
            self._show(message.row)

    @on(RowList.Opened, "#history")
    def _history_opened(self, message: RowList.Opened) -> None:
        message.stop()
        if isinstance(message.row, Result):
            self._form.value = message.row.form
            self._open_answer()

    def do_next_tab(self) -> None:
        """Show the next tab of the answer."""
        self._answer.step(1)

    def do_previous_tab(self) -> None:
        """Show the previous tab of the answer."""
        self._answer.step(-1)

    def do_back(self) -> None:
        """Go from the answer to the form; from the form to the history."""
        if self._answer.has_focus_within:
            self.remove_class("-answer")
            self._form.focus_row("client")
        elif self._form.has_focus_within:
            self._history.focus()
        else:
            self._form.focus_row("client")

    def do_copy(self) -> None:
        """Copy the access token shown."""
        result = self.shown
        if result is not None and result.answer is not None:
            self.app.copy_to_clipboard(result.answer.access_token)
            self.tell("Copied the access token through the terminal (OSC 52). Whoever has it is that user.")

    def do_mend(self) -> None:
        """Open the API client where the refusal can be mended, or go to the field that is wrong."""
        result = self.shown
        mend = mend_of(result) if result is not None else None
        if result is None or mend is None:
            return
        if mend.tab is not None:
            self.post_message(OpenRequested(result.form.api_client_id, mend.tab))
            return
        self.remove_class("-answer")
        if mend.kind is not None:
            self._form.change(kind=mend.kind)
        if mend.row is not None:
            self._form.focus_row(mend.row)
