"""The commands that write API clients to a file, and that make them as a file says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from tui.access.words import count
from tui.commands import CommandHost
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from tui.session.session import Session

_OF_FILES = frozenset({"app.plan", "app.export"})


class FileCommands(CommandHost):
    """An app's part that carries them out."""

    session: Session

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        if command in _OF_FILES and not self.session.ready:
            return "There is no marketplace yet."
        return super().why_not(command)

    async def do_plan(self) -> None:
        """Ask for a file, and show what it would change."""
        from tui.panes.plan import PlanScreen
        from tui.session.declared.toml import NotADocument, read_document
        from tui.session.stand_ins.records import learn_document
        from tui.widgets.dialogs import Ask, Note

        assert isinstance(self, App), "the commands of everywhere are the app's"
        told = "A file that `Export…` or `ocgate export` has written. Nothing is changed before you have seen the plan."
        fields = (("File", "", False),)
        answer = await self.push_screen_wait(
            Ask("Plan from a file", fields, body=told, yes="Plan", check=lambda given: _why_no_file(given[0]))
        )
        if answer is None:
            return
        try:
            document = await asyncio.to_thread(read_document, path_of(answer[0]))
        except NotADocument as error:
            problems = "\n".join(str(problem) for problem in error.problems)
            self.push_screen(Note("This file cannot be planned", literal(problems, lines=True)))
            return
        learn_document(self.session, document)
        self.push_screen(PlanScreen(self.session, document))

    async def do_export(self) -> None:
        """Ask for a file, and write every API client to it."""
        assert isinstance(self, App), "the commands of everywhere are the app's"
        await export_to_file(self, self.session)


async def export_to_file(app: App[Any], session: Session, which: Sequence[str] = ()) -> None:
    """Ask for a file, and write API clients to it: those of these IDs, or all.

    Raises the errors of the typed client.
    """
    from tui.session.declared.reading import export
    from tui.session.declared.toml import write_document

    opened = session.opened
    every = count(len(which), "API client") if which else "Every API client"
    told = f"{every} with assignments and what is known of secrets, never a value: fit for git."
    first = f"{opened.marketplace.seller.id or 'api-clients'}.toml"
    file = await ask_where(app, "Export API clients", first, told, "Export")
    if file is None:
        return
    exported = await export(opened, which)
    if not await write_to(app, file, lambda: write_document(exported.document, file)):
        return
    number = len(exported.document.api_clients)
    written = f"{count(number, 'API client')} {'was' if number == 1 else 'were'} written to {file}."
    app.notify(plain(" ".join([written, *exported.remarks])), markup=False, timeout=6)


async def write_to(app: App[Any], file: Path, write: Callable[[], object]) -> bool:
    """Write a file on a thread; return whether it was written, and tell why where it was not."""
    try:
        await asyncio.to_thread(write)
    except OSError as error:
        app.notify(plain(f"{file} could not be written: {error.strerror or error}."), markup=False, timeout=6)
        return False
    return True


async def ask_where(app: App[Any], title: str, first: str, told: str, yes: str) -> Path | None:
    """Ask for a file to write, and whether one that is there is replaced; None when the person leaves.

    `first` is the path that is suggested, `told` what will be in the file, `yes` the word for going on.
    """
    from tui.widgets.dialogs import Ask, Confirm

    question = Ask(title, (("File", first, False),), body=told, yes=yes, check=lambda given: _why_not_there(given[0]))
    answer = await app.push_screen_wait(question)
    if answer is None:
        return None
    file = path_of(answer[0])
    if file.exists():
        body = literal(f"{file} is there already. It is replaced as a whole.")
        if not await app.push_screen_wait(Confirm("Replace the file?", body, yes="Replace", danger=True)):
            return None
    return file


def path_of(typed: str) -> Path:
    """Return the path a person typed."""
    return Path(typed.strip()).expanduser()


def _why_no_file(typed: str) -> str | None:
    """Say why there is nothing to read at a path; None when there is."""
    if not typed.strip():
        return "Which file? Type its path."
    file = path_of(typed)
    if file.is_dir():
        return f"{file} is a folder."
    return None if file.exists() else f"There is no file {file.absolute()}."


def _why_not_there(typed: str) -> str | None:
    """Say why nothing can be written to a path; None when something could."""
    if not typed.strip():
        return "Where to? Type a path."
    file = path_of(typed)
    if file.is_dir():
        return f"{file} is a folder."
    return None if file.absolute().parent.is_dir() else f"There is no folder {file.absolute().parent}."
