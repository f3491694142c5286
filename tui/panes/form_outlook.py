"""What a form would change for people: who gains and loses what, and the advice it raises or settles.

What has to be known for it is read once when the form is opened; each look is worked out anew from that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from tui.access.blast import Blast, Crowd, Situation, blast
from tui.access.facts import AssignmentFacts, Party
from tui.panes.client_draft import FIELDS, Draft
from tui.session.facts import assignment_of
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from tui.access.advice import Advice
    from tui.ordercloud.models import ApiClient, ApiClientAssignment, ApiClientSecret
    from tui.session.facts import Companies, Person
    from tui.session.marketplace import Marketplace

MOST_PARTIES = 200
"""Of how many companies the users are read to say who is affected; reading those of more would take minutes."""
NEW_ID = "new"
"""Stands for the ID of an API client that has none yet."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would come of saving."""

    blast: Blast
    raised: tuple[Advice, ...] = ()
    settled: tuple[Advice, ...] = ()
    unread: str = ""
    """Why no user is known, so that nobody can be told of; blank when they are."""

    def lines(self) -> tuple[Content, ...]:
        """Tell everything, a line each."""
        told = [literal(f"▲ {line}" if self.blast.grave else f"· {line}") for line in self.blast.lines()]
        if self.unread:
            told.append(literal(f"▲ Which users are affected is not known: {self.unread}."))
        told += [literal(f"▲ {each.title}: {each.reason}", "$warning") for each in self.raised]
        told += [literal(f"✓ settled: {each.title}", "$allowed") for each in self.settled]
        return tuple(told)

    def short(self) -> tuple[Content, ...]:
        """Tell the most important in two lines at most."""
        told = []
        if summary := self.blast.summary():
            told.append(
                literal(f"{'▲' if self.blast.grave else '·'} {summary}", "$warning" if self.blast.grave else "")
            )
        signs = [literal(f"▲ {each.title}", "$warning") for each in self.raised]
        signs += [literal(f"✓ {each.title}", "$allowed") for each in self.settled]
        if signs:
            told.append(Content("  ").join(signs))
        return tuple(told)


@dataclass(frozen=True, slots=True)
class Known:
    """What a look rests on. `unread` says why people are not known, blank when they are."""

    crowd: Crowd
    people: tuple[Person, ...] | None
    companies: Companies | None
    secrets: tuple[ApiClientSecret, ...] = ()
    assignments: tuple[ApiClientAssignment, ...] = ()
    unread: str = ""

    def person(self, username: str | None) -> Person | None:
        """Return a user by its name, which is compared without case."""
        wanted = (username or "").casefold()
        return next((each for each in self.people or () if wanted and each.user.username.casefold() == wanted), None)


async def learn(marketplace: Marketplace, before: ApiClient | None) -> Known:
    """Read what a look rests on; what may not be read, or is too much, is left out."""
    from tui.ordercloud import errors

    secrets: tuple[ApiClientSecret, ...] = ()
    assignments: tuple[ApiClientAssignment, ...] = ()
    if before is not None:
        secrets = await marketplace.secrets(before.id)
        assignments = await marketplace.assignments(before.id)
    try:
        companies = await marketplace.companies()
        parties = companies.parties(marketplace.seller)
        if len(parties) > MOST_PARTIES and not marketplace.people_are_read:
            return Known(Crowd((), parties), None, companies, secrets, assignments, f"{len(parties)} parties")
        people = await marketplace.people()
    except errors.Forbidden:
        return Known(Crowd(()), None, None, secrets, assignments, "the console may not read users")
    users = [each.facts() for each in people]
    crowd = await asyncio.to_thread(Crowd, users)
    return Known(crowd, people, companies, secrets, assignments)


def drafted(draft: Draft, before: ApiClient | None) -> ApiClient:
    """Return the API client as it would be saved now; what cannot be read yet is as it was."""
    from tui.ordercloud.models import ApiClient

    typed = {name: value for name in FIELDS if (value := draft.value(name)) is not None and name != "xp"}
    return ApiClient.from_wire({**typed, "ID": before.id if before is not None else NEW_ID})


async def foresee(
    known: Known, before: ApiClient | None, draft: Draft, parties: Iterable[Party] | None, now: datetime
) -> Outlook:
    """Work out what saving would do. `parties` are the companies assigned then; None leaves them as they are."""
    from tui.access.advice import advise

    after = drafted(draft, before)
    then: tuple[AssignmentFacts, ...] = known.assignments
    later = then if parties is None else tuple(assignment_of(after.id, party) for party in parties)
    sides = []
    advice = []
    for api_client, its in ((before, then), (after, later)):
        name = None if api_client is None else api_client.default_context_user_name
        person = known.person(name)
        user = None if person is None else person.facts()
        sides.append(Situation(api_client, known.secrets, its, user))
        advice.append(() if api_client is None else advise(api_client, known.secrets, its, user, now))
    if len(known.crowd.alike) + len(known.crowd.unread) > MOST_PARTIES:
        found = await asyncio.to_thread(blast, sides[0], sides[1], known.crowd, now)
    else:
        found = blast(sides[0], sides[1], known.crowd, now)
    had, has = ({each.id for each in side} for side in advice)
    return Outlook(
        found,
        tuple(each for each in advice[1] if each.id not in had),
        tuple(each for each in advice[0] if each.id not in has),
        "" if known.companies is not None else known.unread,
    )


class OutlookLines(Static):
    """The outlook in two lines at most; no line where there is nothing to tell."""

    DEFAULT_CSS = """
    OutlookLines { height: auto; max-height: 3; display: none; }
    """

    def show(self, outlook: Outlook | None) -> None:
        """Show another outlook."""
        lines = () if outlook is None else outlook.short()
        self.display = bool(lines)
        self.update(Content("\n").join(lines))
