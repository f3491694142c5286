"""Reading TOML with questions instead of trust: every wrong type and unknown key becomes a problem with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.config.problems import ConfigProblem

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?")
_ARRAY_HEADER = re.compile(r"\s*\[\[\s*([^\[\]]+?)\s*\]\]\s*(?:#.*)?")
_ITEM = re.compile(r"\s*(\"(?:[^\"\\]|\\.)*\"|'[^']*')\s*,?\s*(?:#.*)?")
_ENTRY = re.compile(r"\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PLACE = re.compile(r"\s*\(at line (\d+), column (\d+)\)\s*$")


class Table:
    """One table of a TOML file; the tables inside it share its list of problems.

    Every question about an entry marks it as known; `done` reports those that nobody asked about.
    """

    def __init__(
        self,
        values: Mapping[str, object],
        file: Path,
        lines: Mapping[str, int],
        problems: list[ConfigProblem],
        name: str = "",
    ) -> None:
        """Wrap `values`, found in `file` under the dotted `name`; `lines` maps dotted keys to line numbers."""
        self.name = name
        self.problems = problems
        self._values = values
        self._file = file
        self._lines = lines
        self._asked: list[str] = []
        self._refused: list[str] = []

    def names(self) -> tuple[str, ...]:
        """Return the names of the entries, in the file's order."""
        return tuple(self._values)

    def report(self, entry: str, message: str) -> None:
        """Add a problem with the entry ("" for the table itself)."""
        key = _dotted(self.name, entry)
        self.problems.append(ConfigProblem(self._file, message, key=key, line=self._lines.get(key)))

    def refuse(self, entry: str, message: str) -> None:
        """Report an entry that must not be there, whatever its value; the value is not looked at."""
        self._refused.append(entry)
        self.report(entry, message)

    def text(self, entry: str, wanted: str = "text in quotes", *, choices: Sequence[str] = ()) -> str | None:
        """Return the text of an entry, or None when it is missing or wrong; `choices` limits what it may be."""
        value = self._ask(entry)
        if value is None:
            return None
        if choices:
            wanted = "one of " + ", ".join(f'"{choice}"' for choice in choices)
        if not isinstance(value, str) or not value.strip() or (choices and value not in choices):
            self.report(entry, f"must be {wanted}, not {describe(value)}")
            return None
        return value.strip()

    def value(self, entry: str) -> object:
        """Return whatever is there, for who checks it himself; None when the entry is missing."""
        return self._ask(entry)

    def flag(self, entry: str) -> bool | None:
        """Return true or false, or None when the entry is missing or wrong."""
        value = self._ask(entry)
        if value is None or isinstance(value, bool):
            return value
        self.report(entry, f"must be true or false, not {describe(value)}")
        return None

    def texts_or_text(self, entry: str, wanted: str) -> tuple[str, ...] | None:
        """Return a list of text; one text alone counts as a list of one."""
        value = self._ask(entry)
        if value is None:
            return None
        if isinstance(value, str) and value:
            return (value,)
        if isinstance(value, list):
            texts = tuple(each for each in value if isinstance(each, str) and each)
            if len(texts) == len(value):
                return texts
        self.report(entry, f"must be {wanted}, not {describe(value)}")
        return None

    def is_table(self, entry: str) -> bool:
        """Tell whether the entry is a table, without asking for it."""
        return isinstance(self._values.get(entry), dict)

    def table(self, entry: str) -> Table | None:
        """Return the table under the entry, or None when it is missing or something else."""
        value = self._ask(entry)
        if value is None:
            return None
        if isinstance(value, dict):
            return Table(value, self._file, self._lines, self.problems, _dotted(self.name, entry))
        self.report(entry, f"must be a table, written [{_dotted(self.name, entry)}], not {describe(value)}")
        return None

    def tables(self, entry: str) -> tuple[Table, ...]:
        """Return the tables of a list of tables; none when it is missing or something else."""
        value = self._ask(entry)
        if value is None:
            return ()
        name = _dotted(self.name, entry)
        if isinstance(value, list) and all(isinstance(each, dict) for each in value):
            every = enumerate(value, 1)
            return tuple(
                Table(each, self._file, self._lines, self.problems, f"{name}[{number}]") for number, each in every
            )
        self.report(entry, f"must be a list of tables, each written [[{name}]], not {describe(value)}")
        return ()

    def line(self, entry: str) -> int | None:
        """Return the line an entry stands in ("" for the table itself); None when it is not known."""
        return self._lines.get(_dotted(self.name, entry))

    def done(self) -> None:
        """Report every entry that was never asked for."""
        unknown = [entry for entry in self._values if entry not in self._asked and entry not in self._refused]
        if unknown:
            import difflib  # late: a file without mistakes does not need it
        for entry in unknown:
            near = difflib.get_close_matches(entry, self._asked, n=1)
            known = f"did you mean {near[0]}?" if near else f"known here: {', '.join(self._asked)}"
            self.report(entry, f"unknown key; {known}")

    def _ask(self, entry: str) -> object:
        if entry not in self._asked:
            self._asked.append(entry)
        return self._values.get(entry)


def read_toml(file: Path, problems: list[ConfigProblem]) -> Table | None:
    """Read a file; None when it is missing, or unreadable or no TOML (then a problem is added to `problems`)."""
    try:
        return parse_toml(file.read_bytes(), file, problems)
    except FileNotFoundError:
        return None
    except OSError as error:
        problems.append(ConfigProblem(file, f"could not be read: {error.strerror or type(error).__name__}"))
    return None


def parse_toml(content: bytes, file: Path, problems: list[ConfigProblem]) -> Table | None:
    """Read what is in a file; None when it is no TOML (then a problem is added to `problems`)."""
    try:
        text = content.decode("utf-8-sig")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        problems.append(ConfigProblem(file, f"is not UTF-8 text (byte {error.start})"))
    except RecursionError:
        problems.append(ConfigProblem(file, "is nested too deeply"))
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        reason = _PLACE.sub("", str(error))
        where = f" (column {place[2]})" if place else ""
        problems.append(ConfigProblem(file, f"is not TOML: {reason}{where}", line=int(place[1]) if place else None))
    else:
        return Table(values, file, line_numbers(text), problems)
    return None


def line_numbers(text: str) -> dict[str, int]:
    """Return the line of each dotted key and table header, counted from 1.

    Tables of an array are numbered: `things[2].name`. Texts on lines of their own in a list are there as well, after
    their key and a blank: `things[2].parts wheel`.

    A simple reading, good enough to point at a line: lines inside multi-line strings are taken for entries, but the
    first place wins, and only keys that the file really has are ever looked up.
    """
    lines: dict[str, int] = {}
    arrays: dict[str, int] = {}
    table = key = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _ARRAY_HEADER.fullmatch(line):
            key = _numbered(_plain(header[1]), arrays)
            arrays[key] = arrays.get(key, 0) + 1
            table = f"{key}[{arrays[key]}]"
            lines.setdefault(table, number)
        elif header := _HEADER.fullmatch(line):
            table = _numbered(_plain(header[1]), arrays)
            lines.setdefault(table, number)
        elif entry := _ENTRY.match(line):
            key = _dotted(table, _plain(entry[1]))
            lines.setdefault(key, number)
        elif item := _ITEM.fullmatch(line):
            lines.setdefault(f"{key} {item[1][1:-1]}", number)
    return lines


def _numbered(name: str, arrays: Mapping[str, int]) -> str:
    """Return the name of a table inside an array of tables with the number of the one it is in."""
    numbered = ""
    *outer, last = name.split(".")
    for part in outer:
        numbered = _dotted(numbered, part)
        if numbered in arrays:
            numbered = f"{numbered}[{arrays[numbered]}]"
    return _dotted(numbered, last)


def describe(value: object) -> str:
    """Say what a TOML value is, for an error message."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"' if len(value) <= 40 else "a long text"
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return f"a {type(value).__name__}"


def _dotted(table: str, entry: str) -> str:
    return f"{table}.{entry}" if table and entry else table or entry


def _plain(name: str) -> str:
    """Return a dotted key without quotes and blanks."""
    return ".".join(part.strip().strip("\"'") for part in name.split("."))
