"""Steps of a plan that make a company or a user active, or no longer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui.access.facts import User
from tui.session.activating import Activation
from tui.session.bulk import Found, Undo
from tui.session.declared.plan import Step, Verb
from tui.session.failures import ShutsOut
from tui.session.lookups import users_of

if TYPE_CHECKING:
    from tui.session.opening import Opened


class Activating:
    """Activates and deactivates companies and users."""

    def __init__(self, opened: Opened) -> None:
        self._client = opened.client
        self._way_in = opened.marketplace.way_in

    def do(self, step: Step) -> Callable[[], Awaitable[Undo | None]]:
        """Return what does a step; it gives the way back, and none where it was so already."""

        async def do() -> Undo | None:
            if self._way_in.own.embedded and (reason := shuts_out(step, self._way_in.own.user)) is not None:
                raise ShutsOut(reason)
            return await self._activation(step).set(step.verb is Verb.ACTIVATE)

        return do

    def look(self, step: Step) -> Callable[[], Awaitable[Found]]:
        """Return what looks whether a step is done."""

        async def look() -> Found:
            wanted, its = step.verb is Verb.ACTIVATE, self._activation(step)
            done = await its.read() is wanted
            return Found(done, its.back(wanted) if done else None)

        return look

    def _activation(self, step: Step) -> Activation:
        party = step.party
        assert party is not None, "what is activated is a company, or a user of a party"
        if step.username:
            return Activation(users_of(self._client, party), step.match.id, step.match.label)
        return Activation.of_company(self._client, party)


def shuts_out(step: Step, own: User) -> str | None:
    """Say why the console could not get in after a step: it signs in as that user, or as one of that company."""
    if step.verb is not Verb.DEACTIVATE or step.party is None:
        return None
    if step.username:
        its = step.username.casefold() == own.username.casefold()
        return f"The console signs in as {own.username}, and a user who is not active gets no token." if its else None
    its = (step.party.kind, step.party.id) == (own.party.kind, own.party.id)
    return f"The console signs in as {own.username}, a user of this {step.party.kind}." if its else None
