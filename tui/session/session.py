"""One sitting: the connection, who is signed in, the typed client, and every exchange with the marketplace."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING

from tui.session.failures import NoMarketplace
from tui.session.identity import CredentialsMissing, Identity, SignInSecrets, kind_of

if TYPE_CHECKING:
    from tui.config.connection import Connection
    from tui.config.request import ConsoleRequest
    from tui.ordercloud import Exchange, OrderCloud
    from tui.sandbox import Sandbox
    from tui.sandbox.control import ControlledClock
    from tui.sandbox.control.log import RequestLog
    from tui.sandbox.outbox import Message
    from tui.session.attempt_file import AttemptFile
    from tui.session.drafts import Drafts
    from tui.session.journal import Journal
    from tui.session.journal_file import JournalFile
    from tui.session.last_seen import LastSeen
    from tui.session.marketplace import Marketplace
    from tui.session.opening import Opened, Surroundings
    from tui.session.secret_use import UseLog
    from tui.session.stand_ins import StandIns

__all__ = ["CredentialsMissing", "Identity", "Phase", "Session", "SignInSecrets"]

KEPT_EXCHANGES = 2_000
"""Exchanges of one sitting that are kept; older ones give way."""
KEPT_BYTES = 4 << 20
"""What the bodies of the exchanges kept may weigh together; a page of a long list weighs 70 kB."""


def utc_now() -> datetime:
    """Return the time now, timezone-aware."""
    return datetime.now(UTC)


class Phase(StrEnum):
    """How far the connection is."""

    CONNECTING = "connecting"
    READY = "ready"
    SIGN_IN_NEEDED = "sign-in needed"
    FAILED = "failed"


class Session:
    """What every pane shares. It reads and changes a marketplace; it knows no screen."""

    def __init__(
        self,
        request: ConsoleRequest,
        *,
        clock: Callable[[], datetime] = utc_now,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.request = request
        self._own_clock = clock
        self._timer = timer
        self.phase = Phase.CONNECTING
        self.problem: Exception | None = None
        self.identity = Identity("sandbox" if request.connection is None else "", "", "")
        self.connection = request.connection
        self.exchanges: deque[Exchange] = deque()
        self._weight = 0
        self.listeners: list[Callable[[Exchange], None]] = []
        self.stand_ins: StandIns | None = None
        """What is shown in place of what is real: whoever reads from a file or a token tells it; None before any is."""
        self._opened: Opened | None = None
        self._parked: Opened | None = None
        self._journal_file: JournalFile | None = None
        self._drafts: Drafts | None = None
        self._attempt_file: AttemptFile | None = None

    # -- connecting ----------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect as the request says.

        Leaves `phase` READY, SIGN_IN_NEEDED (something is missing or was refused) or FAILED (nothing answered);
        `problem` then tells why. Never raises for what a marketplace or network can do.
        """
        if self.request.connection is None:
            await self.use_sandbox()
        else:
            await self.connect(self.request.connection)

    async def connect(self, connection: Connection, secrets: SignInSecrets | None = None) -> None:
        """Connect to another marketplace; see `open` for how it ends.

        The present one is kept aside until the other is open: `resume` goes back to it.
        """
        self._park()
        self.connection = connection
        self.identity = Identity(kind_of(connection.url), connection.url, connection.client_id)
        if not connection.complete:
            self.phase, self.problem = Phase.SIGN_IN_NEEDED, None
            return
        await _load("tui.ordercloud.client", "tui.session.opening")
        from tui.session.opening import open_connection

        typed, store = secrets or SignInSecrets(), self.request.credentials
        await self._attempt(lambda: open_connection(connection, typed, store, self._around))

    async def use_sandbox(self) -> None:
        """Open the embedded sandbox; see `connect`."""
        self._park()
        self.connection = None
        self.identity = Identity("sandbox", "", "")
        await _load("tui.ordercloud.client", "tui.sandbox", "tui.session.opening")
        from tui.session.opening import open_sandbox

        path = None if self.request.sandbox_memory else self.request.sandbox_db
        await self._attempt(lambda: open_sandbox(path, self._around))

    def resume(self) -> bool:
        """Go back to the marketplace that was open before an attempt that failed; return whether there was one."""
        if self._opened is None and self._parked is not None:
            self._become(self._parked)
            self._parked = None
            return True
        return False

    def _park(self) -> None:
        if self._opened is not None:
            self._parked, self._opened = self._opened, None

    def _become(self, opened: Opened) -> None:
        self._opened = opened
        self.identity, self.connection = opened.identity, opened.connection
        self.phase, self.problem = Phase.READY, None
        self._sign_journal(opened)

    def _sign_journal(self, opened: Opened) -> None:
        from tui.session.journal_file import JournalFile
        from tui.session.record import Signature

        if self._journal_file is None:
            self._journal_file = JournalFile(self.request.paths.journal)
        who = opened.identity
        by = Signature(who.username, who.url, who.marketplace, self.place or f"memory {id(opened):x}")
        opened.journal.keep_in(self._journal_file, by)

    async def _attempt(self, opening: Callable[[], Awaitable[Opened]]) -> None:
        from tui.ordercloud import errors
        from tui.sandbox.errors import SandboxError

        self.phase, self.problem = Phase.CONNECTING, None
        try:
            opened = await opening()
        except (errors.OAuthRefused, errors.Unauthorized, CredentialsMissing) as problem:
            self.phase, self.problem = Phase.SIGN_IN_NEEDED, problem
        except (errors.OrderCloudError, SandboxError, OSError) as problem:
            self.phase, self.problem = Phase.FAILED, problem
        else:
            self._become(opened)
            if self._parked is not None:
                await self._parked.close()
                self._parked = None

    @property
    def _around(self) -> Surroundings:
        from tui.session.opening import Surroundings

        return Surroundings(self._own_clock, self._timer, self._heard, self.read_only)

    def another_tester(self) -> Opened:
        """Return the open marketplace with a token tester of its own, to be closed by whoever asked for it.

        Raises NoMarketplace, as `opened` does.
        """
        return self._around.another_tester(self.opened)

    async def close(self) -> None:
        """Close what is open."""
        for opened in (self._opened, self._parked):
            if opened is not None:
                await opened.close()
        self._opened = self._parked = None
        if self._journal_file is not None:
            await asyncio.to_thread(self._journal_file.close)
        if self._attempt_file is not None:
            await asyncio.to_thread(self._attempt_file.close)

    # -- what panes ask ------------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether there is a marketplace to read."""
        return self.phase is Phase.READY

    @property
    def opened(self) -> Opened:
        """The open marketplace with its clients. What takes a while takes this once, and stays with it.

        Raises NoMarketplace while there is none.
        """
        if self._opened is None:
            raise NoMarketplace("There is no open marketplace now: the console is connecting, or not signed in.")
        return self._opened

    @property
    def client(self) -> OrderCloud:
        """The typed client, signed in as the console. Raises NoMarketplace, as `opened` does."""
        return self.opened.client

    @property
    def marketplace(self) -> Marketplace:
        """What is known of the marketplace. Raises NoMarketplace, as `opened` does."""
        return self.opened.marketplace

    def is_at(self, marketplace: Marketplace) -> bool:
        """Return whether this is the marketplace that is open now."""
        return self._opened is not None and self._opened.marketplace is marketplace

    @property
    def journal(self) -> Journal:
        """The changes made in this marketplace in this sitting; an empty one while there is none."""
        from tui.session.journal import Journal

        return Journal() if self._opened is None else self._opened.journal

    @property
    def place(self) -> str | None:
        """What tells the open marketplace from every other, from one sitting to the next; None for one in memory."""
        return self.place_of(self.opened)

    def place_of(self, opened: Opened) -> str | None:
        """Return the `place` of a marketplace, also of one that is being left."""
        if opened.connection is not None:
            return f"{opened.connection.url} {opened.marketplace.seller.id}"
        return None if self.request.sandbox_memory else f"sandbox {self.request.sandbox_db}"

    @property
    def drafts(self) -> Drafts | None:
        """What was typed into forms of the open marketplace and not saved; None for a marketplace in memory."""
        from tui.session.drafts import Drafts

        place = self.place
        if place is None:
            return None
        if self._drafts is None or self._drafts.place != place:
            self._drafts = Drafts(self.request.paths.drafts, place)
        return self._drafts

    @property
    def attempt_file(self) -> AttemptFile | None:
        """The attempts of all sittings; None for a marketplace in memory, whose attempts nobody can repeat."""
        from tui.session.attempt_file import AttemptFile

        if self.place is None:
            return None
        if self._attempt_file is None:
            self._attempt_file = AttemptFile(self.request.paths.attempts)
        return self._attempt_file

    @property
    def read_only(self) -> bool:
        """Whether every change is refused."""
        return self.request.read_only or (self.connection is not None and self.connection.read_only)

    def why_not_change(self) -> str | None:
        """Return why nothing can be changed now, in a sentence; None when it can."""
        if not self.ready:
            return "There is no marketplace yet."
        if self.read_only:
            return "This connection is read-only: changes are refused (profile, settings or --read-only)."
        return None

    @property
    def in_production(self) -> bool:
        """Whether a change would reach people."""
        return self.identity.kind == "production"

    # -- the time ------------------------------------------------------------------------------------------------

    def clock(self) -> datetime:
        """Tell the time of where the console is: that of the embedded sandbox can be changed."""
        sandbox = None if self._opened is None else self._opened.sandbox
        return self._own_clock() if sandbox is None else sandbox.now()

    @property
    def timer(self) -> Callable[[], float]:
        """Tells seconds, for durations."""
        return self._timer

    @property
    def changed_clock(self) -> ControlledClock | None:
        """The clock of the embedded sandbox while it was changed; its base tells the real time."""
        sandbox = None if self._opened is None else self._opened.sandbox
        return None if sandbox is None else sandbox.changed_clock

    def why_not_sandbox(self, elsewhere: str) -> str | None:
        """Return why nothing of the embedded sandbox can be had now, None when it can.

        `elsewhere` says in a sentence what is so in any other marketplace.
        """
        if self._opened is None:
            return "There is no marketplace yet."
        return elsewhere if self._opened.sandbox is None else None

    async def sandbox_clock(self) -> ControlledClock:
        """Give the clock of the embedded sandbox, to change it. Raises NoMarketplace when there is none."""
        sandbox = self._sandbox
        await _load("tui.sandbox.control")
        return sandbox.control.clock

    async def outbox(self) -> tuple[Message, ...]:
        """Give the embedded sandbox's mail, the newest first. Raises as `sandbox_clock` does."""
        return await self._sandbox.outbox()

    async def use_log(self) -> UseLog | None:
        """Give what knows when secrets were used: the embedded sandbox's log; None anywhere else."""
        from tui.session.secret_use import SandboxLog

        sandbox = None if self._opened is None else self._opened.sandbox
        if sandbox is None:
            return None
        await _load("tui.sandbox.control")
        return SandboxLog(sandbox)

    async def request_log(self) -> RequestLog | None:
        """Give the embedded sandbox's log of every request, which begins with the first use; None anywhere else."""
        sandbox = None if self._opened is None else self._opened.sandbox
        if sandbox is None:
            return None
        await _load("tui.sandbox.control")
        return sandbox.control.log

    @property
    def _sandbox(self) -> Sandbox:
        if (sandbox := self.opened.sandbox) is None:
            raise NoMarketplace("The console is not on its embedded sandbox.")
        return sandbox

    async def follow_clock(self) -> None:
        """Use the console's own token once after its time was changed: the client renews one that is not good now."""
        await self.client.me.get()

    def token_left(self) -> timedelta | None:
        """Return how long the console's own token still lives; None while there is none."""
        signed_in = None if self._opened is None else self._opened.client.signed_in
        return None if signed_in is None else signed_in.remaining(self.clock())

    # -- from one sitting to the next ----------------------------------------------------------------------------

    @property
    def last_seen(self) -> LastSeen | None:
        """What was last seen of the connection that is open or being opened; None for a marketplace in memory."""
        from tui.session.last_seen import LastSeen

        connection, request = self.connection, self.request
        if connection is not None:
            of = f"{connection.url} {connection.client_id} {connection.grant} {connection.username}"
        elif request.sandbox_memory:
            return None
        else:
            of = f"sandbox {request.sandbox_db}"
        return LastSeen(request.paths.state / "seen", of)

    # -- exchanges -----------------------------------------------------------------------------------------------

    def _heard(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        self._weight += exchange.weight
        while len(self.exchanges) > KEPT_EXCHANGES or (self._weight > KEPT_BYTES and len(self.exchanges) > 1):
            self._weight -= self.exchanges.popleft().weight
        for listener in self.listeners:
            listener(exchange)


async def _load(*modules: str) -> None:
    """Import what connecting needs away from the event loop: keys are answered meanwhile."""
    for module in modules:
        if module not in sys.modules:
            await asyncio.to_thread(import_module, module)
