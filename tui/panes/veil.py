"""The veil: stand-ins in place of real values, put over what every widget draws, last of all and line by line.

Nothing behind it changes: what is typed, copied, saved and sent is real. Columns keep their places: what a stand-in is
shorter or longer than its value is made up for in the next gap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.session.stand_ins import Edit, StandIns, edits, shortened

_GAP = re.compile(r" {2,}|[\u2500\u2501\u2550]{2,}| +(?=[\u2502\u2503\u2551\u2588])| *$")
"""What gives way: blanks between columns, the line of a frame, blanks before an edge and at the end."""


@dataclass(slots=True)
class _Part:
    """A piece of a line: a stretch that stays, a stand-in, or a gap. `key` is what the stretch was, for a gap."""

    start: int
    end: int
    shown: str
    edited: bool = False
    gap: bool = False


def veiled(line: str, found: Sequence[Edit]) -> list[tuple[str, int, int]]:
    """Return a line with edits made, as wide as before: pieces with where in the line each is from."""
    parts = _parts(line, found)
    field: list[_Part] = []
    for part in parts:
        if not part.gap:
            field.append(part)
            continue
        more = sum(cell_len(each.shown) - cell_len(line[each.start : each.end]) for each in field if each.edited)
        if more:
            at_end = part.end == len(line)
            room = len(part.shown) - (0 if at_end else 1)
            more = _shorten(field, more, max(0, room))
            fill = part.shown[:1] or " "
            part.shown = fill * (len(part.shown) - more)
        field = []
    return [(part.shown, part.start, part.end) for part in parts if part.shown]


def _shorten(field: Sequence[_Part], more: int, room: int) -> int:
    """Cut stand-ins until no more cells are needed than there is room for; return how many are."""
    for part in reversed(field):
        if part.edited and more > room:
            before = cell_len(part.shown)
            part.shown = shortened(part.shown, max(1, before - (more - room) - 1))
            more -= before - cell_len(part.shown)
    return more


def _parts(line: str, found: Sequence[Edit]) -> list[_Part]:
    parts: list[_Part] = []
    at = 0
    for edit in (*found, Edit(len(line), len(line), "")):
        begin = at
        for gap in _GAP.finditer(line, at, edit.start if edit.start < len(line) else len(line)):
            if gap.end() == gap.start() and gap.end() < len(line):
                continue
            if gap.end() == edit.start and edit.start < len(line) and gap.end() - gap.start() < 2:
                continue  # the pattern's end of line is only the end of the stretch
            if gap.start() > begin:
                parts.append(_Part(begin, gap.start(), line[begin : gap.start()]))
            parts.append(_Part(gap.start(), gap.end(), gap.group(), gap=True))
            begin = gap.end()
        if edit.start > begin:
            parts.append(_Part(begin, edit.start, line[begin : edit.start]))
        if edit.end > edit.start:
            parts.append(_Part(edit.start, edit.end, edit.shown, edited=True))
        at = edit.end
    if not parts or not parts[-1].gap:
        parts.append(_Part(len(line), len(line), "", gap=True))
    return parts


class Veil(LineFilter):
    """Puts stand-ins over the lines of one widget, from top to bottom: a name may go on in the next line."""

    def __init__(self, stand_ins: StandIns) -> None:
        super().__init__()
        self._stand_ins = stand_ins
        self._above = ""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with stand-ins; the line is as wide as before."""
        shown = [segment for segment in segments if not segment.control]
        line = "".join(segment.text for segment in shown)
        found = [] if line.isspace() else edits(line, self._stand_ins, self._above)
        self._above = line
        if not found:
            return segments
        owners = [number for number, segment in enumerate(shown) for _ in segment.text]
        made: list[tuple[str, int]] = []
        edited = {edit.start for edit in found}
        for text, start, end in veiled(line, found):
            if start in edited or end - start != len(text):
                made.append((text, owners[min(start, len(owners) - 1)]))
            else:
                made.extend(zip(text, owners[start:end], strict=True))
        joined = [
            Segment("".join(text for text, _ in pieces), shown[owner].style)
            for owner, pieces in groupby(made, key=lambda each: each[1])
        ]
        width = Segment.get_line_length(segments)
        return [*(each for each in segments if each.control), *Segment.adjust_line_length(joined, width)]
