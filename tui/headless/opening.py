"""An open session without a screen: what every command that needs a marketplace begins with."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tui.config.request import ConsoleRequest
from tui.exits import Exit
from tui.session.failures import is_expected
from tui.session.session import CredentialsMissing, Session, SignInSecrets
from tui.visible import visible

_SECRETS = (
    "Set OCGATE_PASSWORD or OCGATE_CLIENT_SECRET, or sign in once in the console and have it kept in the keyring."
)


class NotConnected(Exception):
    """There is no marketplace to do it in; the message says why and what to do."""


@asynccontextmanager
async def opened_session(request: ConsoleRequest) -> AsyncIterator[Session]:
    """Open the marketplace that options, variables and settings name, and close it in the end. Raises NotConnected."""
    connection = request.connection
    if connection is not None and not connection.complete:
        raise NotConnected(" ".join(str(problem) for problem in connection.problems))
    session = Session(request)
    await session.open()
    try:
        if connection is not None and isinstance(session.problem, CredentialsMissing) and has_terminal():
            await session.connect(connection, SignInSecrets(password=ask_secret(f"Password of {connection.username}")))
        if not session.ready:
            raise NotConnected(_why_not(session.problem))
        yield session
    finally:
        await session.close()


def ask_secret(what: str) -> str:
    """Ask for a password or secret that no store has; it is not shown, and not kept."""
    from getpass import getpass

    with _plain_interrupt():
        return getpass(f"{visible(what)}: ", sys.stderr)


def _why_not(problem: Exception | None) -> str:
    told = str(problem) if problem is not None else "The marketplace could not be opened."
    return f"{told} {_SECRETS}" if isinstance(problem, CredentialsMissing) else told


def run(work: Callable[[], Awaitable[int]]) -> int:
    """Run a command, and turn what a marketplace, a network or a person can do into a sentence and an exit code."""

    async def guarded() -> int:
        try:
            return await work()
        except NotConnected as error:
            say(str(error))
            return Exit.NOT_CONNECTED
        except Exception as error:
            if not is_expected(error):
                raise
            say(str(error))
            return Exit.FAILED

    return asyncio.run(guarded())


def target_of(session: Session) -> str:
    """Return what to call the marketplace: its name, its kind and where it is."""
    identity = session.identity
    return f"{identity.marketplace} ({identity.kind or 'unknown'}, {identity.url})"


def say(message: str) -> None:
    """Tell the person, on standard error. There may be none, and nobody to read it."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"ocgate: {visible(message)}\n")
        sys.stderr.flush()


def write(text: str) -> None:
    """Write data on standard output, where it is for people and for programs."""
    sys.stdout.write(text)
    sys.stdout.flush()


def put_in(file: Path, write: Callable[[], object]) -> bool:
    """Write a file; return whether it was written, and say why where it was not."""
    try:
        write()
    except OSError as error:
        say(f"{file} could not be written: {error.strerror or error}.")
        return False
    return True


def has_terminal() -> bool:
    """Whether a person can be asked: questions are on standard error, answers come from standard input."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def ask(question: str) -> str:
    """Ask a person, and return the answer without blanks around it; ctrl+c ends the command."""
    with _plain_interrupt():
        sys.stderr.write(f"{visible(question)} ")
        sys.stderr.flush()
        return sys.stdin.readline().strip()


@contextmanager
def _plain_interrupt() -> Iterator[None]:
    """Let ctrl+c end what waits for a line: asyncio's own way of taking it waits for the line first."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def on_interrupt(do: Callable[[], None]) -> Iterator[None]:
    """Do something at ctrl+c in place of ending, where the platform lets an event loop hear of it."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)
    try:
        loop.add_signal_handler(signal.SIGINT, do)
    except (NotImplementedError, RuntimeError, ValueError):
        yield  # ctrl+c then cancels the command's task, and whoever began something says what became of it
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)
