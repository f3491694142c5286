"""The self-check of Access: which calls are made is agreed first, then each answer is held against the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.access.facts import Party
from tui.access.words import count
from tui.panes.messages import AttemptMade
from tui.session.attempt_record import Kind
from tui.session.self_check import Fate, Finding, SelfCheck, Trials, trials_for
from tui.widgets.background import start
from tui.widgets.dialogs import Ask, Choose, Confirm
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.framed import Framed
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.ordercloud.models import ApiClient
    from tui.panes.access_picture import Picture
    from tui.session.facts import Person
    from tui.session.session import Session

MOST_CALLS: Final = 2_000
"""Of more cells of a sandbox a sample is tried, spread over all parties."""
SIGNS: Final = {
    Fate.OTHERWISE: ("✗", "$refused"),
    Fate.UNANSWERED: ("?", "$warning"),
    Fate.EXPLAINED: ("≈", "$muted"),
    Fate.AGREED: ("✓", "$allowed"),
}


@dataclass(frozen=True, slots=True)
class Cells:
    """Which cells are tried: parties by API clients, and what to call them."""

    title: str
    parties: tuple[Party, ...]
    api_clients: tuple[ApiClient, ...]


async def self_check(host: Widget, session: Session, picture: Picture, row: int, column: int) -> str:
    """Ask what to try, say what that means, try it, and show it; return the result in a few words, blank for none."""
    cells = await _choose(host, session, picture, row, column)
    trials = None if cells is None else await _trials(host, session, cells)
    if cells is None or trials is None:
        return ""
    if not trials.calls:
        host.app.notify(" ".join(["There is nothing to try.", *trials.left_out]), markup=False, timeout=6)
        return ""
    embedded = session.opened.sandbox is not None
    retype = session.marketplace.seller.label if session.in_production else None
    body = Content("\n").join(_warning(session, trials, embedded=embedded))
    title = f"Make {count(trials.calls, 'token call')}?"
    question = Confirm(title, body, yes="Try them", danger=not embedded, retype=retype)
    if not await host.app.push_screen_wait(question):
        return ""
    check = SelfCheck(session, trials)
    await host.app.push_screen_wait(SelfCheckScreen(check, cells.title))
    return check.words if check.compared else ""


async def _choose(host: Widget, session: Session, picture: Picture, row: int, column: int) -> Cells | None:
    party, api_client = picture.parties[row], picture.api_clients[column]
    every, all_clients = tuple(picture.parties), tuple(picture.api_clients)
    found = {
        "all": Cells("every cell", every, all_clients),
        "row": Cells(f"the row of {party.label}", (party,), all_clients),
        "column": Cells(f"the column of {api_client.app_name}", every, (api_client,)),
        "cell": Cells(f"{party.label} → {api_client.app_name}", (party,), (api_client,)),
    }
    if session.opened.sandbox is None:
        del found["all"]  # somebody else's marketplace is not flooded
    choices = [(key, f"{each.title[:1].upper()}{each.title[1:]}") for key, each in found.items()]
    answer = await host.app.push_screen_wait(Choose("Hold the rules against real token calls", choices))
    return None if answer is None else found[answer]


async def _trials(host: Widget, session: Session, cells: Cells) -> Trials | None:
    """Find users and passwords: those of the embedded sandbox are known, elsewhere a person types one."""
    sandbox = session.opened.sandbox
    if sandbox is not None and sandbox.sign_in.password:
        people, left_out = await _spread(session, cells)
        users = [(each.user.username, sandbox.sign_in.password) for each in people]
        found = await trials_for(session, cells.api_clients, users, refresh=True)
        return Trials(found.trials, found.secrets, found.refresh, (*left_out, *found.left_out))
    several = len(cells.parties) > 1
    first = "" if several else next((each.user.username for each in await _users_of(session, cells.parties[0])), "")
    told = (
        "The password is tried with one active user of each party; leave it blank to try programs alone."
        if several
        else "Leave the password blank to try programs alone: client credentials, with the secrets known here."
    )
    fields = [("Password", "", True), ("Client secret, where none is known here", "", True)]
    if not several:
        fields.insert(0, ("Username", first, False))
    answer = await host.app.push_screen_wait(Ask(f"Self-check: {cells.title}", fields, body=told))
    if answer is None:
        return None
    password, secret = answer[-2:]
    names: list[str] = []
    if password and several:
        for party in cells.parties:
            names += [each.user.username for each in await _users_of(session, party) if each.user.active][:1]
    elif password and answer[0].strip():
        names = [answer[0].strip()]
    return await trials_for(session, cells.api_clients, [(name, password) for name in names], secret=secret)


async def _users_of(session: Session, party: Party) -> Sequence[Person]:
    people = await session.marketplace.people_of(party)
    return sorted(people, key=lambda each: not each.user.active)


async def _spread(session: Session, cells: Cells) -> tuple[Sequence[Person], tuple[str, ...]]:
    """Return the users of some parties: all of them, or of too many for the calls there may be, some of each."""
    most = max(1, MOST_CALLS // len(cells.api_clients))
    step = max(1, -(-len(cells.parties) // most))
    people = [person for party in cells.parties[::step] for person in await _users_of(session, party)]
    if len(people) <= most and step == 1:
        return people, ()
    chosen = people[:: max(1, -(-len(people) // most))]
    told = f"A sample: {count(len(chosen), 'user')} of the users of {len(cells.parties):,} parties."
    return chosen, (told,)


def _warning(session: Session, trials: Trials, *, embedded: bool) -> Iterator[Content]:
    """Say what the calls are, and what they may do."""
    where = session.marketplace.seller.label
    users = f"{count(trials.users, 'user')} with password" if trials.users else "Programs alone"
    yield literal(f"{users}, at {where}; a few calls at a time. Esc cancels.")
    if trials.refresh:
        yield Content("Each refresh token that comes is used once as well.")
    if embedded:
        yield Content("The passwords of the sandbox are known: nobody is locked out by this.")
    elif trials.users:
        risk = (
            "A wrong password counts as a failed sign-in of its user; 10 of them lock a user out, or fewer where a "
            "security profile says so. After one wrong password a user is not tried again, so this adds at most 1 each."
        )
        yield Content.styled(f"▲ {risk}", "$warning")
    else:
        yield Content("No password is sent, so nobody can be locked out.")
    if not embedded:
        yield Content.styled("▲ The calls count towards the marketplace's limits, and in its logs.", "$warning")
    for each in trials.left_out:
        yield literal(each, "$muted")


class SelfCheckScreen(Framed[None]):
    """The calls on their way, and those that did not come as predicted."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "Leave", show=False)]
    DEFAULT_CSS = """
    SelfCheckScreen > Vertical { width: 98%; height: 92%; }
    SelfCheckScreen #check-told { height: auto; max-height: 4; margin-bottom: 1; }
    SelfCheckScreen RowList { height: 1fr; }
    SelfCheckScreen VerticalScroll { height: auto; max-height: 9; margin-top: 1; }
    """

    def __init__(self, check: SelfCheck, title: str) -> None:
        super().__init__()
        self._check = check
        self._heading = title

    def compose(self) -> ComposeResult:
        """Lay the count out above what did not come as predicted, and the finding under the cursor below."""
        with Vertical() as box:
            box.border_title = literal(f"Self-check: {self._heading}")
            yield Static(id="check-told")
            yield RowList[Finding](
                (
                    Column("", lambda row: Content.styled(*SIGNS[row.fate]), width=1),
                    Column("User", lambda row: row.result.who or "a program", most=17),
                    Column("API client", lambda row: row.result.app_name, most=16),
                    Column("Grant", _grant, most=9),
                    Column("Expected", lambda row: _short(_expected(row)), grow=True, most=30),
                    Column("Came", lambda row: _short(_came(row)), most=16),
                ),
                key=lambda row: row.result.record.id if row.result.record is not None else id(row.result),
                empty="No disagreement.",
            )
            with VerticalScroll(can_focus=False):
                yield FactSheet(label_width=10)

    def on_mount(self) -> None:
        """Begin."""
        self.query_one(RowList).focus()
        self._draw()
        start(self, self._run, group="check")

    async def _run(self) -> None:
        drawing = self.set_interval(0.1, self._draw)
        try:
            await self._check.run()
        finally:
            drawing.stop()
            if self.is_attached:
                self._draw()

    def _draw(self) -> None:
        check = self._check
        rows = self.query_one(RowList)
        if len(rows.rows) != len(check.findings):
            order = list(SIGNS)
            found = sorted(check.findings, key=lambda each: order.index(each.fate))
            rows.rows = tuple(found)
        rows.empty = "No disagreement so far." if check.running else "No disagreement."
        self.query_one("#check-told", Static).update(Content("\n").join(self._told()))
        keys = (
            "esc cancels" if check.running else "enter opens the exchange · esc closes" if rows.rows else "esc closes"
        )
        self.query_one(Vertical).border_subtitle = Content(keys)

    def _told(self) -> Iterator[Content]:
        check = self._check
        wrong = check.number(Fate.OTHERWISE)
        colour = "$refused" if wrong else "$allowed" if check.compared else "$muted"
        sign = "✗" if wrong else "✓" if not check.running and check.compared else "…"
        said = f"{sign} {check.words[:1].upper()}{check.words[1:]}"
        yield Content.assemble((said, f"bold {colour}"), (f"   {check.tried:,} of {check.total:,} tried", "$muted"))
        told = []
        if explained := check.number(Fate.EXPLAINED):
            told.append(f"{explained:,} agree{'s' if explained == 1 else ''} by what cannot be read beforehand (≈)")
        if silent := check.number(Fate.UNANSWERED):
            told.append(f"{silent:,} without an answer to compare (?)")
        if told:
            yield Content(" · ".join(told))
        if check.told:
            yield literal(check.told, "$warning")
        if check.left_out:
            more = f" And {len(check.left_out) - 1} more left out." if len(check.left_out) > 1 else ""
            yield literal(f"{check.left_out[0]}{more}", "$muted")

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Say more of the finding under the cursor."""
        message.stop()
        self.query_one(FactSheet).show(_facts(message.row) if isinstance(message.row, Finding) else ())

    def on_row_list_opened(self, message: RowList.Opened) -> None:
        """Open the exchange of a finding in Tokens, once the calls are over."""
        message.stop()
        if self._check.running:
            self.app.notify("The calls are under way: esc cancels them.", markup=False, timeout=4)
        elif isinstance(message.row, Finding):
            self.app.post_message(AttemptMade(message.row.result))
            self.dismiss(None)

    def action_leave(self) -> None:
        """Cancel what is under way, else close."""
        if self._check.running:
            self._check.cancel()
            self._draw()
        else:
            self.dismiss(None)


def _grant(row: Finding) -> str:
    kind = row.result.form.kind
    return Kind.PASSWORD.value if kind.needs_user else "program" if kind is Kind.CLIENT_CREDENTIALS else kind.value


def _short(words: str) -> str:
    for long, short in (("refused: ", "✗ "), ("token: ", "✓ "), ("no answer: ", "? "), ("Auth.", "")):
        words = words.replace(long, short)
    return words


def _facts(row: Finding) -> tuple[Fact, ...]:
    word = "explained" if row.fate is Fate.EXPLAINED else "told"
    return (
        Fact("expected", literal(_expected(row))),
        Fact("came", literal(f"{_came(row)} ({row.result.form.kind.value})")),
        Fact(word, literal(row.told)),
    )


def _expected(row: Finding) -> str:
    expected = row.result.expected
    if expected is None:
        return "not known"
    if expected.allowed:
        return f"token: {', '.join(expected.roles)}"
    error = expected.error
    return f"refused: {error.code or error.description}" if error is not None else "refused"


def _came(row: Finding) -> str:
    record = row.result.record
    if record is None:
        return "nothing"
    outcome = record.outcome
    if outcome.allowed:
        return f"token: {', '.join(outcome.roles)}"
    if row.fate is Fate.UNANSWERED:
        return f"no answer: {outcome.code or outcome.status or outcome.message}"
    return f"refused: {outcome.code or outcome.error or outcome.message}"
