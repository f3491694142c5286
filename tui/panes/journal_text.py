"""A change of the journal in words: everything that was kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.access.words import list_some
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


def entry_facts(entry: Entry) -> tuple[Fact, ...]:
    """Return who changed what, when and where, and each part of it."""
    record = entry.record
    facts = [
        Fact("when", Content(f"{entry.when:%Y-%m-%d %H:%M:%S} UTC")),
        Fact("who", literal(entry.by.who or "?")),
        Fact("where", literal(f"{entry.by.marketplace} \u00b7 {entry.by.url}")),
        Fact("what", literal(entry.what)),
    ]
    if record.api_client_id:
        facts.append(Fact("API client", literal(f"{record.name} \u00b7 {record.api_client_id}")))
    facts += [Fact(label, literal(told)) for label, told in _fields(record)]
    facts += [Fact(str(each.kind), literal(f"{each.label} \u00b7 {each.id}")) for each in record.companies]
    facts += [Fact(str(each.kind), literal(_in_a_line(each))) for each in record.parts[:MOST_PARTS]]
    if (left := len(record.parts) - MOST_PARTS) > 0:
        facts.append(Fact("", literal(f"and {left:,} more", "$text-muted")))
    if record.unkept:
        facts.append(Fact("not kept", literal(", ".join(record.unkept))))
    gone = (*record.gone, *(f"{part.name}: {each}" for part in record.parts for each in part.gone))
    facts += [Fact("not restorable", literal(each)) for each in gone[:MOST_PARTS]]
    return tuple(facts)


def contains(entry: Entry, words: Sequence[str]) -> bool:
    """Return whether a change has every one of these words, which are folded."""
    by, record = entry.by, entry.record
    names = " ".join(part.name for part in record.parts)
    text = f"{entry.what} {by.who} {by.marketplace} {by.url} {record.kind} {record.name} {names}".casefold()
    return all(word in text for word in words)


def _in_a_line(record: Record) -> str:
    told = [f"{label} {said}" for label, said in _fields(record)]
    if record.companies:
        told.append(list_some([each.label for each in record.companies]))
    return f"{record.name}: {', '.join(told)}" if told else record.name


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    """Give the fields of a change by their labels; of a whole API client those that the form has."""
    for name in dict.fromkeys((*record.before, *record.after)):
        field = FIELDS.get(name)
        if record.kind is not ChangeKind.CHANGED and field is None:
            continue
        told = [_value(name, side[name]) for side in (record.before, record.after) if name in side]
        yield field.label if field else name, " \u2192 ".join(told)


def _value(name: str, value: JSON) -> str:
    field = FIELDS.get(name)
    return said(field.kind if field else FieldKind.JSON if isinstance(value, dict) else FieldKind.TEXT, value)
