"""Steps of a plan that make a company or a user active, or no longer: each looks first, and has its way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from tui.access.facts import PartyKind, User
from tui.access.xp import JSON
from tui.session.bulk import Found, Undo
from tui.session.declared.plan import Step, Verb
from tui.session.failures import CannotUndo, ShutsOut
from tui.session.lookups import users_of

if TYPE_CHECKING:
    from tui.session.opening import Opened


class _Active(Protocol):
    @property
    def active(self) -> bool: ...


class _Resource(Protocol):
    async def get(self, item_id: str, /) -> _Active: ...
    async def patch(self, item_id: str, changes: Mapping[str, JSON], /) -> _Active: ...


class Activating:
    """Activates and deactivates companies and users."""

    def __init__(self, opened: Opened) -> None:
        self._client = opened.client
        self._way_in = opened.marketplace.way_in

    def do(self, step: Step) -> Callable[[], Awaitable[Undo | None]]:
        """Return what does a step; it gives the way back, and none where it was so already."""
        wanted = step.verb is Verb.ACTIVATE

        async def do() -> Undo | None:
            of = self._resource(step)
            if self._way_in.own.embedded and (reason := shuts_out(step, self._way_in.own.user)) is not None:
                raise ShutsOut(reason)
            with nothing_sent():
                now = await of.get(step.match.id)
            if now.active is wanted:
                return None
            await of.patch(step.match.id, {"Active": wanted})
            return self._back(step)

        return do

    def look(self, step: Step) -> Callable[[], Awaitable[Found]]:
        """Return what looks whether a step is done."""

        async def look() -> Found:
            now = await self._resource(step).get(step.match.id)
            done = now.active is (step.verb is Verb.ACTIVATE)
            return Found(done, self._back(step) if done else None)

        return look

    def _back(self, step: Step) -> Undo:
        made = step.verb is Verb.ACTIVATE

        async def undo() -> str:
            of = self._resource(step)
            now = await of.get(step.match.id)
            if now.active is not made:
                raise CannotUndo(f"{step.match.label} was {'deactivated' if made else 'activated'} again since.")
            await of.patch(step.match.id, {"Active": not made})
            return ""

        return undo

    def _resource(self, step: Step) -> _Resource:
        party = step.party
        assert party is not None, "what is activated is a company, or a user of a party"
        if step.username:
            return users_of(self._client, party)
        return self._client.buyers if party.kind is PartyKind.BUYER else self._client.suppliers


def shuts_out(step: Step, own: User) -> str | None:
    """Say why the console could not get in after a step: it signs in as that user, or as one of that company."""
    if step.verb is not Verb.DEACTIVATE or step.party is None:
        return None
    if step.username:
        its = step.username.casefold() == own.username.casefold()
        return f"The console signs in as {own.username}, and a user who is not active gets no token." if its else None
    its = (step.party.kind, step.party.id) == (own.party.kind, own.party.id)
    return f"The console signs in as {own.username}, a user of this {step.party.kind}." if its else None


@contextmanager
def nothing_sent() -> Iterator[None]:
    """Say of a look before a change that fails that the change itself was certainly not sent."""
    from tui.ordercloud import errors

    try:
        yield
    except errors.CannotConnect:
        raise
    except (errors.NoAnswer, errors.ServerFailed, errors.UnexpectedAnswer) as error:
        what = f"Nothing was sent, for the look before it failed: {error.what}"
        raise errors.CannotConnect(what, error.exchange, advice=error.advice) from error
