"""Where in the marketplace a call is: the company or catalog of its path, and the objects which its body names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.access.facts import PartyKind
from tui.sandbox.calls import Call
from tui.sandbox.errors import ApiError, invalid_value, not_authorized_to_admin, not_found
from tui.sandbox.fields import Column, Field, Reference, read_member
from tui.sandbox.resources.description import Described, Reach
from tui.tokens.token import JSON


def key_of(call: Call, table: str, object_type: str, wanted: str) -> int:
    """Give the key of the row with this ID. Raises ApiError 404."""
    return find(call, Reference(object_type, table), wanted, {})[0]


def parent_key(described: Described, call: Call) -> int:
    """Give the key of what the path says the objects belong to. Raises ApiError 403 when the caller reaches it not."""
    parent = described.parent
    if parent is None:
        raise RuntimeError("the resource has no parent")
    key = key_of(call, parent.table, parent.object_type, call.parameters[parent.parameter])
    reach = described.reach.get(call.caller.kind)
    if call.caller.kind is PartyKind.SELLER or reach is Reach.ALL:
        return key
    if reach is not Reach.OWN or key != call.caller.company:
        raise not_authorized_to_admin()
    return key


def check_words(described: Described, call: Call) -> None:
    """Raise ApiError 400 when a part of the path is none of the words that may be there."""
    for word in described.words:
        problem = read_member(word, call.parameters[word.name])[1]
        if problem is not None:
            raise ApiError(400, problem)


def find(call: Call, reference: Reference, wanted: str, known: Mapping[str, Column]) -> tuple[int, str]:
    """Give key and ID of the object that is named; `known` are columns of the row that names it.

    Raises ApiError 404 when there is none.
    """
    if not reference.table:
        raise not_found(reference.object_type, wanted)
    within = "".join(f' AND "{theirs}" IS ?' for theirs in reference.within)
    query = f'SELECT key, "ID" FROM {reference.table} WHERE "ID" = ?{within}'  # noqa: S608 - from the descriptions
    values = [known.get(ours) for ours in reference.within.values()]
    row: tuple[int, str] | None = call.connection.execute(query, [wanted, *values]).fetchone()
    if row is None:
        raise not_found(reference.object_type, wanted)
    return row


def resolve(
    call: Call, fields: Sequence[Field], record: dict[str, JSON], known: Mapping[str, Column]
) -> dict[str, Column]:
    """Give the columns for the members that name objects, and write their IDs as they are kept. Raises ApiError 404."""
    columns: dict[str, Column] = {}
    for field in fields:
        if field.refers is None or field.name not in record:
            continue
        wanted, key = record[field.name], None
        if wanted:
            key, record[field.name] = find(call, field.refers, str(wanted), {**known, **columns})
        elif field.required:
            raise ApiError(400, invalid_value(field.name, None, f"{field.name} is required.", {"Required": True}))
        if field.refers.table:
            columns[field.refers.column] = key
    return columns
