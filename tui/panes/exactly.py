"""Assigning exactly what a list says, companies to an API client or API clients to a company: list, plan, job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from tui.access.facts import PartyKind
from tui.panes.assigning import assign_many, title_of
from tui.panes.exact_list import ExactDoubts, ExactText
from tui.session.assigning import Pairing
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.access.exact import ExactPlan
    from tui.access.facts import Party
    from tui.access.parties import Gate
    from tui.ordercloud.models import ApiClient
    from tui.session.session import Session


class _Planned(Protocol):
    """What it takes, and what may be meant by an unknown ID."""

    @property
    def plan(self) -> ExactPlan: ...
    @property
    def near(self) -> Mapping[str, Sequence[tuple[str, str]]]: ...


Found = TypeVar("Found", bound=_Planned)


async def assign_exactly(host: Widget, session: Session, api_client: ApiClient, gate: Gate, kind: PartyKind) -> None:
    """Ask for a list of companies, show what it takes that exactly those are assigned, and do it."""
    from tui.session.exact_companies import ExactCompanies, plan_companies

    kind = PartyKind.BUYER if kind is PartyKind.SELLER else kind
    marketplace, assigned, name = session.marketplace, gate.assigned(kind), api_client.app_name

    async def find(ids: Sequence[str]) -> ExactCompanies:
        return await plan_companies(marketplace, kind, ids, assigned, lambda _, __: None)

    answer = await _ask(host, f"Assign exactly these {kind.value}s to {name}", kind.value, find)
    if answer is None:
        return
    found, notes = answer
    pairings = [Pairing(api_client, found.parties[each], True) for each in found.plan.add]
    pairings += [Pairing(api_client, found.parties[each], False) for each in found.plan.remove]
    await assign_many(host, session, pairings, title_of(pairings, name), about=name, notes=notes)


async def assign_to_exactly(host: Widget, session: Session, party: Party, assigned: frozenset[str]) -> bool:
    """Ask for a list of API clients, show what it takes that a company is assigned to exactly those, and do it.

    `assigned` are the IDs of those it is assigned to now, in lower case. Returns whether there was anything to do.
    """
    from tui.session.exact_clients import ExactClients, plan_clients

    marketplace = session.marketplace

    async def find(ids: Sequence[str]) -> ExactClients:
        return await plan_clients(marketplace, ids, assigned)

    answer = await _ask(host, f"Assign {party.label} to exactly these API clients", "API client", find)
    if answer is None:
        return False
    found, notes = answer
    pairings = [Pairing(found.api_clients[each], party, True) for each in found.plan.add]
    pairings += [Pairing(found.api_clients[each], party, False) for each in found.plan.remove]
    title = plain(f"Assign {party.label} to exactly these API clients")
    await assign_many(host, session, pairings, title, about=party.label, notes=notes, label=_name_of)
    return True


def _name_of(pairing: Pairing) -> str:
    return pairing.api_client.app_name


async def _ask(
    host: Widget, title: str, noun: str, find: Callable[[Sequence[str]], Awaitable[Found]]
) -> tuple[Found, list[str]] | None:
    """Ask for a list until it is one to go by; return what it takes and what is to be told beside, or None."""
    text = ""
    while True:
        screen = ExactText(title, noun, text)
        listed = await host.app.push_screen_wait(screen)
        if listed is None:
            return None
        text = screen.text
        found = await find(listed.ids)
        plan = found.plan
        doubtful = bool(plan.unknown or listed.wrong)
        if doubtful and not await host.app.push_screen_wait(ExactDoubts(title, plan, found.near, listed)):
            continue
        if not plan.changes:
            host.app.notify(f"Exactly these {noun}s are assigned already.", markup=False, timeout=4)
            return None
        stay = len(plan.keep)
        notes = [f"{stay:,} of the list {'is' if stay == 1 else 'are'} assigned already."] if stay else []
        if left_out := len(plan.unknown) + len(listed.wrong):
            notes.append(f"{left_out:,} of the list left out: unknown, or no IDs.")
        return found, notes
