"""Mending a refusal that no API client is to blame for: a user is unlocked, or made active, or its company is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui.panes.changing import Kind, Question, change
from tui.panes.mending import Deed
from tui.session.failures import Declined
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from tui.panes.mode import ModePane
    from tui.session.facts import Person
    from tui.session.marketplace import Marketplace
    from tui.session.result import Result
    from tui.session.session import Session


async def let_in(host: ModePane, session: Session, result: Result, deed: Deed) -> None:
    """Ask, then do what lets the user of a refused attempt in.

    Raises the typed errors of `tui.ordercloud.errors`, and Declined when the user is not there any more.
    """
    at = session.marketplace
    person = await at.person(_who(result, at))
    if person is None:
        raise Declined("The user of this attempt is not there any more.")
    title, told, yes, done, do = _deed(person, deed)
    question = Question(Kind.MEND, title, told, yes, person.user.username)
    if await change(host, session, question, do, at=at):
        host.tell(f"{done} a tries again.")


def _who(result: Result, at: Marketplace) -> str | None:
    """Return the user of an attempt: the one it names, else the default context user of its API client."""
    wanted = result.form.api_client_id.strip().lower()
    known = next((each for each in at.api_clients.values() if each.id.lower() == wanted), None)
    return result.who or (None if known is None else known.default_context_user_name)


def _deed(person: Person, deed: Deed) -> tuple[str, str, str, str, Callable[[Marketplace], Awaitable[None]]]:
    """Return title, text and Yes of the question, what is told afterwards, and what is done."""
    who, company = plain(person.user.username), plain(person.party.label)
    if deed is Deed.UNLOCK:
        told = "Somebody typed wrong passwords. If it was not this user, the password wants changing instead."
        return f"Unlock {who}?", told, "Unlock", f"{who} is unlocked.", lambda at: at.unlock(person)
    if deed is Deed.ACTIVATE_USER:
        told = "Then it can sign in to every API client that its party may use. The journal (Z) takes it back."
        return f"Activate {who}?", told, "Activate", f"{who} is active.", lambda at: at.activate_user(person)
    told = (
        f"Then all users of this {person.party.kind} can sign in again, not {who} alone. The journal (Z) takes it back."
    )
    return (
        f"Activate {company}?",
        told,
        "Activate",
        f"{company} is active.",
        lambda at: at.activate_company(person.party),
    )
