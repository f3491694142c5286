"""A filter's text in pieces: between blanks, with what stands between quotes kept together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A run without blanks outside of quotes: its signs, each with its place and whether it stood between quotes.

    `open_quote` is the place of a quote that was never closed.
    """

    start: int
    end: int
    signs: tuple[Sign, ...]
    quotes: tuple[int, ...] = ()
    open_quote: int | None = None

    def part(self, start: int, end: int | None = None) -> Part:
        """Return some of its signs."""
        return Part(self, self.signs[start:end])

    def find(self, wanted: str, start: int = 0) -> int:
        """Return where one of some signs first stands outside of quotes; -1 for nowhere."""
        for index in range(start, len(self.signs)):
            if not self.signs[index].quoted and self.signs[index].char in wanted:
                return index
        return -1


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of the text."""

    char: str
    at: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Some signs of a piece."""

    piece: Piece
    signs: tuple[Sign, ...]

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(sign.char for sign in self.signs)

    @property
    def quoted(self) -> bool:
        """Whether it stood between quotes, and so is meant as it stands; a `*` outside of them is a pattern's."""
        return any(sign.quoted for sign in self.signs) and not any(
            sign.char == "*" and not sign.quoted for sign in self.signs
        )

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands in the text."""
        if not self.signs:
            return self.piece.end, self.piece.end
        return self.signs[0].at, self.signs[-1].at + 1

    def split(self, at: str) -> list[Part]:
        """Split it at a sign outside of quotes."""
        parts: list[Part] = []
        begin = 0
        for index, sign in enumerate(self.signs):
            if sign.char == at and not sign.quoted:
                parts.append(Part(self.piece, self.signs[begin:index]))
                begin = index + 1
        return [*parts, Part(self.piece, self.signs[begin:])]


def pieces(text: str) -> list[Piece]:
    """Return the pieces of a text. Between quotes `\\"` and `\\\\` stand for a quote and a backslash."""
    found: list[Piece] = []
    signs: list[Sign] = []
    quotes: list[int] = []
    start: int | None = None
    opened: int | None = None
    at = 0
    while at < len(text):
        char = text[at]
        if opened is None and char.isspace():
            if start is not None:
                found.append(Piece(start, at, tuple(signs), tuple(quotes)))
                signs, quotes, start = [], [], None
        else:
            start = at if start is None else start
            if char == '"':
                quotes.append(at)
                opened = at if opened is None else None
            elif opened is not None and char == "\\" and text[at + 1 : at + 2] in ('"', "\\"):
                at += 1
                signs.append(Sign(text[at], at, quoted=True))
            else:
                signs.append(Sign(char, at, quoted=opened is not None))
        at += 1
    if start is not None:
        found.append(Piece(start, len(text), tuple(signs), tuple(quotes), opened))
    return found
