"""Tokens mode: every grant tried, what was expected of it, and what came back, claim by claim."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.commands import bindings
from tui.panes.answer_moments import follow
from tui.panes.answer_view import AnswerView
from tui.panes.attempt_commands import AttemptCommands
from tui.panes.attempt_form import AttemptForm
from tui.panes.attempt_history import history_columns
from tui.panes.attempt_panel import AttemptPanel
from tui.panes.mending import why_not_mend
from tui.panes.record_scenario import why_not_record
from tui.panes.record_text import record_facts
from tui.session.attempt_history import AttemptHistory
from tui.session.attempt_record import AttemptRecord
from tui.session.attempts import Attempts, Form, Result
from tui.session.own_zone import own_zone
from tui.session.session import Session
from tui.widgets.background import start
from tui.widgets.fact_sheet import Fact
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.worker import Worker


class TokensPane(AttemptCommands):
    """The token tester. The attempt says what is sent; the history what was; the answer what came of it."""

    SCOPE = "tokens"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tokens")]

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(session, id=id)
        self.zone = own_zone()
        self.history = AttemptHistory()
        self.record: AttemptRecord | None = None
        self.running: Worker[None] | None = None
        self._under_way = False

    # -- layout --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the attempt above the history, and the answer beside them."""
        with Vertical(id="attempt-side"):
            yield AttemptPanel(self.session, id="attempt-panel", classes="panel")
            with Vertical(id="history-panel", classes="panel") as history:
                history.border_title = Content("History")
                columns = history_columns(lambda: self.zone, self.session.clock)
                empty = "Nothing tried yet."
                yield RowList[AttemptRecord](
                    columns, key=lambda each: each.id, heading=False, empty=empty, id="history"
                )
        yield AnswerView(self.session.clock, lambda: self.zone, id="answer-panel", classes="panel")

    def on_mount(self) -> None:
        """Let the countdown run."""
        self.set_interval(1, self.tick)
        self._begin_history()

    @property
    def panel(self) -> AttemptPanel:
        """The form with its expectation."""
        return self.query_one(AttemptPanel)

    @property
    def attempts(self) -> Attempts:
        """The attempts at the marketplace of now."""
        return self.panel.attempts

    @property
    def answer(self) -> AnswerView:
        """The view of one result."""
        return self.query_one(AnswerView)

    @property
    def _history(self) -> RowList[AttemptRecord]:
        return self.query_one("#history", RowList)

    @property
    def shown(self) -> Result | None:
        """The result whose answer is shown."""
        return self.answer.result

    def take_focus(self) -> None:
        """Put the focus on what is seen: the answer where it replaces the form, else the API client."""
        if self.has_class("-answer"):
            self.answer.take_focus()
        else:
            self.panel.form.focus_row("client")

    def tick(self) -> None:
        """Let what depends on the time follow it."""
        if self.display:
            self.answer.tick()

    # -- the marketplace -----------------------------------------------------------------------------------------

    async def session_changed(self) -> None:
        """Begin anew with another marketplace: tokens of one never go to another."""
        self.panel.begin(Attempts(self.session))
        self.remove_class("-answer")
        self.answer.show(None)
        self._begin_history()

    def _begin_history(self) -> None:
        """Begin with what was tried at this marketplace in earlier sittings."""
        self.attempts.sent_off = self._sent_off
        place = self.session.place if self.session.ready else None
        self.history = AttemptHistory(self.session.attempt_file if place is not None else None, place or "")
        self.record = None
        self._history.rows = ()
        if place is not None:
            start(self, partial(self._read_history, self.history), group="history")

    async def _read_history(self, history: AttemptHistory) -> None:
        await history.read()
        if history is self.history:
            self.show_history()

    async def marketplace_changed(self) -> None:
        """Take over what was changed elsewhere."""
        if self.session.ready:
            self.panel.look_again()
            start(self, self._name_claims, group="names")

    async def time_changed(self) -> None:
        """Let verdicts, countdowns and the expectation follow the clock."""
        self.answer.tick()
        self.panel.expect()

    async def choose_api_client(self, api_client_id: str) -> None:
        """Take an API client into the form with a grant it is made for, and a user who may use it."""
        if self.session.ready:
            self.remove_class("-answer")
            self.panel.try_client(api_client_id)
            self.panel.form.focus_row("client")

    # -- running -------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        result = self.shown
        match command.partition(".")[2]:
            case "run":
                return self._why_not_run()
            case "refresh":
                return self._why_not_refresh(result)
            case "call-me":
                return "No token is shown." if result is None or result.token is None else self._why_not_here(result)
            case "copy":
                return "No answer is shown." if result is None or result.exchange is None else None
            case "mend":
                return why_not_mend(result)
            case "note" | "compare" | "again" | "stop" | "roles" | "send-code" | "tidy" as verb:
                return self.why_not_attempt(verb)
            case "record":
                return why_not_record(self.attempts.results)
            case "next-tab" | "previous-tab" if not self.answer.display:
                return "The answer is not in view: enter opens that of an attempt."
        return None

    def _why_not_run(self) -> str | None:
        if not self.session.ready:
            return "There is no marketplace yet."
        if self._under_way:
            return "An attempt is under way."
        return None if self.panel.value.api_client_id else "Choose an API client first."

    def _why_not_refresh(self, result: Result | None) -> str | None:
        if result is None or result.token is None:
            return "No token is shown."
        if not result.refresh_token:
            return "The answer shown has no refresh token: RefreshTokenDuration is 0, or it is anonymous."
        return self._why_not_here(result)

    def _why_not_here(self, result: Result) -> str | None:
        if self._under_way:
            return "An attempt is under way."
        if not self.session.ready or not self.attempts.is_of_here(result):
            return "The token is of another marketplace; it is never sent to this one."
        return None

    @on(AttemptPanel.Changed)
    def _form_changed(self, message: AttemptPanel.Changed) -> None:
        message.stop()
        self.refresh_bindings()

    @on(AttemptForm.Submitted)
    async def _form_submitted(self, message: AttemptForm.Submitted) -> None:
        message.stop()
        await self.action_run("tokens.run")

    def do_run(self) -> None:
        """Ask for the token as the form says."""
        self.run_form(self.panel.value)

    def do_refresh(self) -> None:
        """Use the refresh token of the answer shown."""
        if self.shown is not None:
            self.run_form(self.attempts.refresh_form(self.shown))

    def run_form(self, form: Form) -> None:
        """Ask for a token."""
        self._under_way = True
        self.answer.busy("asking for the token…")
        self.running = start(self, partial(self._run_attempt, form), group="attempt")
        self.refresh_bindings()

    def _sent_off(self, address: str) -> None:
        """Tell the address that a browser is sent to: over SSH it is opened by hand."""
        if self.session.connection is not None:
            self._open_answer()
            self.answer.busy("waiting for the browser · x stops")
            self.answer.show_kept((Fact("browser", literal(address)), Fact("", literal("It comes back here."))))

    async def _run_attempt(self, form: Form) -> None:
        attempts = self.attempts
        try:
            result = await attempts.run(form)
        finally:
            self._finish()
        if attempts is not self.attempts:
            self._tell_left(result.error)
            return
        self.history.add(result)
        self.show_history()
        if result.record is not None:
            self._history.move_to(result.record.id)
        self._show(result)
        self._open_answer()
        start(self, partial(self.panel.remember, result), group="remember")
        start(self, self._name_claims, group="names")
        if result.comparison.note:
            self.panel.expect()

    def _tell_left(self, error: Exception | None) -> None:
        """Tell how something ended at the marketplace that was left meanwhile: it is not shown with this one's."""
        ended = "came to its end" if error is None else f"ended: {plain(error)}"
        self.tell(f"What was under way at the marketplace before {ended}")

    def _finish(self) -> None:
        self._under_way = False
        self.running = None
        if self.is_attached:  # not so when the console is left meanwhile
            self.answer.busy("")
            self.refresh_bindings()

    def do_call_me(self) -> None:
        """Call `/v1/me` with the token shown."""
        result = self.shown
        if result is not None:
            self._under_way = True
            self.answer.busy("calling /v1/me…")
            start(self, partial(self._call_me, result), group="attempt")

    async def _call_me(self, result: Result) -> None:
        attempts = self.attempts
        try:
            call = await attempts.call_me(result)
        finally:
            self._finish()
        if attempts is not self.attempts:
            self._tell_left(call.error)
            return
        self.answer.add_call(result, call)
        self.refresh_bindings()

    # -- the answer ----------------------------------------------------------------------------------------------

    def show_history(self) -> None:
        """Draw the history anew; what could not be kept is told once."""
        self.tell_stand_ins()
        self._history.rows = self.history.records
        if self.history.problem:
            self.tell(self.history.problem)

    def show_record(self, record: AttemptRecord) -> None:
        """Show an attempt: of this sitting whole, of an earlier one what was kept."""
        result = self.history.result(record)
        self.record = record
        if result is not None:
            self._show(replace(result, record=record) if result.record is not record else result)
        else:
            self.answer.show_kept(record_facts(record, self.zone, self.history.why_not_again(record)))
            self.refresh_bindings()

    def _show(self, result: Result) -> None:
        self.record = result.record
        if result is not self.shown:
            self.answer.show(result)
            follow(self.answer, self.session, result)
            self.panel.last = result
        self.refresh_bindings()

    def _open_answer(self) -> None:
        self.add_class("-answer")
        self.answer.take_focus()

    async def _name_claims(self) -> None:
        """Give the claims the names of the marketplace: at once those that are known, then those that are asked for."""
        from tui.session.token_reading import TokenReading

        known = self.session.marketplace.api_clients
        self.answer.take_names({("cid", each.id.lower()): each.app_name for each in known.values()})
        token = None if self.shown is None else self.shown.token
        if token is not None:
            self.answer.take_names(await TokenReading(self.session).names(token))

    @on(RowList.Highlighted, "#history")
    def _history_moved(self, message: RowList.Highlighted) -> None:
        message.stop()
        if isinstance(message.row, AttemptRecord):
            self.show_record(message.row)

    @on(RowList.Opened, "#history")
    def _history_opened(self, message: RowList.Opened) -> None:
        message.stop()
        if isinstance(message.row, AttemptRecord):
            result = self.history.result(message.row)
            if result is not None:
                self.panel.form.value = result.form
            else:
                start(self, partial(self._take_again, self.history.form_of(message.row)), group="again")
            self._open_answer()

    async def _take_again(self, form: Form) -> None:
        await self.panel.take_again(form)

    def do_next_tab(self) -> None:
        """Show the next tab of the answer."""
        self.answer.step(1)

    def do_previous_tab(self) -> None:
        """Show the previous tab of the answer."""
        self.answer.step(-1)

    def do_back(self) -> None:
        """Go from the answer to the form, from the form to the history, and from there to the form."""
        if self.panel.has_focus_within:
            self._history.focus()
        else:
            self.remove_class("-answer")
            self.panel.form.focus_row("client")

    def do_record(self) -> None:
        """Make a scenario of the attempts of this sitting."""
        from tui.panes.record_scenario import record_scenario

        start(self, partial(record_scenario, self, self.attempts.results), group="record")

    def do_copy(self) -> None:
        """Choose what of the answer to copy: the access token, or its request in some form."""
        from tui.panes.copy_as import Whole
        from tui.panes.copying import copy_exchange

        result = self.shown
        if result is not None and result.exchange is not None:
            token = None if result.answer is None else Whole("Access token", result.answer.access_token, "••••••")
            copy_exchange(self, self.session, result.exchange, wholes=() if token is None else (token,))

    def do_read(self) -> None:
        """Read any token: the one shown, or one that is pasted there or in a file."""
        from tui.panes.token_reader import TokenReader

        result = self.shown
        compact = "" if result is None or result.token is None else result.token.compact
        source = "" if result is None else f"attempt #{result.number}"
        self.app.push_screen(TokenReader(self.session, self.zone, text=compact, source=source))
