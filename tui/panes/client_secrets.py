"""The client secrets of one API client: the legacy one, and the named ones with their expiry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.access.limits import SECRETS_PER_API_CLIENT
from tui.access.times import is_past
from tui.commands import CommandHost, bindings
from tui.panes.changing import Kind, Question, change
from tui.panes.secret_rows import SecretRow, secret_columns, secret_rows, told_use
from tui.session.session import Session
from tui.widgets.background import start
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from datetime import datetime

    from textual.binding import BindingType
    from textual.timer import Timer

    from tui.ordercloud.models import ApiClient, ApiClientSecret
    from tui.ordercloud.models.base import JSON
    from tui.session.marketplace import Marketplace
    from tui.session.secret_use import SecretUses

SHOWN_SECONDS = 3.0
"""How long a value stays to be seen after the key was felt last: a terminal does not tell when a key is let go."""
LOG_AFTER_SECONDS = 3.0
"""When the embedded sandbox begins its log, after the start: earlier it would take the start's time."""


class SecretsView(CommandHost, Vertical):
    """The secrets of the API client shown. Values are masked until asked for."""

    SCOPE = "secrets"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("secrets")]
    DEFAULT_CSS = """
    SecretsView .value { height: auto; color: $accent; margin-top: 1; display: none; }
    SecretsView .told { height: auto; color: $text-muted; margin-top: 1; }
    """

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.session = session
        self.api_client: ApiClient | None = None
        self._secrets: tuple[ApiClientSecret, ...] = ()
        self._uses: SecretUses | None = None
        self._knows_use = False
        self._hiding: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the list and what secrets mean here."""
        yield RowList[SecretRow](
            secret_columns(with_use=False),
            key=lambda row: row.secret.id if row.secret is not None else "",
            empty="No secret: every grant works without one.",
            id="secret-rows",
        )
        yield Static(classes="value")
        yield Static(classes="told")

    def on_mount(self) -> None:
        """Have the embedded sandbox keep its log, once the console has started."""
        self.set_timer(LOG_AFTER_SECONDS, self.look_at_log)

    @property
    def _list(self) -> RowList[SecretRow]:
        return self.query_one("#secret-rows", RowList)

    def show(self, api_client: ApiClient, secrets: tuple[ApiClientSecret, ...]) -> None:
        """Show an API client's secrets."""
        if self.api_client is None or self.api_client.id != api_client.id:
            self._hide()
            self._uses = None
        self.api_client = api_client
        self._secrets = secrets
        self._draw()
        if self.is_on_screen:
            self.look_at_log()

    def on_show(self) -> None:
        """Read again when the secrets were used."""
        self.look_at_log()

    def clear(self) -> None:
        """Show nothing while another API client's secrets are read."""
        self.api_client = None
        self._secrets = ()
        self._uses = None
        self._hide()
        self._draw()

    def look_at_log(self) -> None:
        """Read when the secrets were used, where somebody knows it."""
        start(self, self._look_at_log, group="secret-use")

    async def _look_at_log(self) -> None:
        if not self.session.ready:
            return
        log, api_client = await self.session.use_log(), self.api_client
        self._knows_use = log is not None
        self._uses = log.uses(api_client.id) if log is not None and api_client is not None else None
        self._draw()

    def _draw(self) -> None:
        api_client, now = self.api_client, self.session.clock()
        rows = [] if api_client is None else secret_rows(api_client, self._secrets, self._uses, now)
        if len(self._list.columns) != len(columns := secret_columns(with_use=self._knows_use)):
            self._list.set_columns(columns)
        self._list.rows = rows
        self._tell()
        self.app.refresh_bindings()

    def _tell(self) -> None:
        """Say below the list what secrets mean, and what is known of the one under the cursor."""
        row, uses = self._list.row, self._uses
        told = (
            "Once there is a secret, every grant needs one: password and refresh, too. Expired ones still count."
            if self._list.rows
            else "Browsers cannot keep a secret; middleware should have one."
        )
        if row is not None and uses is not None:
            use = uses.of(None if row.secret is None else row.secret.id)
            told = f"{plain(row.name)}: {told_use(use, uses.since, self.session.clock())}\n{told}"
        self.query_one(".told", Static).update(literal(told, lines=True))

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Say what is known of the secret under the cursor."""
        message.stop()
        self._tell()

    def why_not(self, command: str) -> str | None:
        """Say why a command does not work on the row under the cursor."""
        row = self._list.row
        if command in ("secrets.reveal", "secrets.copy"):
            if row is None or row.secret is not None:
                return "Only the legacy secret can be read again; a named one is shown once, when it is created."
            return None
        if (reason := self.session.why_not_change()) is not None:
            return reason
        if self.api_client is None:
            return "There is no API client here."
        # A rotation can also go on with a secret that is there.
        if command == "secrets.new" and len(self._secrets) >= SECRETS_PER_API_CLIENT:
            return f"An API client has at most {SECRETS_PER_API_CLIENT} named secrets."
        if command == "secrets.delete" and row is None:
            return "There is no secret to delete."
        if command == "secrets.rotate" and row is None:
            return "There is no secret to put another in the place of."
        return None

    # -- the value of the legacy secret --------------------------------------------------------------------------

    def do_reveal(self) -> None:
        """Show the legacy secret for as long as its key is held, or a moment."""
        if self.api_client is None or not self.api_client.client_secret:
            return
        value = self.query_one(".value", Static)
        if self._hiding is None:
            value.update(literal(self.api_client.client_secret))
            value.display = True
            self._hiding = self.set_timer(SHOWN_SECONDS, self._hide)
        else:
            self._hiding.reset()

    def _hide(self) -> None:
        if self._hiding is not None:
            self._hiding.stop()
            self._hiding = None
        value = self.query_one(".value", Static)
        value.update("")
        value.display = False

    def on_key(self, event: events.Key) -> None:
        """Hide the value at any other key."""
        active = self.screen.active_bindings.get(event.key)
        if active is None or active.binding.id != "secrets.reveal":
            self._hide()

    def on_descendant_blur(self) -> None:
        """Hide the value when the focus goes elsewhere."""
        self._hide()

    def on_hide(self) -> None:
        """Hide the value with the tab."""
        self._hide()

    async def do_copy(self) -> None:
        """Copy the legacy secret."""
        from tui.widgets.clipboard import copy

        if self.api_client is not None and self.api_client.client_secret:
            where = await copy(self.app, self.api_client.client_secret)
            self.tell(f"The legacy secret was sent to {where}.")

    # -- changes -------------------------------------------------------------------------------------------------

    def do_new(self) -> None:
        """Create a named secret and show its value once."""
        start(self, self._new, group="secret", exclusive=False)

    async def _new(self) -> None:
        from tui.panes.new_secret import ask_new_secret
        from tui.panes.secret_shown import SecretShown

        api_client = self.api_client
        if api_client is None:
            return
        at = self.session.marketplace
        answer = await ask_new_secret(self, self.session, api_client)
        if answer is None:
            return
        name, expiration = answer

        async def create(marketplace: Marketplace) -> None:
            secret = await marketplace.create_secret(api_client, name, expiration)
            self.app.push_screen(SecretShown(self.session, api_client, name, secret.client_secret or "", []))

        told = (
            "Whoever has it can sign in with it."
            if self._list.rows
            else "It is the first one: from then on every grant needs a secret, and whoever sends none is refused."
        )
        title = f"Create {plain(name)} of {plain(api_client.app_name)}?"
        await change(
            self,
            self.session,
            Question(Kind.NEW_SECRET, title, told, "Create", api_client.app_name),
            create,
            threat=lambda: at.way_in.after_new_secret(api_client, name),
            at=at,
        )

    def do_rotate(self) -> None:
        """Put another secret in the place of the one under the cursor, step by step."""
        from tui.panes.secret_rotation import SecretRotation

        row = self._list.row
        if self.api_client is not None and row is not None:
            self.app.push_screen(SecretRotation(self.session, self.api_client, row.secret))

    def do_compromised(self) -> None:
        """Stop the API client, or put a fresh one in its place."""
        start(self, self._compromised, group="secret", exclusive=False)

    async def _compromised(self) -> None:
        from tui.panes.compromised import compromised

        if self.api_client is not None:
            await compromised(self, self.session, self.api_client)

    def do_delete(self) -> None:
        """Delete the secret under the cursor, after a question."""
        start(self, self._delete, group="secret", exclusive=False)

    async def _delete(self) -> None:
        api_client, row = self.api_client, self._list.row
        if api_client is None or row is None:
            return
        now = self.session.clock()
        others = [each for each in self._list.rows if each is not row]
        told = literal("Whoever signs in with it is refused from then on." + _what_is_left(row, others, now))
        secret, way_in = row.secret, self.session.marketplace.way_in

        async def delete(marketplace: Marketplace) -> None:
            if secret is None:
                await marketplace.patch_api_client(api_client, _NO_LEGACY_SECRET)
            else:
                await marketplace.delete_secret(api_client, secret)

        async def threat() -> str | None:
            if secret is None:
                return await way_in.after_patch(api_client, _NO_LEGACY_SECRET)
            return await way_in.without_secret(api_client, secret)

        title = f"Delete {plain(row.name)} of {plain(api_client.app_name)}?"
        question = Question(Kind.DELETE_SECRET, title, told, "Delete", row.name)
        await change(self, self.session, question, delete, threat=threat)


_NO_LEGACY_SECRET: Mapping[str, JSON] = {"ClientSecret": None}


def _what_is_left(gone: SecretRow, others: list[SecretRow], now: datetime) -> str:
    """Say what it comes to that there is no other secret, or none that still works."""
    if not others:
        return " It is the last one: afterwards every grant works without a secret."
    if _has_ended(gone, now) or not all(_has_ended(each, now) for each in others):
        return ""
    return " What is left has expired, and still counts: nobody gets in until there is another one."


def _has_ended(row: SecretRow, now: datetime) -> bool:
    return row.secret is not None and is_past(row.secret.expiration, now)
