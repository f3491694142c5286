"""The client secrets of one API client: the legacy one, and the named ones with their expiry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.access.limits import SECRETS_PER_API_CLIENT, check_name
from tui.commands import CommandHost, bindings
from tui.panes.changing import Kind, Question, change
from tui.session.session import Session
from tui.tokens.durations import format_remaining, parse_minutes
from tui.widgets.background import start
from tui.widgets.dialogs import Ask, Note
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.ordercloud.models import ApiClient, ApiClientSecret
    from tui.ordercloud.models.base import JSON
    from tui.session.marketplace import Marketplace

NEAR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class SecretRow:
    """One secret; `secret` is None for the legacy one, the only one whose value can be read again."""

    secret: ApiClientSecret | None
    name: str
    expires: Content
    value: str


class SecretsView(CommandHost, Vertical):
    """The secrets of the API client shown. Values are masked until asked for."""

    SCOPE = "secrets"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("secrets")]
    DEFAULT_CSS = """
    SecretsView .told { height: auto; color: $text-muted; margin-top: 1; }
    """

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.session = session
        self.api_client: ApiClient | None = None
        self._secrets: tuple[ApiClientSecret, ...] = ()
        self._revealed = False

    def compose(self) -> ComposeResult:
        """Lay out the list and what secrets mean here."""
        columns: tuple[Column[SecretRow], ...] = (
            Column("Secret", lambda row: row.name, most=30),
            Column("Expires", lambda row: row.expires, most=24),
            Column("Value", lambda row: row.value, grow=True, most=10),
        )
        yield RowList[SecretRow](
            columns,
            key=lambda row: row.secret.id if row.secret is not None else "",
            empty="No secret: every grant works without one.",
            id="secret-rows",
        )
        yield Static(classes="told")

    @property
    def _list(self) -> RowList[SecretRow]:
        return self.query_one("#secret-rows", RowList)

    def show(self, api_client: ApiClient, secrets: tuple[ApiClientSecret, ...]) -> None:
        """Show an API client's secrets."""
        if self.api_client is None or self.api_client.id != api_client.id:
            self._revealed = False
        self.api_client = api_client
        self._secrets = secrets
        self._draw()

    def clear(self) -> None:
        """Show nothing while another API client's secrets are read."""
        self.api_client = None
        self._secrets = ()
        self._revealed = False
        self._draw()

    def _draw(self) -> None:
        api_client = self.api_client
        rows: list[SecretRow] = []
        if api_client is not None and api_client.client_secret:
            value = api_client.client_secret if self._revealed else "•" * 8
            rows.append(SecretRow(None, "(legacy ClientSecret)", Content("never"), value))
        rows.extend(
            SecretRow(secret, secret.name, self._expires(secret.expiration), "shown once, when it was created")
            for secret in self._secrets
        )
        self._list.rows = rows
        told = (
            "Once there is a secret, every grant needs one: password and refresh, too. Expired ones still count."
            if rows
            else "Browsers cannot keep a secret; middleware should have one."
        )
        self.query_one(".told", Static).update(Content(told))
        self.app.refresh_bindings()

    def _expires(self, expiration: datetime | None) -> Content:
        if expiration is None:
            return Content("never")
        left = expiration - self.session.clock()
        if left <= timedelta(0):
            return Content.styled(format_remaining(left), "$refused")
        return Content.styled(f"in {format_remaining(left)}", "$countdown-near" if left < NEAR else "")

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
        if command == "secrets.new" and len(self._secrets) >= SECRETS_PER_API_CLIENT:
            return f"An API client has at most {SECRETS_PER_API_CLIENT} named secrets."
        if command == "secrets.delete" and row is None:
            return "There is no secret to delete."
        return None

    def do_reveal(self) -> None:
        """Show or hide the legacy secret."""
        self._revealed = not self._revealed
        self._draw()

    def do_copy(self) -> None:
        """Copy the legacy secret."""
        if self.api_client is not None and self.api_client.client_secret:
            self.app.copy_to_clipboard(self.api_client.client_secret)
            self.tell("The legacy secret was sent to the terminal's clipboard (OSC 52).")

    def do_new(self) -> None:
        """Create a named secret and show its value once."""
        start(self, self._new, group="secret", exclusive=False)

    async def _new(self) -> None:
        api_client = self.api_client
        if api_client is None:
            return
        at = self.session.marketplace
        body = literal(f"For {api_client.app_name}. Its value is shown once.")
        fields = (("Name", "", False), ("Expires in (30d, 12h; blank: never)", "", False))
        asked = Ask("New client secret", fields, body=body, yes="Create", check=_check_new_secret)
        answer = await self.app.push_screen_wait(asked)
        if answer is None:
            return
        name, lifetime = answer[0].strip(), answer[1].strip()
        expiration = self.session.clock() + timedelta(minutes=parse_minutes(lifetime)) if lifetime else None

        async def create(marketplace: Marketplace) -> None:
            secret = await marketplace.create_secret(api_client, name, expiration)
            value = secret.client_secret or ""
            shown = Content.assemble(Content.styled("Shown this once; y copies it.", "$muted"), "\n\n", literal(value))
            self.app.push_screen(Note(f"{plain(name)} of {plain(api_client.app_name)}", shown, copied=value))

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

    def do_delete(self) -> None:
        """Delete the secret under the cursor, after a question."""
        start(self, self._delete, group="secret", exclusive=False)

    async def _delete(self) -> None:
        api_client, row = self.api_client, self._list.row
        if api_client is None or row is None:
            return
        left = len(self._list.rows) - 1
        told = literal(
            "Whoever signs in with it is refused from then on."
            + ("" if left else " It is the last one: afterwards every grant works without a secret.")
        )
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

MOST_MINUTES = 100 * 366 * 24 * 60
"""A century: further off no expiry makes sense, and no date can be told."""


def _check_new_secret(answer: tuple[str, ...]) -> str | None:
    """Return what is wrong with a new secret's name and lifetime."""
    name, lifetime = answer[0].strip(), answer[1].strip()
    problem = check_name("Name", name)
    if problem is not None:
        return problem.message
    try:
        minutes = parse_minutes(lifetime) if lifetime else 1
    except ValueError as unread:
        return str(unread)
    return None if 0 < minutes <= MOST_MINUTES else "It must live for more than 0 minutes and less than a century."
