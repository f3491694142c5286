"""Many assignments as one job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tui.access.facts import Party
from tui.session.bulk import AT_ONCE, Found, Job, Step, Undo
from tui.session.record import ChangeKind, Record
from tui.session.taking_back import Noted

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.marketplace import Marketplace


@dataclass(frozen=True, slots=True)
class Pairing:
    """One API client and one company, to be assigned to one another, or no longer."""

    api_client: ApiClient
    party: Party
    assign: bool

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from others."""
        return (self.api_client.id, self.party.kind.value, self.party.id)


def assignment_job(
    marketplace: Marketplace,
    title: str,
    pairings: Sequence[Pairing],
    *,
    about: str,
    label: Callable[[Pairing], str] = lambda each: each.party.label,
    timer: Callable[[], float],
    at_once: int = AT_ONCE,
) -> Job:
    """Return the job that makes assignments and takes some away.

    What it did is noted in the journal as one change, and read again once, at the end.

    Args:
        marketplace: Where.
        title: What it is, in words.
        pairings: What is to be assigned and unassigned. An assignment that is there already is not to be among them:
            taking the job back would take it away.
        about: What it is about, for the journal: the API client's name, or the company's.
        label: How a pairing is called, such as by its company.
        timer: Seconds, for the time it takes.
        at_once: Calls at a time.
    """
    by_key = {each.key: each for each in pairings}

    def step(pairing: Pairing) -> Step:
        do, verify = partial(_do, marketplace, pairing), partial(_verify, marketplace, pairing)
        detail = "assign" if pairing.assign else "unassign"
        return Step(pairing.key, label(pairing), do, detail, verify)

    async def after() -> None:
        await marketplace.read_assigned(each.api_client.id for each in pairings)

    def note(done: tuple[Step, ...]) -> None:
        keys = frozenset(each.key for each in done)
        made = sum(by_key[each.key].assign for each in pairings if each.key in keys)
        words = [(made, "assigned"), (len(keys) - made, "unassigned")]
        told = ", ".join(f"{verb} {number:,}" for number, verb in words if number)
        noted.note(f"{about}: {told}", keys, _records([each for each in pairings if each.key in keys]))

    noted = Noted(marketplace, lambda: job)
    job = Job(
        title,
        [step(each) for each in pairings],
        at_once=at_once,
        timer=timer,
        note=note,
        taken_back=noted.taken_back,
        after=after,
    )
    return job


def _records(done: Sequence[Pairing]) -> Iterator[Record]:
    """Return what is kept of a job: for each API client the companies assigned to it, and those no longer."""
    together: dict[tuple[str, bool], list[Pairing]] = {}
    for each in done:
        together.setdefault((each.api_client.id, each.assign), []).append(each)
    for (_, assigned), pairings in together.items():
        kind, api_client = ChangeKind.ASSIGNED if assigned else ChangeKind.UNASSIGNED, pairings[0].api_client
        yield Record(kind, api_client.id, api_client.app_name, companies=tuple(each.party for each in pairings))


async def _do(marketplace: Marketplace, pairing: Pairing) -> Undo:
    await marketplace.set_assignment(pairing.api_client, pairing.party, assigned=pairing.assign)
    return partial(_undo, marketplace, pairing)


async def _undo(marketplace: Marketplace, pairing: Pairing) -> str:
    await marketplace.set_assignment(pairing.api_client, pairing.party, assigned=not pairing.assign)
    return ""


async def _verify(marketplace: Marketplace, pairing: Pairing) -> Found:
    there = await marketplace.is_assigned(pairing.api_client.id, pairing.party)
    done = there is pairing.assign
    return Found(done, partial(_undo, marketplace, pairing) if done else None)
