"""`ocgate export`, `ocgate plan` and `ocgate apply`: API clients as a file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.exits import WOULD_CHANGE, Exit, UsageError
from tui.headless.opening import ask, has_terminal, on_interrupt, opened_session, put_in, run, say, target_of, write

if TYPE_CHECKING:
    from tui.config.request import ConsoleRequest
    from tui.session.bulk import Progress
    from tui.session.declared.apply import Applying
    from tui.session.declared.document import Document
    from tui.session.declared.plan import Plan
    from tui.session.session import Session

_LOOKED_AT = 64
"""So many of the steps that are left are looked at for those that have ended: they end nearly in their order."""


@dataclass(frozen=True, slots=True)
class Consent:
    """How far a person agreed beforehand. `confirm` is the marketplace's name, which production wants as well."""

    yes: bool = False
    confirm: str | None = None
    partial: bool = False


def export(request: ConsoleRequest, which: Sequence[str], output: Path | None) -> int:
    """Write API clients to a file, or to standard output."""
    return run(partial(_export, request, which, output))


def plan(request: ConsoleRequest, file: Path, *, delete: bool, as_json: bool) -> int:
    """Say what a file would change."""
    document = _read(file)
    return Exit.FAILED if document is None else run(partial(_plan, request, document, delete=delete, as_json=as_json))


def apply(request: ConsoleRequest, file: Path, consent: Consent, *, delete: bool, as_json: bool) -> int:
    """Do what a file says. Raises UsageError when nobody can be asked and nobody agreed beforehand."""
    if not consent.yes and (file == Path("-") or not has_terminal()):
        raise UsageError("there is nobody to ask before something is changed: look at `ocgate plan`, then add --yes.")
    document = _read(file)
    if document is None:
        return Exit.FAILED
    return run(partial(_apply, request, document, consent, delete=delete, as_json=as_json))


def _read(file: Path) -> Document | None:
    """Read the file before anything is opened; say what is wrong with it."""
    from tui.session.declared.toml import NotADocument, from_toml, read_document

    try:
        if file == Path("-"):
            return from_toml(sys.stdin.buffer.read(), Path("standard input"))
        return read_document(file)
    except NotADocument as error:
        for problem in error.problems:
            say(str(problem))
    return None


async def _export(request: ConsoleRequest, which: Sequence[str], output: Path | None) -> int:
    from tui.session.declared.reading import export as read
    from tui.session.declared.toml import to_toml, write_document

    async with opened_session(request) as session:
        exported = await read(session.opened, which)
    if output is None:
        write(to_toml(exported.document))
    elif not put_in(output, lambda: write_document(exported.document, output)):
        return Exit.FAILED
    for remark in exported.remarks:
        say(remark)
    return Exit.OK


async def _plan(request: ConsoleRequest, document: Document, *, delete: bool, as_json: bool) -> int:
    from tui.session.declared.reading import make_plan

    async with opened_session(request) as session:
        made = await make_plan(session.opened, document, delete=delete)
        _show(made, session, as_json=as_json)
        await _warn(made, session)
    if made.problems:
        return Exit.FAILED
    return WOULD_CHANGE if made.steps else Exit.OK


async def _warn(made: Plan, session: Session) -> None:
    """Warn of what would keep ocgate itself out."""
    from tui.session.declared.apply import threats

    for reason in await threats(made, session.opened):
        say(f"ocgate is signed in through one of these API clients. Afterwards it could not get in: {reason}")


def _show(made: Plan, session: Session, *, as_json: bool) -> None:
    from tui.session.declared.report import plan_json, plan_lines

    target = target_of(session)
    write(plan_json(made, target=target) if as_json else "\n".join(plan_lines(made, target=target)) + "\n")


async def _apply(request: ConsoleRequest, document: Document, consent: Consent, *, delete: bool, as_json: bool) -> int:
    from tui.session.declared.apply import Applying
    from tui.session.declared.reading import make_plan
    from tui.session.declared.report import account_json, account_lines

    async with opened_session(request) as session:
        if (reason := session.why_not_change()) is not None:
            say(reason)
            return Exit.FAILED
        made = await make_plan(session.opened, document, delete=delete)
        if not as_json:
            _show(made, session, as_json=False)
        if made.problems and not consent.partial:
            for problem in made.problems if as_json else ():
                say(problem.told(made.source))
            say("Nothing was changed, because of the problems; --partial does what can be done.")
            return Exit.FAILED
        await _warn(made, session)
        if made.steps and not _agreed(made, session, consent):
            say("Nothing was changed.")
            return Exit.FAILED
        applying = Applying(made, session.opened, session.clock)
        try:
            interrupted = await _run(applying)
        finally:
            told = applying.progress.told
            if as_json:
                write(account_json(applying.account, target=target_of(session), why=told, tasks=made.tasks))
            elif made.steps:
                write("\n" + "\n".join(account_lines(applying.account, told)) + "\n")
        done = applying.progress.done == applying.progress.total
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.OK if done and not made.problems else Exit.FAILED


def _agreed(made: Plan, session: Session, consent: Consent) -> bool:
    """Ask before something is changed; production wants the marketplace's name."""
    name, production = session.identity.marketplace, session.in_production
    if consent.yes and not production:
        return True
    if consent.yes and consent.confirm is not None:
        if consent.confirm != name:
            say(f"--confirm says {consent.confirm}, and this is {name}.")
        return consent.confirm == name
    if consent.yes and not has_terminal():
        say(f"This is production: --yes alone does not do; add --confirm with the marketplace's name, {name}.")
        return False
    if production:
        return ask(f"{made.summary} This is production. Type {name} to go on:") == name
    return ask(f"{made.summary} Go on? (y/N)").casefold() in ("y", "yes")


async def _run(applying: Applying) -> bool:
    """Apply with progress on standard error; return whether ctrl+c ended it early."""
    interrupts = 0

    def interrupt() -> None:
        nonlocal interrupts
        interrupts += 1
        applying.cancel()

    progress = _Telling(applying)
    with on_interrupt(interrupt):
        try:
            await applying.run(progress.tell)
        finally:
            progress.end()
    return interrupts > 0


class _Telling:
    """Progress on standard error: one line that changes on a terminal, elsewhere a line for each step that ended."""

    def __init__(self, applying: Applying) -> None:
        self._applying = applying
        self._left = [step.key for step in applying.steps]
        self._steps = {step.key: step for step in applying.steps}
        self._live = sys.stderr is not None and sys.stderr.isatty()
        self._told = ""

    def tell(self, progress: Progress) -> None:
        """Tell how far it is."""
        if self._live:
            told = f" {progress.told}" if progress.told else ""
            _write_error(f"\r\x1b[K{progress.settled:,} of {progress.total:,}: {progress.words}.{told}")
            return
        self._tell_ended(self._left[:_LOOKED_AT])
        if progress.told and progress.told != self._told:
            say(progress.told)
        self._told = progress.told

    def end(self) -> None:
        """Tell the rest."""
        if self._live:
            _write_error("\r\x1b[K")
        else:
            self._tell_ended(list(self._left))

    def _tell_ended(self, keys: Sequence[tuple[str, ...]]) -> None:
        from tui.session.bulk import State
        from tui.session.declared.report import step_line

        for key in keys:
            result = self._applying.result(key)
            if result.state in (State.DONE, State.FAILED, State.UNKNOWN):
                self._left.remove(key)
                say(f"{step_line(self._steps[key])}: {result.words}")


def _write_error(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
