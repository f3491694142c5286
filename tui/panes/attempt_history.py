"""The attempts of this sitting, a line each; no line holds a password, a secret or a token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from textual.content import Content

from tui.session.attempts import Kind, Result
from tui.widgets.plain import literal
from tui.widgets.row_list import Column

_SHORT = {Kind.ELEVATED: "elevated", Kind.CLIENT_CREDENTIALS: "client cred"}


def history_columns(zone: Callable[[], tzinfo | None]) -> tuple[Column[Result], ...]:
    """Return the columns: when, whether it worked and was expected, which grant, who, and how long it took."""
    return (
        Column("Time", lambda each: f"{each.at.astimezone(zone()) if zone() else each.at:%H:%M:%S}", width=8),
        Column("Grant", _outcome, most=14),
        Column("Who", _who, grow=True),
        Column("", _time, most=7, right=True),
    )


def _outcome(result: Result) -> Content:
    sign = Content.styled("✓", "$allowed") if result.token is not None else Content.styled("✗", "$refused")
    finding: Content | str = ""
    if result.agreed is False:
        finding = Content.styled("≠", "bold $refused")
    elif result.comparison.surprise:
        finding = Content.styled("≈", "bold $countdown-near")
    return Content.assemble(sign, finding, " ", _SHORT.get(result.form.kind, result.form.kind.value))


def _who(result: Result) -> Content:
    client = literal(result.app_name, "$text-muted")
    return Content.assemble(literal(result.who), " · ", client) if result.who else client


def _time(result: Result) -> Content:
    return literal(f"{result.exchange.total_ms:.0f} ms" if result.exchange is not None else "", "$text-muted")
