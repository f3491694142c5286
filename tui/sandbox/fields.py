"""The members of a wire object as data: their types and limits, and how they are read, kept and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import NamedTuple

from tui.access.limits import FieldProblem, check_id, check_xp
from tui.sandbox.errors import ErrorEntry, invalid_value
from tui.tokens.token import JSON

LARGEST_NUMBER = 10**15
"""Larger numbers lose their cents in SQLite, and in most programs that read JSON."""

Column = str | int | float | bytes | None
"""What a column of the database holds."""


class Kind(StrEnum):
    """The type of a member."""

    TEXT = "text"
    BOOL = "bool"
    INT = "int"
    NUMBER = "number"
    TIME = "time"
    TEXTS = "texts"
    OBJECT = "object"


class Reference(NamedTuple):
    """What a member names by ID: a row of another table, whose key `column` holds.

    Some IDs are unique only inside a company or catalog: `within` says which columns of the other table must have the
    value of which column of this row. A `table` of "" has no rows: this marketplace has no such objects.
    """

    object_type: str
    table: str
    column: str = ""
    within: Mapping[str, str] = MappingProxyType({})

    @property
    def expression(self) -> str:
        """The SQL expression of the other object's ID."""
        return self.member("ID") if self.table else "NULL"

    def member(self, name: str) -> str:
        """Give the SQL expression of a member of the other object; most rows name none, and need not look."""
        found = f'(SELECT r."{name}" FROM {self.table} r WHERE r.key = t."{self.column}")'  # noqa: S608 - from the descriptions
        return f'CASE WHEN t."{self.column}" IS NOT NULL THEN {found} END'


class Field(NamedTuple):
    """One member of a resource.

    `sql` is the expression that gives it, `t` being the resource's table; without one it is the column of that name.
    `length` limits texts in characters, `least` and `most` limit numbers. `default` stands in for an omitted or null
    member. Read-only members are ignored in bodies; write-only ones are null in answers, and of hashed ones only what
    the rules make of them is kept. `choices` are the only texts there are. `refers` makes the member the ID of another
    object, `members` describe an object's. `nullable` ones may be null in answers though others of the kind may not.
    """

    name: str
    kind: Kind = Kind.TEXT
    sql: str = ""
    required: bool = False
    length: int | None = None
    least: int | None = None
    most: int | None = None
    default: JSON = None
    read_only: bool = False
    write_only: bool = False
    searchable: bool = False
    sortable: bool = False
    hashed: bool = False
    choices: tuple[str, ...] = ()
    refers: Reference | None = None
    members: tuple[Field, ...] = ()
    nullable: bool = False

    @property
    def expression(self) -> str:
        """The SQL expression of the member's column."""
        if self.sql:
            return self.sql
        return f't."{self.name}"' if self.refers is None else self.refers.expression

    @property
    def may_be_null(self) -> bool:
        """Whether answers may have null for it."""
        return self.nullable or (not self.required and self.default is None and self.name != "ID")

    @property
    def stored(self) -> bool:
        """Whether the engine keeps it in the column of its name."""
        return not (self.sql or self.hashed or self.refers) and (not self.read_only or self.name == "ID")

    @property
    def filterable(self) -> bool:
        """Whether a list may be filtered by it."""
        return not self.write_only and self.kind is not Kind.OBJECT


def read_member(field: Field, value: JSON) -> tuple[JSON, ErrorEntry | None]:
    """Check one member of a body and bring it into shape; the entry tells what is wrong with it."""
    if value is None or (field.required and value == ""):
        if field.required and field.default is None:
            return None, invalid_value(field.name, value, f"{field.name} is required.", {"Required": True})
        return field.default, None
    reader = _READERS[field.kind]
    return reader(field, value)


def _read_text(field: Field, value: JSON) -> tuple[JSON, ErrorEntry | None]:
    if not isinstance(value, str):
        return None, _wrong_type(field, value, "a text")
    if field.length is not None and len(value) > field.length:
        message = f"{field.name} has at most {field.length} characters."
        return None, invalid_value(field.name, None, message, {"MaximumLength": field.length, "Length": len(value)})
    return _choose(field, value) if field.choices else (value, None)


def _choose(field: Field, value: str) -> tuple[JSON, ErrorEntry | None]:
    for choice in field.choices:
        if choice.lower() == value.lower():
            return choice, None
    message = f"{field.name} is one of {', '.join(field.choices)}."
    return None, invalid_value(field.name, value, message, {"Choices": [*field.choices]})


def _read_bool(field: Field, value: JSON) -> tuple[JSON, ErrorEntry | None]:
    return (value, None) if isinstance(value, bool) else (None, _wrong_type(field, value, "true or false"))


def _read_int(field: Field, value: JSON) -> tuple[JSON, ErrorEntry | None]:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None, _wrong_type(field, value, "a whole number")
    least = field.least if field.least is not None else -(2**31)
    most = field.most if field.most is not None else 2**31 - 1
    if not least <= value <= most:
        message = f"{field.name} is from {least} to {most}."
        return None, invalid_value(field.name, value, message, {"Minimum": least, "Maximum": most})
    return value, None


def _read_number(field: Field, value: JSON) -> tuple[JSON, ErrorEntry | None]:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > LARGEST_NUMBER:
        return None, _wrong_type(field, value, "a number")
    if field.least is not None and value < field.least:
        return None, invalid_value(
            field.name, value, f"{field.name} is at least {field.least}.", {"Minimum": field.least}
        )
    return value, None


def _read_time(field: Field, value: JSON) -> tuple[JSON, ErrorEntry | None]:
    moment = parse_time(value) if isinstance(value, str) else None
    if moment is None:
        return None, _wrong_type(field, value, "a date-time in ISO 8601")
    return format_time(moment), None


def _read_texts(field: Field, value: JSON) -> tuple[JSON, ErrorEntry | None]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return None, _wrong_type(field, value, "a list of texts")
    return list(dict.fromkeys(each for each in value if each != "")), None


def _read_object(field: Field, value: JSON) -> tuple[JSON, ErrorEntry | None]:
    problem = check_xp(field.name, value)
    return (value, None) if problem is None else (None, entry_of(problem))


_READERS = {
    Kind.TEXT: _read_text,
    Kind.BOOL: _read_bool,
    Kind.INT: _read_int,
    Kind.NUMBER: _read_number,
    Kind.TIME: _read_time,
    Kind.TEXTS: _read_texts,
    Kind.OBJECT: _read_object,
}


def _wrong_type(field: Field, value: JSON, wanted: str) -> ErrorEntry:
    shown = None if field.write_only else value
    return invalid_value(field.name, shown, f"{field.name} is {wanted}.", {"Expected": field.kind.value})


def entry_of(problem: FieldProblem) -> ErrorEntry:
    """Tell a problem which the rules found, as the wire does."""
    data: JSON = json.loads(json.dumps(dict(problem.data)))
    return ErrorEntry("ValidationFailure", problem.message, data)


def read_id(value: JSON) -> ErrorEntry | None:
    """Check an ID that a caller chose."""
    problem = check_id("ID", value)
    return None if problem is None else entry_of(problem)


def to_column(field: Field, value: JSON) -> Column:
    """Give what the database keeps of a member."""
    if field.kind in (Kind.TEXTS, Kind.OBJECT):
        return None if value is None else compact(value)
    if isinstance(value, (Mapping, list)):
        raise TypeError(f"{field.name} cannot hold a {type(value).__name__}")
    return int(value) if isinstance(value, bool) else value


def from_column(field: Field, value: Column) -> JSON:
    """Give the member which the database keeps."""
    if field.write_only or value is None or isinstance(value, bytes):
        return None
    if field.kind is Kind.BOOL:
        return bool(value)
    if field.kind in (Kind.TEXTS, Kind.OBJECT):
        if value == "[]":  # most lists are empty, and every read has several
            return []
        kept: JSON = json.loads(str(value))
        return kept
    return value


def writer(field: Field) -> Callable[[Column], str]:
    """Give what writes the member as JSON straight from the database; it reads as `from_column` has it."""
    if field.write_only:
        return _write_null
    if field.kind is Kind.BOOL:
        return _write_bool
    return _write_kept if field.kind in (Kind.TEXTS, Kind.OBJECT) else _write_plain


def _write_null(value: Column) -> str:
    return "null"


def _write_bool(value: Column) -> str:
    return "null" if value is None else "true" if value else "false"


def _write_kept(value: Column) -> str:
    return value if isinstance(value, str) else "null"


def _write_plain(value: Column) -> str:
    if value is None or isinstance(value, bytes):
        return "null"
    if isinstance(value, str):
        return encode_basestring(value)
    return str(value) if isinstance(value, int) else compact(value)


def merge(old: JSON, new: JSON) -> JSON:
    """Patch an `xp`: objects merge, everything else replaces; a null stays as a null."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {name: merge(old.get(name), value) for name, value in new.items()}
    return new


def compact(value: JSON) -> str:
    """Write JSON without spaces."""
    return _COMPACT.encode(value)


_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def parse_time(text: str) -> datetime | None:
    """Read a moment, in UTC; None when the text is none. Without an offset it is taken for UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def format_time(moment: datetime) -> str:
    """Write a moment as the database and the wire have it: UTC, milliseconds, `Z`. Such texts sort as moments."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def by_name(fields: Sequence[Field]) -> Mapping[str, Field]:
    """Index fields by their names in lower case: members of bodies and queries are matched without case."""
    return {field.name.lower(): field for field in fields}
