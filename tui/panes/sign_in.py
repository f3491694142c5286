"""The sign-in screen: where to connect and as whom, with the server's own words when that was refused."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Select, Static
from textual.worker import WorkerCancelled, WorkerFailed

from tui.config.connection import ConnectionProblem, Part, connect_profile
from tui.config.credentials import CredentialKey, CredentialsUnavailable
from tui.config.profiles import SIGN_IN_GRANTS, SignInGrant
from tui.ordercloud.environments import ENVIRONMENTS
from tui.panes.sign_in_form import Complaint, Typed, complaint_of_problem, complaint_of_session, typed_of
from tui.session.session import Phase, Session
from tui.widgets.background import start
from tui.widgets.framed import Veiled
from tui.widgets.plain import literal, plain

OTHER_HOST = "other"
"""The choice of a URL that is not among OrderCloud's own hosts."""

_GRANT_WORDS: dict[SignInGrant, str] = {
    "password": "password: a user signs in",
    "client_credentials": "client credentials: as the default context user",
}
_KEEP = (("no", "no, only for this sitting"), ("yes", "yes, in the system keyring"))
_HOSTS = {each.url: each.name for each in ENVIRONMENTS}


class Pick(Select[str]):
    """One of a few; enter or space opens the list, so that the arrow keys can go from field to field."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "show_overlay", "Choose", show=False)]

    def __init__(self, choices: Sequence[tuple[str, str]], *, field: str, blank: str | None = None) -> None:
        """Take (answer, words) of each choice; `blank` is what to show for no choice, where none is one."""
        super().__init__(
            [(Text(plain(words)), answer) for answer, words in choices],
            prompt=blank or "",
            allow_blank=blank is not None,
            id=field,
            compact=True,
        )

    @property
    def answer(self) -> str | None:
        """What is chosen; None for no choice."""
        return self.value if isinstance(self.value, str) else None


class SignIn(Veiled[bool]):
    """Asks where to connect and as whom, and connects.

    Dismissed with True when the session is ready, with False when the person leaves. What was typed stays when
    connecting fails or is cancelled.
    """

    AUTO_FOCUS = ""
    CSS_PATH = "sign_in.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("ctrl+s", "connect", "Connect", show=False, priority=True),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._profiles = session.request.settings.profiles
        self._filled = typed_of(session.connection)
        self._connecting = False

    # -- the form ------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay the form out, one line a field."""
        with VerticalScroll(id="form", can_focus=False) as form:
            form.border_title = "Sign in to OrderCloud"
            form.border_subtitle = "esc leaves"
            yield Static(id="said")
            if self._profiles:
                yield _line("Profile", Pick([(each, each) for each in self._profiles], field="profile", blank="none"))
            hosts = [*_HOSTS.items(), (OTHER_HOST, "another URL")]
            yield _line("Marketplace", Pick(hosts, field="host"))
            yield _line("URL", _input("url", "https://\u2026"))
            yield _line("API client", _input("client_id", "its ID, also called client ID"))
            grants = [(grant, _GRANT_WORDS[grant]) for grant in SIGN_IN_GRANTS]
            yield _line("Grant", Pick(grants, field="grant"))
            yield _line("Username", _input("username", "not the e-mail address"))
            yield _line("Password", _input("password", "", secret=True))
            yield _line("Client secret", _input("client_secret", "only if the API client has one", secret=True))
            yield _line("Roles", _input("scope", "blank asks for every role there is"))
            yield _line("Keep secrets", Pick(_KEEP, field="keep"))
            yield Static(id="state")
            with Horizontal(id="buttons"):
                yield Button("Connect  ^s", id="connect", variant="primary", compact=True)
                yield Button("Use the embedded sandbox", id="sandbox", compact=True)
                yield Button("Leave", id="leave", compact=True)

    def on_mount(self) -> None:
        """Show what is known, and what is missing or was refused."""
        self._fill(self._filled)
        complaint = complaint_of_session(self.session)
        if complaint is not None:
            self._complain(complaint)
        else:
            here = self.session.identity
            now = f"Connected as {here.username} to {here.marketplace}." if self.session.ready else ""
            self._say(literal(f"{now} Connecting elsewhere leaves it." if now else "Where to, and as whom?"))
            self._focus("profile" if self._profiles else "host")
        start(self, self._ask_keyring, group="keyring")

    def _fill(self, typed: Typed) -> None:
        """Put values into the fields; secrets are left as they are."""
        self._filled = typed
        self._pick("host").value = typed.url if typed.url in _HOSTS else OTHER_HOST
        self._pick("grant").value = typed.grant
        for name in ("url", "client_id", "username", "scope"):
            self.query_one(f"#{name}", Input).value = getattr(typed, name)
        if typed.profile is not None and typed.profile in self._profiles:
            self._pick("profile").value = typed.profile
        self._show_fields()

    @property
    def typed(self) -> Typed:
        """What stands in the form now."""
        texts = {
            name: self.query_one(f"#{name}", Input).value
            for name in ("url", "client_id", "username", "password", "client_secret", "scope")
        }
        grant = next(each for each in SIGN_IN_GRANTS if each == self._pick("grant").answer)
        return Typed(**texts, grant=grant, profile=self._filled.profile, read_only=self._filled.read_only)

    def _pick(self, name: str) -> Pick:
        return self.query_one(f"#{name}", Pick)

    def _show_fields(self) -> None:
        """Show only what the choices leave open."""
        host = self._pick("host").answer or OTHER_HOST
        url = self.query_one("#url", Input)
        url.disabled = host != OTHER_HOST
        if host != OTHER_HOST:
            url.value = host
        for name in ("username", "password"):
            _line_of(self.query_one(f"#{name}")).display = self._pick("grant").answer == "password"

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Mark the line that the keyboard is on."""
        here = _line_of(event.widget)
        for line in self.query(".line"):
            line.set_class(line is here, "-here")

    def on_select_changed(self, event: Select.Changed) -> None:
        """Take a profile's values over, or show the fields that the choice leaves open."""
        event.stop()
        if event.select.id != "profile":
            self._show_fields()
            return
        name = self._pick("profile").answer
        if name is not None and name != self._filled.profile:
            connection = connect_profile(self._profiles[name], read_only=self.session.request.read_only)
            self._fill(typed_of(connection))
            if connection.problems:
                self._complain(complaint_of_problem(connection.problems[0]), focus=False)
            else:
                self._say(literal(f"The values of {name}."))

    async def _ask_keyring(self) -> None:
        """Offer to keep secrets, or say why that cannot be."""
        keyring = self.session.request.keyring
        try:
            if not keyring.writable:
                raise CredentialsUnavailable(f"{keyring.title} cannot be written")
            await keyring.get(CredentialKey("password", self._filled.url, self._filled.client_id))
        except CredentialsUnavailable as unavailable:
            keep = self._pick("keep")
            keep.set_options([(Text(plain(f"no: {unavailable.reason}")), "cannot")])
            keep.disabled = True

    # -- what is said --------------------------------------------------------------------------------------------

    def _say(self, said: Content) -> None:
        self.query_one("#said", Static).update(said)

    def _complain(self, complaint: Complaint, *, focus: bool = True) -> None:
        """Show what is wrong, mark the field concerned, and put the focus there."""
        lines = [literal(f"\u2717 {plain(complaint.said)}", "bold $refused")]
        if complaint.advice:
            lines.append(literal(complaint.advice, "$muted"))
        self._say(Content("\n").join(lines))
        if focus:
            self._focus(complaint.field)

    def _focus(self, name: str) -> None:
        found = self.query(f"#{name}")
        wanted = found.first() if found else self._pick("host")
        wanted = self._pick("host") if wanted.disabled or not _line_of(wanted).display else wanted
        wanted.focus()

    # -- connecting ----------------------------------------------------------------------------------------------

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field that is empty and wanted, and connects when there is none."""
        event.stop()
        problems = self.typed.trimmed()[0].connection().problems
        if problems and problems[0].missing and complaint_of_problem(problems[0]).field != event.input.id:
            self._focus(complaint_of_problem(problems[0]).field)
        elif self.typed.grant == "password" and event.input.id == "username" and not self.typed.password:
            self._focus("password")
        else:
            self.action_connect()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        if event.button.id == "connect":
            self.action_connect()
        elif event.button.id == "sandbox":
            self._start(None)
        else:
            start(self, self.action_leave, group="leave")

    def action_connect(self) -> None:
        """Connect as the form says, unless something is missing or wrong."""
        if self._connecting:
            return
        typed, trimmed = self.typed.trimmed()
        for name in ("url", "client_id", "username", "client_secret", "scope"):
            self.query_one(f"#{name}", Input).value = getattr(typed, name)
        connection = typed.connection()
        if connection.problems:
            self._complain(complaint_of_problem(connection.problems[0]))
        else:
            self._start(typed)
        if trimmed:
            self.app.notify(f"Blanks around the {' and the '.join(trimmed)} were taken away.", markup=False)

    def _start(self, typed: Typed | None) -> None:
        start(self, partial(self._connect, typed), group="connect")

    async def _connect(self, typed: Typed | None) -> None:
        """Connect as typed, or to the embedded sandbox; leave the screen when that worked."""
        had_focus = self.focused
        where = "the embedded sandbox" if typed is None else typed.connection().url
        self._busy(literal(f"Connecting to {where}\u2026  esc cancels", "bold $accent"))
        try:
            if typed is None:
                await self.session.use_sandbox()
            else:
                await self.session.connect(typed.connection(), typed.secrets())
        finally:
            self._busy(None)
        if self.session.phase is Phase.READY:
            if typed is not None:
                await self._keep(typed)
            self.dismiss(True)
        elif (complaint := complaint_of_session(self.session)) is not None:
            self._complain(complaint, focus=typed is not None)
        if typed is None and had_focus is not None and self.session.phase is not Phase.READY:
            had_focus.focus()

    def _busy(self, words: Content | None) -> None:
        """Show that it is under way, with the form at rest; or that it is over."""
        if not self.is_attached:
            return
        self._connecting = words is not None
        self.query_one("#state", Static).update(words or "")
        self.query_one("#form").set_class(self._connecting, "-connecting")
        for each in self.query("#form .line, #buttons"):
            each.disabled = self._connecting
        self.query_one("#form", VerticalScroll).border_subtitle = "esc cancels" if self._connecting else "esc leaves"

    async def _keep(self, typed: Typed) -> None:
        """Keep the secrets in the keyring if that was asked for; failing to is said, and harms nothing."""
        if self._pick("keep").answer != "yes":
            return
        try:
            for key, secret in typed.to_keep(typed.connection()):
                await self.session.request.keyring.put(key, secret)
        except CredentialsUnavailable as unavailable:
            told = plain(f"The secrets were not kept: {unavailable.reason}.")
            self.app.notify(told, severity="warning", markup=False)

    async def action_leave(self) -> None:
        """Cancel what is under way, or leave."""
        if not self._connecting:
            self.dismiss(False)
            return
        for worker in self.workers.cancel_group(self, "connect"):
            with suppress(WorkerCancelled, WorkerFailed):
                await worker.wait()
        # The session gets to know what was typed, and that it is not to be tried: nothing is left half open.
        cancelled = ConnectionProblem(Part.URL, "Cancelled.", missing=True)
        await self.session.connect(replace(self.typed.trimmed()[0].connection(), problems=(cancelled,)))
        self._say(literal("Cancelled. What you typed is still here."))
        self.query_one("#connect").focus()


def _line(label: str, field: Widget) -> Horizontal:
    return Horizontal(Static(label, classes="label"), field, classes="line")


def _line_of(field: Widget) -> Widget:
    """Return the line a field stands on; buttons stand on theirs."""
    return field.parent if isinstance(field.parent, Widget) else field


def _input(name: str, hint: str, *, secret: bool = False) -> Input:
    return Input(placeholder=hint, password=secret, id=name, compact=True)
