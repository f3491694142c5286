"""The controls of one open marketplace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from tui.sandbox.control.api import ControlApi
from tui.sandbox.control.clock import ControlledClock
from tui.sandbox.control.log import RequestLog
from tui.sandbox.control.middleware import Controlled
from tui.sandbox.control.rules import Faults
from tui.sandbox.control.state import State

if TYPE_CHECKING:
    from tui.sandbox.sandbox import Sandbox
    from tui.sandbox.services import Services


class Control:
    """Clock, faults, log and state. `api` answers the same over HTTP, below `/sandbox`.

    sandbox.control.clock.advance(timedelta(hours=10))
    sandbox.control.faults.add(Rule(Fault.DROP_AFTER, path="/v1/buyers*", next=1))
    sandbox.control.log.entries(Filter(refused=True))
    await sandbox.control.state.reset()
    """

    def __init__(self, sandbox: Sandbox, services: Services) -> None:
        """Use `Sandbox.control`. A clock that can be controlled already is kept; any other one is wrapped.

        `since` is when this was, by that clock: the log begins then.
        """
        kept = services.clock
        self.clock = kept if isinstance(kept, ControlledClock) else ControlledClock(kept)
        services.clock = self.clock
        self.faults = Faults()
        self.log = RequestLog()
        self.since = self.clock()
        self.state = State(sandbox, services, self.clock)
        self.api = ControlApi(self, sandbox)
        self._services = services

    def before(self, app: ASGIApp) -> Controlled:
        """Put faults, log and the control API before an application."""
        return Controlled(app, self.api, self._services, self.faults, self.log)
