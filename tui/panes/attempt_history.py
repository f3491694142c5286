"""The attempts of this and earlier sittings, a line each; no line holds a password, a secret or a token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from textual.content import Content

from tui.session.attempt_record import AttemptRecord, Kind
from tui.widgets.plain import literal
from tui.widgets.row_list import Column

_SHORT = {
    Kind.ELEVATED: "elevated",
    Kind.CLIENT_CREDENTIALS: "client cred",
    Kind.IMPERSONATION: "act as",
    Kind.OPENID: "OpenID",
    Kind.ONE_TIME: "one-time",
}


def history_columns(
    zone: Callable[[], tzinfo | None], clock: Callable[[], datetime]
) -> tuple[Column[AttemptRecord], ...]:
    """Return the columns: when, whether it worked and was expected, which grant, who, and how long it took."""

    def when(record: AttemptRecord) -> str:
        at, now = (each.astimezone(zone()) if zone() else each for each in (record.at, clock()))
        return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%y-%m-%d}"

    return (
        Column("Time", when, width=8),
        Column("Grant", _outcome, most=14),
        Column("Who", _who, grow=True),
        Column("", _time, most=7, right=True),
    )


def _outcome(record: AttemptRecord) -> Content:
    sign = Content.styled("✓", "$allowed") if record.outcome.allowed else Content.styled("✗", "$refused")
    finding: Content | str = ""
    if record.agreed is False:
        finding = Content.styled("≠", "bold $refused")
    elif record.surprise:
        finding = Content.styled("≈", "bold $countdown-near")
    kind = record.sent.kind
    return Content.assemble(sign, finding, " ", _SHORT.get(kind, kind.value))


def _who(record: AttemptRecord) -> Content:
    client = literal(record.sent.app_name or record.sent.api_client_id, "$text-muted")
    shown = Content.assemble(literal(record.who), " · ", client) if record.who else client
    return Content.assemble(("✎ ", "$accent"), shown) if record.note else shown


def _time(record: AttemptRecord) -> Content:
    took = f"{record.outcome.milliseconds:.0f} ms" if record.outcome.status else ""
    return literal(took, "$text-muted")
