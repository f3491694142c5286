"""The key map of the settings file: which keys a person wants for which command.

[keys]
reload = "f5"             # one key instead of the usual one
filter = ["slash", "f"]   # several
quit = []                 # none
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeAlias

from tui.config.problems import ConfigProblem
from tui.config.toml_reader import Table

KeyMap: TypeAlias = Mapping[str, tuple[str, ...]]
"""Command name -> its keys in Textual's spelling; an empty tuple takes every key from the command."""

_KEY = re.compile(r"(?:(?:ctrl|shift|alt|super|hyper|meta)\+)*(?:[a-z0-9_]+|[^\s,])")


def read_keys(table: Table) -> KeyMap:
    """Read `[keys]`; entries that are no keys are reported on the table and left out."""
    keys: dict[str, tuple[str, ...]] = {}
    for command in table.names():
        found = table.texts_or_text(command, 'a key such as "f5", a list of keys, or [] for none')
        if found is None:
            continue
        wrong = [key for key in found if not _KEY.fullmatch(key)]
        if wrong:
            table.report(command, f'{wrong[0]!r} is no key; write it like "f5", "ctrl+s", "T" or "question_mark"')
        else:
            keys[command] = tuple(dict.fromkeys(found))
    return keys


def check_keys(keys: KeyMap, commands: Collection[str], file: Path) -> tuple[ConfigProblem, ...]:
    """Return a problem for each entry that names no command of `commands`, with the nearest name there is."""
    problems = []
    for command in keys:
        if command not in commands:
            import difflib  # late: a file without mistakes does not need it

            near = difflib.get_close_matches(command, list(commands), n=1)
            hint = f"; did you mean {near[0]}?" if near else "; the help (?) lists the commands"
            problems.append(ConfigProblem(file, f"there is no such command{hint}", key=f"keys.{command}"))
    return tuple(problems)
