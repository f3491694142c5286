"""Assigning and unassigning many: what would be done, in the words of a question, and then the job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.access.facts import PartyKind
from tui.access.parties import FLAG_OF_KIND
from tui.access.words import count
from tui.panes.bulk_screen import do_many
from tui.panes.changing import Kind, Question
from tui.session.assigning import Pairing, assignment_job
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.session.bulk import Progress
    from tui.session.session import Session


async def assign_many(
    host: Widget,
    session: Session,
    pairings: Sequence[Pairing],
    title: str,
    *,
    about: str,
    notes: Sequence[str] = (),
    label: Callable[[Pairing], str] = lambda each: each.party.label,
) -> Progress:
    """Show what would be assigned and unassigned, do it when the person says so, and return how that ended.

    Args:
        host: The widget that asks.
        session: Where the console is.
        pairings: What changes; nothing that is so already.
        title: What it is, in words.
        about: The API client's name, or the company's: noted in the journal, and typed in production.
        notes: Sentences on what else there is to know before.
        label: How a row is called.
    """
    job = assignment_job(session.marketplace, title, pairings, about=about, label=label, timer=session.timer)
    takes = any(not each.assign for each in pairings)
    gives = any(each.assign for each in pairings)
    yes = "Assign and unassign" if takes and gives else "Unassign" if takes else "Assign"
    body = "\n".join((*notes, *nullified_notes(pairings)))
    question = Question(Kind.UNASSIGN if takes else Kind.ASSIGN, title, body, yes, about if takes else "")
    return await do_many(host, session, job, question)


def nullified_notes(pairings: Sequence[Pairing]) -> tuple[str, ...]:
    """Say which of the changes have no effect while a flag is on."""
    on = {
        PartyKind.BUYER: lambda each: each.api_client.allow_any_buyer,
        PartyKind.SUPPLIER: lambda each: each.api_client.allow_any_supplier,
    }
    nullified = Counter(each.party.kind for each in pairings if on[each.party.kind](each))
    return tuple(
        f"⊘ {FLAG_OF_KIND[kind]} is on: {_all_or_some(number, len(pairings))} of no effect while it is."
        for kind, number in nullified.items()
    )


def _all_or_some(number: int, total: int) -> str:
    if number == total:
        return "this is" if total == 1 else "all of this is"
    return f"{number:,} of these {'is' if number == 1 else 'are'}"


def companies_words(pairings: Sequence[Pairing]) -> str:
    """Count companies by their kind: `12 buyers and 1 supplier`."""
    kinds = Counter(each.party.kind for each in pairings)
    return " and ".join(count(kinds[kind], kind.value) for kind in PartyKind if kinds[kind])


def title_of(pairings: Sequence[Pairing], name: str) -> str:
    """Say what is done to one API client: `Assign 12 buyers to Partner Portal`."""
    made = [each for each in pairings if each.assign]
    taken = [each for each in pairings if not each.assign]
    parts = []
    if made:
        parts.append(f"assign {companies_words(made)} to")
    if taken:
        parts.append(f"unassign {companies_words(taken)} from")
    words = ", ".join(parts)
    return plain(f"{words[:1].upper()}{words[1:]} {name}")
