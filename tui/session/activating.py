"""Making a company or a user active, or no longer: looked at before, and taken back only where it is still so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tui.access.facts import Party, PartyKind
from tui.access.xp import JSON
from tui.session.failures import CannotUndo, nothing_sent
from tui.session.lookups import users_of
from tui.session.steps import Undo

if TYPE_CHECKING:
    from tui.ordercloud import OrderCloud
    from tui.session.facts import Person


class _Active(Protocol):
    @property
    def active(self) -> bool: ...


class _Resource(Protocol):
    async def get(self, item_id: str, /) -> _Active: ...
    async def patch(self, item_id: str, changes: Mapping[str, JSON], /) -> _Active: ...


@dataclass(frozen=True, slots=True)
class Activation:
    """Whether one company or user is active. Every method raises the typed errors of `tui.ordercloud.errors`."""

    of: _Resource
    id: str
    label: str

    @classmethod
    def of_user(cls, client: OrderCloud, person: Person) -> Activation:
        """Give that of a user."""
        return cls(users_of(client, person.party), person.user.id, person.user.username)

    @classmethod
    def of_company(cls, client: OrderCloud, party: Party) -> Activation:
        """Give that of a buyer or supplier."""
        its = client.buyers if party.kind is PartyKind.BUYER else client.suppliers
        return cls(its, party.id, party.label)

    async def read(self) -> bool:
        """Read whether it is active now."""
        return (await self.of.get(self.id)).active

    async def set(self, wanted: bool) -> Undo | None:
        """Make it so; return the way back, and none where it was so already."""
        with nothing_sent():
            now = await self.read()
        if now is wanted:
            return None
        await self.of.patch(self.id, {"Active": wanted})
        return self.back(wanted)

    def back(self, made: bool) -> Undo:
        """Return what takes it back that it was made so. It raises CannotUndo where that is not so any more."""

        async def undo() -> str:
            from tui.ordercloud import errors

            try:
                now = await self.read()
            except errors.NotFound:
                raise CannotUndo(f"{self.label} is not there any more.") from None
            if now is not made:
                raise CannotUndo(f"{self.label} was {'deactivated' if made else 'activated'} again since.")
            await self.of.patch(self.id, {"Active": not made})
            return ""

        return undo
