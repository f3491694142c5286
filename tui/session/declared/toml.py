"""The document as TOML: the same bytes for the same API clients, and problems with their place when it is read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tui.access.limits import validate_api_client
from tui.access.xp import JSON
from tui.config.problems import ConfigProblem
from tui.config.toml_reader import Table, describe, parse_toml
from tui.session.declared.document import FIELDS, XP, Document, Entry, Kind, NamedSecret, tidy

FORMAT: Final = 1
"""The version of the format. A file of a later one is refused: what it says more would be lost."""

_HEADER = """\
# API clients of OrderCloud, written by `ocgate export`.
#
# `ocgate plan FILE` says what would change in a marketplace to make it so, `ocgate apply FILE` does it. API clients
# match by ID, else by name. What is left out of an API client stays as it is; "" and [] mean none. Of secrets there
# is never a value here. References only say what the IDs stand for.

"""
_SECRET_MEMBERS = ("ClientSecret", "Secret", "Value")
_LISTS: Final[Mapping[Kind, str]] = {Kind.BUYER: "Buyers", Kind.SUPPLIER: "Suppliers"}
_REFERENCES: Final[Mapping[Kind, str]] = {**_LISTS, Kind.EVENT: "IntegrationEvents", Kind.USER: "Users"}
_NO_SECRETS = "a secret's value has no place in this file; take it out"


class NotADocument(Exception):
    """A file is no document; `problems` says everything that is wrong, each with its place."""

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


# -- writing ----------------------------------------------------------------------------------------------------------


def to_toml(document: Document) -> str:
    """Return the file."""
    import tomli_w

    entries = sorted(document.api_clients, key=lambda entry: (entry.name.casefold(), entry.name, entry.id.casefold()))
    references = {
        name: dict(sorted(document.references[kind].items()))
        for kind, name in _REFERENCES.items()
        if document.references.get(kind)
    }
    values: dict[str, object] = {
        "Format": FORMAT,
        "Marketplace": {"ID": document.marketplace_id, "Name": document.marketplace_name},
        "ApiClients": [_entry_values(entry) for entry in entries],
    }
    if references:
        values["References"] = references
    return _HEADER + tomli_w.dumps(values)


def write_document(document: Document, file: Path) -> None:
    """Write the file in one step: when that fails the old one stays. Raises OSError."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_bytes(to_toml(document).encode())
        beside.replace(file)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _entry_values(entry: Entry) -> dict[str, object]:
    values: dict[str, object] = {"ID": entry.id} if entry.id else {}
    values.update((name, entry.fields[name]) for name in FIELDS if name in entry.fields and name != XP)
    for kind, name in _LISTS.items():
        if kind in entry.companies:
            values[name] = sorted(entry.companies[kind])
    if entry.legacy_secret is not None:
        values["LegacySecret"] = entry.legacy_secret
    if entry.secrets is not None:
        values["Secrets"] = [_secret_values(secret) for secret in entry.secrets]
    if XP in entry.fields:
        # TOML has no null. In an object it says nothing (see `tidy_xp`); in a list it does, and then it is JSON.
        xp = entry.fields[XP]
        values[XP] = json.dumps(xp, indent=2, ensure_ascii=False) if _holds_null(xp) else xp
    return values


def _secret_values(secret: NamedSecret) -> dict[str, object]:
    values: dict[str, object] = {"ID": secret.id, "Name": secret.name}
    if secret.expiration is not None:
        values["Expiration"] = secret.expiration.astimezone(UTC)
    return values


def _holds_null(value: JSON) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_null, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(map(_holds_null, value))
    return value is None


# -- reading ----------------------------------------------------------------------------------------------------------


def read_document(file: Path) -> Document:
    """Read a file. Raises NotADocument, also when it is not there."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise NotADocument([ConfigProblem(file, f"could not be read: {error.strerror or error}")]) from None
    return from_toml(content, file)


def from_toml(content: bytes, source: Path) -> Document:
    """Read the text of a file. Raises NotADocument."""
    problems: list[ConfigProblem] = []
    table = parse_toml(content, source, problems)
    if table is None:
        raise NotADocument(problems)
    document = _document(table, source)
    if problems:
        raise NotADocument(problems)
    return document


def _document(table: Table, source: Path) -> Document:
    version = table.value("Format")
    if version is None:
        table.report("Format", f"is missing; this version of the format is {FORMAT}: write Format = {FORMAT}")
    elif not isinstance(version, int) or isinstance(version, bool) or version < 1:
        table.report("Format", f"must be a whole number from 1, not {describe(version)}")
    elif version > FORMAT:
        table.report("Format", f"is {version}: written by a newer ocgate; this one reads {FORMAT}")
        raise NotADocument(table.problems)  # what else is wrong may be right there
    about = table.table("Marketplace")
    marketplace = _marketplace(about) if about is not None else ("", "")
    entries = tuple(_entry(each) for each in table.tables("ApiClients"))
    references = table.table("References")
    found = _references(references) if references is not None else {}
    table.done()
    return Document(entries, found, *marketplace, source=str(source))


def _marketplace(table: Table) -> tuple[str, str]:
    found = (_text(table, "ID"), _text(table, "Name"))
    table.done()
    return found


def _entry(table: Table) -> Entry:
    for name in _SECRET_MEMBERS:
        if name in table.names():
            table.refuse(name, _NO_SECRETS)
    values: dict[str, object] = {}
    for name in FIELDS:
        value = table.value(name)
        if value is not None:
            values[name] = _xp(table, value) if name == XP else value
    for problem in validate_api_client(values, whole=False):
        table.report(problem.property, problem.message.removeprefix(f"{problem.property} ").rstrip("."))
        del values[problem.property]
    secrets = tuple(_secret(each) for each in table.tables("Secrets")) if "Secrets" in table.names() else None
    companies: dict[Kind, frozenset[str]] = {}
    for kind, name in _LISTS.items():
        listed = table.value(name)
        if isinstance(listed, list) and all(isinstance(each, str) and each for each in listed):
            companies[kind] = frozenset(listed)
        elif isinstance(listed, list):
            table.report(name, "must be a list of IDs in quotes, and holds something else")
        elif listed is not None:
            table.report(name, f"must be a list of IDs in quotes, not {describe(listed)}")
    entry = Entry(
        id=_text(table, "ID"),
        fields={name: tidy(name, _json(value)) for name, value in values.items()},
        companies=companies,
        secrets=secrets,
        legacy_secret=table.flag("LegacySecret"),
        line_of=table.line,
    )
    if not entry.id and not entry.name:
        table.report("", "needs an ID or an AppName, else nobody knows which API client is meant")
    table.done()
    return entry


def _secret(table: Table) -> NamedSecret:
    for name in _SECRET_MEMBERS:
        if name in table.names():
            table.refuse(name, _NO_SECRETS)
    expiration = table.value("Expiration")
    if isinstance(expiration, str):
        with suppress(ValueError):
            expiration = datetime.fromisoformat(expiration)
    if isinstance(expiration, datetime):
        expiration = expiration if expiration.tzinfo else expiration.replace(tzinfo=UTC)
    elif expiration is not None:
        table.report("Expiration", f"must be a date with time, not {describe(expiration)}")
        expiration = None
    name, its_id = _text(table, "Name"), _text(table, "ID")
    if not name:
        table.report("Name", "is missing: named secrets match by name")
    table.done()
    return NamedSecret(its_id, name, expiration)


def _references(table: Table) -> Mapping[Kind, Mapping[str, str]]:
    found: dict[Kind, Mapping[str, str]] = {}
    for kind, name in _REFERENCES.items():
        inside = table.table(name)
        if inside is not None:
            found[kind] = {each: _text(inside, each) for each in inside.names()}
    table.done()
    return found


def _text(table: Table, name: str) -> str:
    value = table.value(name)
    if value is None or isinstance(value, str):
        return value or ""
    table.report(name, f"must be text in quotes, not {describe(value)}")
    return ""


def _xp(table: Table, value: object) -> JSON:
    """Read xp: a table, or JSON in a text."""
    if isinstance(value, str):
        try:
            read: JSON = json.loads(value)
        except (ValueError, RecursionError) as error:
            table.report(XP, f"must be a table, or a JSON object in a text: {error}")
            return {}
        return read if read is not None else {}
    wrong = next(_no_json(value, XP), None)
    if wrong is not None:
        table.report(XP, f"holds what JSON has no form for: {wrong}")
        return {}
    return _json(value)


def _no_json(value: object, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _no_json(each, f"{path}.{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _no_json(each, f"{path}[{number}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{path} is no finite number"
    elif not isinstance(value, str | int | float):
        yield f"{path} is {describe(value)}"


def _json(value: object) -> JSON:
    """Return a TOML value as JSON; what has no form there was refused before."""
    if isinstance(value, Mapping):
        return {str(name): _json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_json(each) for each in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
