"""Which changes are asked about, and how; and that the answer counts for the marketplace it was about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from textual.content import Content

from tui.panes.messages import MarketplaceChanged
from tui.session.failures import NoMarketplace
from tui.widgets.dialogs import Confirm
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.session.marketplace import Marketplace
    from tui.session.session import Session

Threat: TypeAlias = Callable[[], Awaitable[str | None]]
"""Says why the console could not get in any more after a change; None when it could."""


class Kind(StrEnum):
    """The kinds of change."""

    CREATE = "create"
    SAVE = "save"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    FLAG = "flag"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    NEW_SECRET = "new secret"  # noqa: S105 - a kind of change
    DELETE_SECRET = "delete secret"  # noqa: S105 - a kind of change
    UNDO = "undo"
    MEND = "mend"
    SILENCE = "silence"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a change is asked about. In production every one is.

    Attributes:
        always: Outside production, too.
        danger: With the focus on No.
        retype: In production the name has to be typed.
    """

    always: bool = False
    danger: bool = False
    retype: bool = False


MANNERS: Mapping[Kind, Manner] = {
    Kind.CREATE: Manner(always=True, retype=True),
    Kind.SAVE: Manner(always=True, retype=True),
    Kind.ACTIVATE: Manner(),
    Kind.DEACTIVATE: Manner(always=True, danger=True, retype=True),
    Kind.DELETE: Manner(always=True, danger=True, retype=True),
    Kind.FLAG: Manner(always=True, retype=True),
    Kind.ASSIGN: Manner(),
    Kind.UNASSIGN: Manner(danger=True),
    Kind.NEW_SECRET: Manner(retype=True),
    Kind.DELETE_SECRET: Manner(always=True, danger=True, retype=True),
    Kind.UNDO: Manner(danger=True),
    Kind.MEND: Manner(always=True, retype=True),
    Kind.SILENCE: Manner(),
    Kind.APPLY: Manner(always=True, retype=True),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before a change. `name` is what has to be typed where the manner wants that."""

    kind: Kind
    title: str
    body: Content | str
    yes: str
    name: str = ""


async def ask(
    host: Widget,
    session: Session,
    question: Question,
    *,
    threat: Threat | None = None,
    at: Marketplace | None = None,
) -> Marketplace | None:
    """Ask as the change's manner wants; return the marketplace to change, or None when the person says no.

    A question that is open already, as its key came again before it was there, is not asked twice.

    Args:
        host: The widget that asks.
        session: Where the console is.
        question: What is asked.
        threat: Asked first: what shuts the console out is declined in the embedded sandbox, and warned of elsewhere.
        at: The marketplace that this began in; the one open now unless given.

    Raises:
        NoMarketplace: The console is at another marketplace by then.
        ShutsOut: The console could not get into its embedded sandbox any more.
    """
    marketplace = at or session.marketplace
    _insist(session, marketplace)
    manner, production = MANNERS[question.kind], session.in_production
    reason = None if threat is None else await threat()
    marketplace.way_in.decline(reason)
    if manner.always or production or reason is not None:
        body = question.body if isinstance(question.body, Content) else literal(question.body, lines=True)
        if reason is not None:
            # First, for a long body scrolls.
            warning = f"▲ The console is signed in through this API client. Then it could not get in: {reason}\n\n"
            body = Content.assemble(literal(warning, "$warning", lines=True), body)
        retype = question.name if production and manner.retype else None
        danger = manner.danger or reason is not None
        confirm = Confirm(question.title, body, yes=question.yes, danger=danger, retype=retype)
        if any(isinstance(each, Confirm) and each.asks_as(confirm) for each in host.app.screen_stack):
            return None
        if not await host.app.push_screen_wait(confirm):
            return None
        _insist(session, marketplace)
    return marketplace


async def change(
    host: Widget,
    session: Session,
    question: Question,
    do: Callable[[Marketplace], Awaitable[object]],
    *,
    threat: Threat | None = None,
    at: Marketplace | None = None,
) -> bool:
    """Ask, then change; every pane draws anew whatever came of it. Return whether the person said yes.

    Raises what `ask` raises, and what `do` does.
    """
    marketplace = await ask(host, session, question, threat=threat, at=at)
    if marketplace is None:
        return False
    try:
        await do(marketplace)
    finally:
        host.post_message(MarketplaceChanged())
        tell_journal(host, session)
    return True


def tell_journal(host: Widget, session: Session) -> None:
    """Warn when changes cannot be kept in the journal: with the next change at the latest."""
    file = session.journal.file
    if file is not None and file.problem:
        host.app.notify(plain(file.problem), title="Journal", severity="warning", timeout=8, markup=False)


def _insist(session: Session, marketplace: Marketplace) -> None:
    if not session.is_at(marketplace):
        raise NoMarketplace(
            f"Nothing was changed: this was about {marketplace.seller.label}, and the console is not there any more."
        )
