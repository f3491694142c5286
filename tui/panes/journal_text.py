"""A change of the journal in words: everything that was kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.panes.client_draft import FIELDS, FieldKind, said
from tui.session.record import ChangeKind, Entry, Record
from tui.widgets.fact_sheet import Fact
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON

SIGNS: Mapping[ChangeKind, str] = {
    ChangeKind.CHANGED: "~",
    ChangeKind.CREATED: "+",
    ChangeKind.DELETED: "-",
    ChangeKind.ASSIGNED: "+",
    ChangeKind.UNASSIGNED: "-",
    ChangeKind.UNDONE: "\u21b6",
    ChangeKind.MANY: "\u2261",
    ChangeKind.OTHER: "\u00b7",
}
MOST_PARTS = 200
"""Of changes made as one, so many are told one by one."""


def entry_facts(entry: Entry, way_back: Content) -> tuple[Fact, ...]:
    """Return who changed what, when and where, whether it can be taken back, and every part of it."""
    record = entry.record
    facts = [
        Fact("when", Content(f"{entry.when:%Y-%m-%d %H:%M:%S} UTC")),
        Fact("who", literal(entry.by.who or "?")),
        Fact("where", literal(f"{entry.by.marketplace} \u00b7 {entry.by.url}")),
        Fact("what", literal(entry.what)),
    ]
    way = Fact("way back", way_back)
    if record.parts:
        return (*facts, way, *_parts(record))
    if record.api_client_id:
        facts.append(Fact("API client", _which(record)))
    return (*facts, *(Fact(label, literal(told)) for label, told in _told(record)), way)


def contains(entry: Entry, words: Sequence[str]) -> bool:
    """Return whether a change has every one of these words, which are folded."""
    by, record = entry.by, entry.record
    names = " ".join(part.name for part in record.parts)
    text = f"{entry.what} {by.who} {by.marketplace} {by.url} {record.kind} {record.name} {names}".casefold()
    return all(word in text for word in words)


def _parts(record: Record) -> Iterator[Fact]:
    for part in record.parts[:MOST_PARTS]:
        yield Fact(str(part.kind), _which(part))
        yield from (Fact("", literal(f"{label} {told}")) for label, told in _told(part))
    if (left := len(record.parts) - MOST_PARTS) > 0:
        yield Fact("", literal(f"and {left:,} more", "$text-muted"))


def _which(record: Record) -> Content:
    return literal(f"{record.name} \u00b7 {record.api_client_id}")


def _told(record: Record) -> Iterator[tuple[str, str]]:
    """Give what was kept of one change, each with its label: of a whole API client the fields that the form has."""
    for name in dict.fromkeys((*record.before, *record.after)):
        field = FIELDS.get(name)
        if record.kind is ChangeKind.CHANGED or field is not None:
            told = [_value(name, side[name]) for side in (record.before, record.after) if name in side]
            yield field.label if field else name, " \u2192 ".join(told)
    for company in record.companies:
        yield str(company.kind), f"{company.label} \u00b7 {company.id}"
    if record.unkept:
        yield "not kept", ", ".join(record.unkept)
    for each in record.gone:
        yield "not restorable", each


def _value(name: str, value: JSON) -> str:
    field = FIELDS.get(name)
    return said(field.kind if field else FieldKind.JSON if isinstance(value, dict) else FieldKind.TEXT, value)
