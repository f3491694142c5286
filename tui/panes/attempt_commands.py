"""What can be done with attempts beside running one: note, compare, try again, stop; and the form's own helps."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from tui.panes.attempt_picks import record_choices
from tui.panes.letting_in import let_in
from tui.panes.mending import mend_of
from tui.panes.messages import OpenRequested
from tui.panes.mode import ModePane
from tui.panes.record_text import difference_facts
from tui.session.attempt_history import AttemptHistory
from tui.session.attempt_record import AttemptRecord, Kind
from tui.session.findings import keep_finding
from tui.session.stand_ins.records import learn_attempts
from tui.widgets.background import start
from tui.widgets.dialogs import Ask, Note
from tui.widgets.picker import Picker

if TYPE_CHECKING:
    from datetime import tzinfo

    from textual.worker import Worker

    from tui.panes.attempt_panel import AttemptPanel
    from tui.session.result import Form, Result

LABEL_CELLS = 14


class AttemptCommands(ModePane):
    """A part of the token tester."""

    zone: tzinfo | None
    history: AttemptHistory
    record: AttemptRecord | None
    running: Worker[None] | None

    @property
    def panel(self) -> AttemptPanel:
        """The form with its expectation."""
        raise NotImplementedError

    @property
    def shown(self) -> Result | None:
        """The result whose answer is shown."""
        raise NotImplementedError

    def run_form(self, form: Form) -> None:
        """Run an attempt."""
        raise NotImplementedError

    def show_history(self) -> None:
        """Draw the history anew."""
        raise NotImplementedError

    def show_record(self, record: AttemptRecord) -> None:
        """Show one attempt of the history."""
        raise NotImplementedError

    def tell_stand_ins(self) -> None:
        """Tell them whom the attempts name."""
        learn_attempts(self.session, self.history.records)

    def why_not_attempt(self, verb: str) -> str | None:
        """Say why a command of this part cannot be done now."""
        record, value = self.record, self.panel.value
        match verb:
            case "note" | "compare" | "again" if record is None:
                return "No attempt is shown."
            case "compare" if len(self.history.records) < 2:
                return "There is no other attempt to compare with."
            case "again" if record is not None:
                return "An attempt is under way." if self.running is not None else self.history.why_not_again(record)
            case "stop":
                return None if self.running is not None else "No attempt is under way."
            case "roles" if not self.session.ready or not value.api_client_id:
                return "Choose an API client first."
            case "send-code" if value.kind is not Kind.ONE_TIME:
                return "Only the grant one-time password takes a code that is mailed."
            case "send-code" if not value.username or not value.api_client_id:
                return "Choose an API client and a user first."
            case "tidy" if not any(each.mended is not None for each in self.panel.remarks):
                return "Nothing that was typed has to be put right."
        return None

    def show_attempt(self, result: Result) -> None:
        """Show an attempt that was made elsewhere at this marketplace, as if it had been made here."""
        own = self.panel.attempts.take_over(result)
        self.history.add(own)
        self.show_history()
        if own.record is not None:
            self.show_record(own.record)
        self.add_class("-answer")
        self.take_focus()

    # -- the history ---------------------------------------------------------------------------------------------

    def do_note(self) -> None:
        """Write a note upon the attempt; a finding is kept in a file with it."""
        record = self.record
        if record is None:
            return
        finding = record.agreed is False
        where = f"The finding is kept with its exchange, redacted, in {self.session.request.paths.findings}."

        def then(answers: tuple[str, ...] | None) -> None:
            if answers is None:
                return
            noted = self.history.note(record, answers[0])
            self.show_history()
            self.show_record(noted)
            if finding:
                start(self, lambda: self._keep(noted), group="finding")

        body = where if finding else "It is kept with the attempt. Write no secret into it."
        self.app.push_screen(Ask("Note on this attempt", [("Note", record.note, False)], body=body, yes="Keep"), then)

    async def _keep(self, record: AttemptRecord) -> None:
        result = self.history.result(record)
        exchange = None if result is None else result.exchange
        path = self.session.request.paths.findings
        try:
            await asyncio.to_thread(keep_finding, path, record, exchange)
        except OSError as error:
            self.tell(f"The finding could not be written: {error.strerror or error}")
        else:
            self.tell(f"The finding is in {path}")

    def do_compare(self) -> None:
        """Choose another attempt, and see what differs."""
        record = self.record
        if record is None:
            return

        def then(chosen: str | None) -> None:
            other = self.history.find(chosen) if chosen is not None else None
            if other is not None:
                one, two = sorted((record, other), key=lambda each: each.at)
                if one.at == two.at and self.history.records.index(one) < self.history.records.index(two):
                    one, two = two, one
                facts = difference_facts(one, two, self.zone)
                self.app.push_screen(Note("Compared with an earlier attempt", facts, label_width=LABEL_CELLS))

        choices = record_choices(self.history.before(record), self.zone)
        self.app.push_screen(Picker("Compare with", choices), then)

    def do_again(self) -> None:
        """Make the attempt again as it was; what is secret is taken from where it can be had."""
        record = self.record
        if record is not None:
            start(self, lambda: self._again(record), group="again")

    async def _again(self, record: AttemptRecord) -> None:
        result = self.history.result(record)
        if result is not None:
            self.run_form(result.form)
            return
        missing = await self.panel.take_again(self.history.form_of(record))
        if missing:
            self.remove_class("-answer")
            self.panel.form.focus_row(missing)
            self.tell(f"The {missing} was not kept: type it, then run.")
            return
        self.run_form(self.panel.value)

    def do_stop(self) -> None:
        """Stop what is under way."""
        if self.running is not None:
            self.running.cancel()

    # -- mending -------------------------------------------------------------------------------------------------

    def do_mend(self) -> None:
        """Open the API client where the refusal can be mended, mend it here, or go to the field that is wrong."""
        result = self.shown
        mend = mend_of(result) if result is not None else None
        if result is None or mend is None:
            return
        if mend.deed is not None:
            start(self, partial(let_in, self, self.session, result, mend.deed), group="mend", exclusive=False)
            return
        if mend.tab is not None:
            self.post_message(OpenRequested(result.form.api_client_id, mend.tab))
            return
        self.remove_class("-answer")
        if mend.kind is not None:
            self.panel.form.change(kind=mend.kind)
        if mend.row is not None:
            self.panel.form.focus_row(mend.row)

    # -- the form ------------------------------------------------------------------------------------------------

    def do_roles(self) -> None:
        """Pick the roles to ask for."""
        start(self, self.panel.pick_roles, group="pick")

    def do_send_code(self) -> None:
        """Have a one-time password mailed."""
        start(self, self.panel.send_code, group="send code")

    def do_tidy(self) -> None:
        """Put right what was typed wrong."""
        self.panel.tidy()
