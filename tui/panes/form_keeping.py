"""Keeps what is typed into a form, so that it survives a crash, and puts it back another day."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.session.drafts import DraftFile, KeptDraft
from tui.session.record import without_secret
from tui.widgets.background import start

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.panes.client_form import ApiClientForm
    from tui.session.session import Session

PAUSE = 0.4
"""Seconds after a key before it is written: typing on does not write anew each time."""


class Keeping:
    """The file of one form; nothing is kept of a marketplace in memory, which is gone itself by then."""

    def __init__(self, session: Session, form: ApiClientForm, kept: KeptDraft | None) -> None:
        self.kept = kept
        self._session = session
        self._form = form
        self._timer: Timer | None = None
        self._file: DraftFile | None = None
        drafts = session.drafts
        if drafts is not None:
            self._file = drafts.begin() if kept is None else drafts.take_up(kept)

    def restore(self) -> None:
        """Put what was kept into the draft."""
        if self.kept is not None:
            self._form.draft.take(self.kept.typed)
            if self._form.before is None:
                self.restore_companies()

    def restore_companies(self) -> None:
        """Put the companies back that were chosen, once it is known which are assigned; do it once."""
        if self.kept is not None and self.kept.companies is not None:
            self._form.companies.choose(self.kept.companies)
        self.kept = None

    def keep(self) -> None:
        """Keep the form as it is now, soon; or nothing, when there is nothing to lose."""
        if self._file is None:
            return
        if not self._form.dirty:
            if self.kept is None:
                self._file.remove()
            return
        self._file.put(self._draft())
        if self._timer is None:
            self._timer = self._form.set_timer(PAUSE, self._write_soon)

    def _draft(self) -> KeptDraft:
        form = self._form
        name = form.draft.value("AppName") or (form.before.app_name if form.before is not None else "")
        return KeptDraft(
            "" if form.before is None else form.before.id,
            str(name),
            self._session.clock(),
            without_secret(form.draft.base),
            form.draft.kept(),
            form.companies.now if form.companies.changed else None,
            form.draft.has_secret,
        )

    def _write_soon(self) -> None:
        self._timer = None
        if self._file is not None:
            file = self._file

            async def write() -> None:
                await asyncio.to_thread(file.write)

            start(self._form, write, group="keep", exclusive=False)

    def write(self) -> None:
        """Write at once what is to be kept."""
        if self._file is not None:
            self._file.write()

    def give_up(self) -> None:
        """Forget it: it is saved, or the person gave it up."""
        if self._file is not None:
            self._file.remove()
