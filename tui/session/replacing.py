"""A compromised API client: what refers to it, and a fresh one in its place. Every step is told, also where it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tui.session import references
from tui.session.failures import Declined, certainly_nothing, said
from tui.session.few_at_once import few_at_once
from tui.session.journal import Change

if TYPE_CHECKING:
    from tui.ordercloud import OrderCloud
    from tui.ordercloud.models import ApiClient, ApiClientAssignment
    from tui.ordercloud.models.base import JSON
    from tui.session.marketplace import Marketplace

_OF_THE_OLD_ALONE = frozenset({"ID", "ClientSecret", "Active", "AssignedBuyerCount", "AssignedSupplierCount"})


@dataclass(frozen=True, slots=True)
class References:
    """What refers to an API client, as far as it can be read.

    Attributes:
        found: (what it is, its ID) of each.
        unread: What could not be read, each with the reason.
    """

    found: tuple[tuple[str, str], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()


async def read_references(client: OrderCloud, api_client_id: str) -> References:
    """Read what refers to an API client. What cannot be read is part of the answer."""
    referring = await references.References(client).read()
    found = referring.by_id.get(api_client_id.lower(), ())
    return References(tuple((each.kind, each.id) for each in found), referring.unread)


def to_reconfigure(references: References, new_id: str | None, *, new_secret: bool) -> Iterator[str]:
    """Tell what must be done elsewhere, in sentences.

    `new_id` is None where no fresh API client takes its place, and blank before it has an ID.
    """
    if new_id is not None:
        what = f"the new client ID {new_id}".rstrip()
        yield f"Every program that signs in: {what}{' and the new secret' if new_secret else ''}."
    else:
        yield "Every program that signs in through it: another API client, or none."
    for what, its_id in references.found:
        then = "it stops working" if new_id is None else f"change it to {new_id or 'the new one'}"
        yield f"The {what} {its_id} refers to the old one: {then}."
    if new_id is not None:
        yield "Refresh tokens and sessions of the old one end: users sign in again."
    for what, reason in references.unread:
        yield f"Whether an {what} refers to it could not be read: {reason.rstrip('.')}."


@dataclass(slots=True)
class Replacement:
    """A fresh API client in the place of a compromised one, as far as it has come.

    It stays inactive until it has its assignments and, where the old one has any, a secret. The old one is switched off
    last; whatever goes wrong before, `account` says that it still works. `client` is the marketplace's, so that all of
    it happens there, wherever the console goes meanwhile.
    """

    old: ApiClient
    marketplace: Marketplace
    client: OrderCloud
    secret_name: str
    new: ApiClient | None = None
    assigned: int = 0
    to_assign: int = 0
    secret: str = field(default="", repr=False)
    switched_on: bool = False
    old_off: bool = False
    unsure: str = ""
    problem: str = ""
    stopped: bool = False
    """Set by whoever wants no more of it to be done."""

    async def run(self, now: datetime, told: Callable[[str], None] = lambda _: None) -> None:
        """Do it all, and stop at the first thing that goes wrong: `problem` says what.

        `told` hears what is being done, and how many companies are assigned.
        """
        from tui.ordercloud import errors

        doing = ""

        def begin(what: str) -> None:
            nonlocal doing
            doing = what
            if self.stopped:
                raise Declined("You stopped it.")
            told(f"{what[:1].upper()}{what[1:]}…")

        try:
            begin("creating the new one")
            named = await self.marketplace.secrets_now(self.old.id)
            assignments = await self.marketplace.assignments(self.old.id)
            self.to_assign = len(assignments)
            self.new = await self.marketplace.create_api_client(fresh_fields(self.old))
            begin("assigning its companies")
            await self._assign(assignments, now, told)
            if named or self.old.client_secret:
                begin("creating its secret")
                made = await self.marketplace.create_secret(self.new, self.secret_name, None)
                self.secret = made.client_secret or ""
            if self.old.active:
                begin("activating the new one")
                new = self.marketplace.api_clients.get(self.new.id, self.new)
                self.new = await self.marketplace.patch_api_client(new, {"Active": True})
                self.switched_on = True
                begin("deactivating the old one")
                old = self.marketplace.api_clients.get(self.old.id, self.old)
                await self.marketplace.patch_api_client(old, {"Active": False})
            self.old_off = True
        except (errors.OrderCloudError, Declined) as error:
            self.problem = f"It ended while {doing}: {said(error)}"
            if not certainly_nothing(error):
                await self._look_again(secret_lost=doing == "creating its secret")

    async def _look_again(self, *, secret_lost: bool) -> None:
        """Find out what became of a change that was not answered."""
        from tui.ordercloud import errors

        if self.new is None:
            self.unsure = "Whether it was created is not known: read the list again (r), and delete it if it is there."
            return
        if secret_lost:
            self.unsure = "It may have a secret whose value is lost: delete that, and create another."
        try:
            self.switched_on = (await self.marketplace.api_client(self.new.id)).active
            self.old_off = not (await self.marketplace.api_client(self.old.id)).active
        except errors.OrderCloudError:
            self.unsure = "What became of that is not known, as nothing could be read: read the list again (r)."

    async def _assign(
        self, assignments: Sequence[ApiClientAssignment], now: datetime, told: Callable[[str], None]
    ) -> None:
        """Assign the companies of the old one to the new one, several at once."""
        from tui.ordercloud import errors
        from tui.ordercloud.models import ApiClientAssignment

        new = self.new
        assert new is not None

        async def assign(each: ApiClientAssignment) -> Exception | None:
            if self.stopped:
                return Declined("You stopped it.")
            own = ApiClientAssignment(api_client_id=new.id, buyer_id=each.buyer_id, supplier_id=each.supplier_id)
            try:
                await self.client.api_clients.assignments.assign(own)
            except errors.OrderCloudError as error:
                return error  # the others are tried all the same
            self.assigned += 1
            told(f"Assigning its companies: {self.assigned:,} of {self.to_assign:,}…")
            return None

        outcomes = await few_at_once(assign, assignments)
        if self.assigned:
            what = f"{new.app_name}: assigned {self.assigned} companies of the one it replaces"
            self.marketplace.journal.add(Change(now, what))
        failed = next((each for each in outcomes if each is not None), None)
        if failed is not None:
            raise failed
        self.new = await self.marketplace.api_client(new.id)

    def account(self) -> Iterator[str]:
        """Tell what was done, and what was not, in sentences."""
        name = self.old.app_name
        if self.new is None:
            yield "No new API client was made."
        else:
            yield f"{name} has a fresh API client: {self.new.id}."
            if self.to_assign:
                yield f"Assignments taken over: {self.assigned} of {self.to_assign}."
            if self.secret:
                yield f"It has the new secret {self.secret_name}."
            if self.old.active and not self.switched_on:
                yield "It is inactive: nobody can sign in through it yet."
            if not self.old.active:
                yield "It is inactive, as the old one is: activate it when it is wanted."
        if self.problem:
            yield self.problem
        if self.unsure:
            yield self.unsure
        if self.old_off:
            yield f"The old one ({self.old.id}) is inactive: nobody gets in, and its tokens have stopped."
        else:
            yield f"The old one ({self.old.id}) still works: x in the list deactivates it."


def fresh_fields(old: ApiClient) -> Mapping[str, JSON]:
    """Return the settings of an API client for a fresh one: never its secret, and inactive at first."""
    events = {name for name in old.to_wire() if name.endswith("IntegrationEventName")}
    wire = {name: value for name, value in old.to_wire().items() if name not in _OF_THE_OLD_ALONE | events}
    return {**wire, "Active": False}
