"""The value of a new secret, shown this once, with what can be done with it before it is gone."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.config.credentials import CredentialKey, CredentialsUnavailable
from tui.config.secret_file import CannotSave, save_secret
from tui.widgets.background import start
from tui.widgets.clipboard import copy
from tui.widgets.dialogs import Ask, Note
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.session import Session

CHOICES = (("y", "copy it"), ("s", "store it in the system keyring"), ("f", "save it to a file of your own (0600)"))


class SecretShown(Note):
    """A new secret's value.

    Args:
        session: Whose keyring it may go to.
        api_client: Whose secret it is.
        name: What the secret is called.
        value: The secret.
        kept: Takes in where the value went, in words; it stays empty when nothing was done with it.
        url: The marketplace, where that may not be the one which is open now.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark,f1", "leave", "Close", show=False),
        Binding("s", "store", "Store", show=False),
        Binding("f", "file", "File", show=False),
    ]
    DEFAULT_CSS = """
    SecretShown .said { height: auto; margin-top: 1; }
    """

    def __init__(
        self, session: Session, api_client: ApiClient, name: str, value: str, kept: list[str], url: str = ""
    ) -> None:
        keys = "\n".join(f"{key}   {words}" for key, words in CHOICES)
        shown = "Shown this once: nobody, nor OrderCloud, can tell it again."
        body = Content.assemble(Content.styled(shown, "$muted"), "\n\n", literal(value), "\n\n", keys)
        super().__init__(f"{plain(name)} of {plain(api_client.app_name)}", body, copied=value)
        self._session = session
        self._key = CredentialKey("client_secret", url or session.identity.url, api_client.id)
        self._suggested = _file_name(f"{api_client.app_name}-{name}")
        self._value = value
        self._warned = False
        self.kept = kept

    def compose(self) -> ComposeResult:
        """Lay out the value, and the line on what was done with it."""
        with VerticalScroll() as scroll:
            scroll.border_title = Content(self._heading)
            scroll.border_subtitle = Content("esc closes")
            yield Static(self._body if isinstance(self._body, Content) else "")
            yield Static(classes="said")

    def action_leave(self) -> None:
        """Close; where nothing was done with the value, only at the second time."""
        if self.kept or self._warned:
            self.dismiss(None)
            return
        self._warned = True
        self._say("▲ It was neither copied nor kept. Close once more, and it is gone.", "$warning")

    def action_copy(self) -> None:
        """Copy the value."""
        start(self, self._copy, group="keep")

    def action_store(self) -> None:
        """Put the value into the keyring."""
        start(self, self._store, group="keep")

    def action_file(self) -> None:
        """Save the value to a file."""
        start(self, self._file, group="keep")

    async def _copy(self) -> None:
        where = await copy(self.app, self._value)
        self._done(f"Sent to {where}.", "copied")

    async def _store(self) -> None:
        keyring = self._session.request.keyring
        try:
            before = await keyring.get(self._key)
            await keyring.put(self._key, self._value)
        except CredentialsUnavailable as unavailable:
            self._say(f"✗ It was not stored: {unavailable.reason}.", "$refused")
            return
        instead = ", in the place of the one kept before" if before not in (None, self._value) else ""
        self._done(f"Stored in {keyring.title}{instead}: ocgate signs in with it.", f"in {keyring.title}")

    async def _file(self) -> None:
        first = str(Path("~") / self._suggested)
        asked = Ask("Save the secret to a file", (("New file", first, False),), yes="Save", check=_check_name)
        answer = await self.app.push_screen_wait(asked)
        if answer is None:
            return
        try:
            path = await asyncio.to_thread(save_secret, Path(answer[0].strip()), self._value)
        except CannotSave as refused:
            self._say(f"✗ {refused}", "$refused")
            return
        self._done(f"Saved to {path}; only you can read it.", f"in {path}")

    def _done(self, words: str, kept: str) -> None:
        if kept not in self.kept:
            self.kept.append(kept)
        self._say(f"✓ {words}", "$allowed")

    def _say(self, words: str, style: str) -> None:
        self.query_one(".said", Static).update(literal(words, style))
        self.query_one(VerticalScroll).scroll_end(animate=False)


def _file_name(text: str) -> str:
    """Return a file name that every system takes."""
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', text).strip('-').lower()[:60] or 'client'}.secret"


def _check_name(answer: tuple[str, ...]) -> str | None:
    return None if answer[0].strip() else "Name a file."
