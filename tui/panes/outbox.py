"""The embedded sandbox's mail: what a marketplace would have sent to its users. Codes are masked until asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from tui.session.stand_ins.records import learn_messages
from tui.tokens.times import tell_moment
from tui.widgets.background import start
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.framed import Framed
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tui.sandbox.outbox import Message
    from tui.session.session import Session

KINDS: Mapping[str, str] = {
    "ForgottenPassword": "password reset",
    "ForgottenUsername": "user name reminder",
    "OneTimePassword": "one-time password",
}
MASK = "•" * 8
NO_MAIL = (
    "No mail yet. A marketplace writes to a user who asks for a new password (POST /v1/password/reset), for a "
    "one-time password (POST /v1/password/onetimepassword) or for the user name (POST /v1/username/retrieve). "
    "The sandbox sends nothing: it would be here, with its code."
)
_Numbered: TypeAlias = "tuple[int, Message]"


class Outbox(Framed[None]):
    """The messages, the newest first, and below them the one under the cursor whole."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", show=False),
        Binding("v", "reveal", "Reveal", show=False),
        Binding("y", "copy", "Copy", show=False),
        Binding("r", "reload", "Reload", show=False),
    ]
    DEFAULT_CSS = """
    Outbox > Vertical { width: 96; max-width: 96%; height: auto; max-height: 92%; padding: 1 2; }
    Outbox RowList { height: 8; margin-bottom: 1; }
    Outbox.-none RowList { display: none; }
    """

    def __init__(self, session: Session, messages: Sequence[Message]) -> None:
        super().__init__()
        self._session = session
        self._messages = tuple(messages)
        self._revealed: int | None = None

    def compose(self) -> ComposeResult:
        """Lay the list out above the message."""
        columns: tuple[Column[_Numbered], ...] = (
            Column("When", lambda row: f"{row[1].sent_at:%m-%d %H:%M:%S}", width=14),
            Column("Kind", lambda row: KINDS[row[1].kind], width=18),
            Column("User", lambda row: row[1].username, most=20),
            Column("API client", lambda row: row[1].app_name, grow=True, most=10),
        )
        with Vertical() as box:
            box.border_title = Content("Outbox of the sandbox")
            yield RowList[_Numbered](columns, key=lambda row: row[0])
            yield FactSheet(label_width=12)

    def on_mount(self) -> None:
        """Show what there is; times go on."""
        self._show(self._messages)
        self.query_one(RowList).focus()
        self.set_interval(1, self._draw)

    @property
    def _row(self) -> _Numbered | None:
        row: _Numbered | None = self.query_one(RowList).row
        return row

    def _show(self, messages: Sequence[Message]) -> None:
        # Counted from the oldest on, so that the cursor stays on its message when a newer one comes.
        learn_messages(self._session, messages)
        count = len(messages)
        self.set_class(count == 0, "-none")
        self.query_one(RowList).rows = [(count - place, message) for place, message in enumerate(messages)]
        keys = "v shows the code · y copies it · r reads again · esc closes" if count else "r reads again · esc closes"
        self.query_one(Vertical).border_subtitle = Content(keys)
        self._draw()

    def _draw(self) -> None:
        row = self._row
        sheet = self.query_one(FactSheet)
        if row is None:
            sheet.show((Fact("", Content.styled(NO_MAIL, "$text-muted")),))
            return
        sheet.show(message_facts(row[1], self._session.clock(), revealed=self._revealed == row[0]))

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Show the message under the cursor; its code is masked again."""
        message.stop()
        if message.row is None or message.row[0] != self._revealed:
            self._revealed = None
        self._draw()

    def action_reveal(self) -> None:
        """Show or hide the code of the message under the cursor."""
        row = self._row
        if row is None or row[1].code is None:
            self._no_code()
            return
        self._revealed = None if self._revealed == row[0] else row[0]
        self._draw()

    def action_copy(self) -> None:
        """Copy the code of the message under the cursor."""
        row = self._row
        if row is None or row[1].code is None:
            self._no_code()
            return
        self.app.copy_to_clipboard(row[1].code)
        self.app.notify("The code was sent to the terminal's clipboard (OSC 52).", markup=False, timeout=4)

    def _no_code(self) -> None:
        told = "There is no mail." if self._row is None else "A reminder of the user name holds no code."
        self.app.notify(told, markup=False, timeout=4)

    def action_reload(self) -> None:
        """Read the outbox again: another process may use the same sandbox."""
        start(self, self._reload, group="outbox")

    async def _reload(self) -> None:
        self._show(await self._session.outbox())


def message_facts(message: Message, now: datetime, *, revealed: bool) -> tuple[Fact, ...]:
    """Return a message in words."""

    def at(moment: datetime) -> Content:
        return Content(tell_moment(int(moment.timestamp()), now))

    facts = [
        Fact("sent", at(message.sent_at)),
        Fact("kind", Content(KINDS[message.kind])),
        Fact("to", literal(message.recipient)),
        Fact("user", literal(message.username)),
        Fact("API client", literal(message.app_name)),
    ]
    if message.code is not None:
        facts.append(Fact("code", literal(message.code) if revealed else Content(MASK)))
    if message.url:
        facts.append(Fact("URL", literal(message.url)))
    if message.expires_at is not None:
        over = message.expires_at <= now
        words = Content.assemble("expired " if over else "", at(message.expires_at))
        facts.append(Fact("good until", words.stylize("$refused") if over else words))
    return tuple(facts)
