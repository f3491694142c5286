"""Where in a line real values stand: whole, cut off, broken over two lines, or as a piece out of their middle.

A line is what a widget draws: laid out already, so a name may be cut by an ellipsis, by the widget's edge or by the end
of its column, and go on in the line below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.session.stand_ins.common import COMMON, is_common
from tui.session.stand_ins.known import Kind, fold

if TYPE_CHECKING:
    from tui.session.stand_ins.known import Known, StandIns

CUT = "\u2026"
_START = re.compile(r"(?:(?<![^\W_])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrtbf]))(?=[^\W_])")
_SHAPES = re.compile(
    r"(?P<jwt>eyJ[\w-]{4,}(?:\.[\w-]*){0,4})"
    r"|(?P<guid>(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z]))"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)*)"
)
"""What is private by its look alone, known or not."""
_PIECE = re.compile(r"[\w.-]{12,}")
_EDGE = re.compile(r"(?:\s*[\u2500-\u257f\u2580-\u259f]*\s*$|\s{2,}|\s*[\u2502\u2503\u2551])")
_BEGIN = re.compile(r"^[\s\u2500-\u259f]*")
_PARTS = re.compile(r"[^\W_]+(?:[^\w\s]+[^\W_]+)*")
_FIELD = re.compile(r"\S+(?: \S+)*")
_BOX = re.compile(r"[\u2500-\u259f]")
_NUMBER = re.compile(r"(?<=\D)\d+$")
MOST_WORDS = 6
"""Words of a name that are looked for over the end of a line."""
MOST_LINES = 2_000
"""So many lines are remembered: most of what is drawn again is as it was."""
LONG_ENOUGH = 4
"""Letters of a name that an edge cuts off without a sign: fewer may be any word."""


@dataclass(frozen=True, slots=True)
class Edit:
    """From `start` to `end` something else is shown. What was `cut` ends in an ellipsis of its own."""

    start: int
    end: int
    shown: str


def edits(line: str, stand_ins: StandIns, above: str = "") -> Sequence[Edit]:
    """Return what is to be shown otherwise in a line, from left to right; `above` is the line before, unedited."""
    key = (line, above)
    if (found := stand_ins.lines.get(key)) is None:
        found = _edits(line, stand_ins, above)
        if len(stand_ins.lines) >= MOST_LINES:
            stand_ins.lines.clear()
        stand_ins.lines[key] = found
    return found


def replaced(text: str, stand_ins: StandIns) -> str:
    """Return a text with stand-ins in it, as long as it comes to be."""
    made, at = "", 0
    for edit in edits(text, stand_ins):
        made, at = made + text[at : edit.start] + edit.shown, edit.end
    return made + text[at:]


def _edits(line: str, stand_ins: StandIns, above: str) -> Sequence[Edit]:
    folded, done = fold(line), 0
    found: list[Edit] = []
    by_look = {edit.start: edit for edit in _by_look(line, folded, stand_ins)}
    begin = _BEGIN.match(line)
    first = begin.end() if begin else 0
    for start in sorted({*(match.start() for match in _START.finditer(line)), *by_look}):
        if start < done:
            continue
        edit = _known_at(line, folded, start, stand_ins) or by_look.get(start)
        if edit is None and (start == first or not line[start - 2 : start].strip() or _starts(above, start)):
            edit = _rest_at(line, folded, start, stand_ins, _before(line, above, start, first), above)
        if edit is not None:
            found.append(edit)
            done = edit.end
    return found


def _known_at(line: str, folded: str, start: int, stand_ins: StandIns) -> Edit | None:
    text = folded[start : start + max(stand_ins.longest + 1, 40)]
    whole, near, common = stand_ins.at(text)
    if near is not None and common < near.length and (whole is None or common > whole.length):
        cut = _cut_at(line, start, near, common)
        if cut is not None:
            return cut
    if whole is not None:
        end = start + whole.length
        shown = whole.instead_of(line[start:end])
        return None if shown is None else Edit(start, end, shown)
    return None


def _cut_at(line: str, start: int, near: Known, common: int) -> Edit | None:
    """Return the edit for the beginning of a value that does not go on, None for something else."""
    end = start + common
    piece = line[start:end]
    if line.startswith(CUT, end):
        shown = near.instead_of_part(piece)
        tells = common > 1 and piece.strip().lower() not in COMMON
        alike = shown is not None and len(shown) == near.length
        return Edit(start, end + 1, shortened(shown, common, alike=alike)) if tells and shown is not None else None
    if common < LONG_ENOUGH or is_common(piece) or not _EDGE.match(line, end):
        return None
    shown = near.instead_of_part(piece, loosely=False)
    if shown is None:
        return None
    broken = line[end - 1].isalnum() and next(iter(near.spellings))[common].isalnum()
    if len(shown) == near.length:
        return Edit(start, end, shown[:common])  # of a shape with its value, and so is the rest
    return Edit(start, end, shortened(shown, common - 1) if broken else shown)


def shortened(shown: str, cells: int, *, alike: bool = False) -> str:
    """Return a stand-in that fits into some cells and one more; its number tells it from others, so that stays.

    One that is `alike` is cut where its value was.
    """
    if alike:
        return shown[:cells] + CUT
    if len(shown) <= cells + 1:
        return shown
    number = _NUMBER.search(shown)
    tail = number.group() if number else ""
    return shown[: max(1, cells - len(tail))].rstrip() + CUT + tail


def _before(line: str, above: str, start: int, first: int) -> tuple[str, ...]:
    """Return what may be the beginning of what stands somewhere: in the line above its end, and this column."""
    column = _FIELD.match(above, start) if _starts(above, start) else None
    end = _BOX.sub("", above).strip() if start == first else ""
    return tuple(each for each in (column.group() if column else "", end) if each)


def _starts(line: str, place: int) -> bool:
    """Return whether a column begins at a place of a line."""
    return not line[place : place + 1].isspace() and line[max(0, place - 2) : place].isspace()


def _rest_at(
    line: str, folded: str, start: int, stand_ins: StandIns, before: tuple[str, ...], above: str
) -> Edit | None:
    """Return the edit for the end of a value whose beginning is on the line before, or out of sight."""
    ends = [match.end() for match in _PARTS.finditer(line, start)][:MOST_WORDS]
    for end in reversed(ends):
        piece = line[start:end]
        # Where another column begins right beside it, it keeps its place.
        rest = CUT.ljust(end - start) if _starts(above, end + 1) and line[end : end + 1] == " " else CUT
        if (told := _goes_on(before, line[start:end], stand_ins)) is not None:
            return Edit(start, end, told or rest)
        if end - start < LONG_ENOUGH or is_common(piece):
            continue
        value = stand_ins.ending_with(folded[start:end])
        if value is not None and value.instead_of_part(piece, end=True, loosely=False) is not None:
            return Edit(start, end, rest)
    return None


def _goes_on(before: tuple[str, ...], piece: str, stand_ins: StandIns) -> str | None:
    """Return what stands in for a piece that is a value together with the last words of a text; None if it is not.

    Blank when the piece of a stand-in that would be told is not known: names are not as long as their stand-ins.
    """
    for text in before:
        words = text.split()[-MOST_WORDS:]
        joined = f"{words[-1]}{piece}"
        value = stand_ins.get(fold(joined))
        if value is not None:
            shown = value.instead_of(joined) or ""
            return shown[-len(piece) :] if len(shown) == len(joined) else ""
        for count in range(1, len(words) + 1):
            if stand_ins.get(fold(" ".join([*words[-count:], piece]))) is not None:
                return ""
    return None


def _by_look(line: str, folded: str, stand_ins: StandIns) -> Iterator[Edit]:
    for match in _SHAPES.finditer(line):
        text = match.group()
        _, near, common = stand_ins.at(fold(text))
        if near is not None and common == len(text) < near.length:
            continue  # the beginning of one that is known
        if match.lastgroup == "guid":
            stand_ins.id(Kind.THING, text)
        elif match.lastgroup == "email":
            stand_ins.email(text.rstrip("."))
        else:
            stand_ins.secret(text)
        whole, _, _ = stand_ins.at(folded[match.start() : match.end()])
        if whole is not None:
            end = match.start() + whole.length
            shown = whole.instead_of(line[match.start() : end])
            if shown is not None:
                yield Edit(match.start(), end, shown)
    for match in _PIECE.finditer(line):
        piece = stand_ins.inside(match.group())
        if piece is not None:
            yield Edit(match.start(), match.end(), piece)
