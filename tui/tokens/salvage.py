"""Reading a damaged token: as much of it as there is, and each place where something is wrong."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.tokens.decode import (
    PARTS,
    Source,
    claims_of,
    decode,
    encodable,
    header_of,
    part_bytes,
    part_object,
)
from tui.tokens.find import Found
from tui.tokens.token import JSON, NotAToken, Token
from tui.tokens.verify import DECODED, Status, Verdict, Verdicts, check_claims, verify_signature

_WRONG = re.compile(r"[^A-Za-z0-9_-]")
_BLANKS = re.compile(r"\s+")
_NAME = re.compile(r"\s*(\"(?:[^\"\\]|\\.)*\")\s*:\s*")
_ITEM = re.compile(r"[\[,]\s*(\"(?:[^\"\\]|\\.)*\")(?=\s*[,\]])")
_NEXT_MEMBER = re.compile(r"[,{]\s*(?=\")")
_COMMA = re.compile(r"\s*,")
_CLAIM_NAMES = frozenset({"usr", "cid", "usrtype", "role", "exp", "iat", "nbf"})
_MOST_TRIES = 64
"""Places at which a broken object is taken up again, so that no text takes long."""
_LONG = 1 << 16
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in which part, what, and the offset into the text that was given.

    `part` is `header`, `claims`, `signature`, or blank for the token as a whole. No text holds a piece of the token.
    """

    part: str
    reason: str
    position: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read. `whole` tells whether nothing of the token is lost: else header and claims of `token` are
    those that are left, and its signature says nothing."""

    token: Token
    problems: tuple[Problem, ...] = ()
    whole: bool = True


def read(text: str, found: Found | None = None) -> Reading:
    """Read a token, whole or damaged, out of its place in a text. Raises NotAToken when nothing of it can be read.

    Padding, the plain base64 alphabet, blanks and a missing signature are no damage: they are told and passed over.
    """
    start, end = (0, len(text)) if found is None else (found.start, found.end)
    given = text[start:end]
    try:
        return Reading(decode(given))
    except NotAToken as error:
        first = NotAToken(error.reason, error.position + start)
    source = Source.of(given)
    problems = tuple(Problem(each.part, each.reason, each.position + start) for each in _problems(source))
    problems = problems or (Problem("", first.reason, first.position),)
    mended = _mended(source.compact)
    if mended is not None:
        return Reading(mended, problems)
    header, claims = _members(source.compact)
    if not header and not claims:
        raise first
    whole = Token(header_of(header), claims_of(claims), header, claims, b"", b"", source.compact)
    return Reading(whole, problems, whole=False)


def verdicts_of(
    reading: Reading,
    now: datetime,
    *,
    signature: Verdict | None = None,
    audience: str | None = None,
    leeway: timedelta = timedelta(0),
) -> Verdicts:
    """Return the three verdicts on what was read. Of a damaged token neither signature nor claims are judged."""
    if not reading.whole:
        first = reading.problems[0]
        why = f"It is damaged: {first.reason} (at character {first.position + 1})."
        left = Verdict(Status.NOT_CHECKED, "Not checked: the token is damaged.")
        return Verdicts(Verdict(Status.FAILED, why), left, left)
    decoded = DECODED
    if reading.problems:
        told = "; ".join(dict.fromkeys(each.reason for each in reading.problems))
        decoded = Verdict(Status.PASSED, f"It could be read, after this was put right: {told}.")
    checked = signature or verify_signature(reading.token, None)
    return Verdicts(decoded, checked, check_claims(reading.token, now, audience=audience, leeway=leeway))


def _mended(compact: str) -> Token | None:
    """Read the token with what is no damage put right; None when something is lost."""
    parts = [_repaired(part) for part in _BLANKS.sub("", compact).split(".")]
    if len(parts) == 2:
        parts.append("")
    try:
        return decode(".".join(parts))
    except NotAToken:
        return None


def _repaired(part: str) -> str:
    return part.rstrip("=").replace("+", "-").replace("/", "_")


def _problems(source: Source) -> Iterator[Problem]:
    """Find the first thing that is wrong with each part, and with their number."""
    try:
        parts = source.parts()
    except NotAToken as error:
        yield Problem("" if source.compact.count(".") != 1 else "signature", error.reason, error.position)
        parts = list(_spans(source.compact))
    for name, span in zip(PARTS, parts, strict=False):
        try:
            content = part_bytes(source, name, span)
            if name != "signature":
                part_object(source, name, span, content)
        except NotAToken as error:
            yield Problem(name, error.reason, error.position)


def _spans(compact: str) -> Iterator[tuple[int, int]]:
    at = 0
    for part in compact.split(".")[: len(PARTS)]:
        yield at, at + len(part)
        at += len(part) + 1


def _members(compact: str) -> tuple[dict[str, JSON], dict[str, JSON]]:
    """Read what is left of header and claims."""
    first, second = [*compact.split(".")[:2], ""][:2]
    header, claims = _lenient(first), _lenient(second)
    if not claims and _CLAIM_NAMES & header.keys() and "alg" not in header:
        return {}, header  # the middle part alone
    return header, claims


def _lenient(encoded: str) -> dict[str, JSON]:
    """Read the members of a part: without its wrong characters, or with something in their place."""
    encoded = _repaired(_BLANKS.sub("", encoded))
    if not _WRONG.search(encoded):
        return _salvaged(_bytes(encoded))
    # Something was put in the place of a character, or between two: what reads better tells which.
    ways = (_WRONG.sub("A", encoded), _WRONG.sub("", encoded))
    return max((_salvaged(_bytes(each)) for each in (ways if len(encoded) < _LONG else ways[:1])), key=len)


def _bytes(encoded: str) -> bytes:
    kept = encoded[:-1] if len(encoded) % 4 == 1 else encoded
    return base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))


def _salvaged(content: bytes) -> dict[str, JSON]:
    text = content.decode("utf-8", "replace")
    members: dict[str, JSON] = {}
    at = _next(text, 0)
    for _ in range(_MOST_TRIES):
        if at is None:
            break
        at = _run_of_members(text, at, members)
        at = _next(text, at)
    return encodable(members)


def _next(text: str, at: int) -> int | None:
    found = _NEXT_MEMBER.search(text, at)
    return found.end() if found else None


def _run_of_members(text: str, at: int, members: dict[str, JSON]) -> int:
    """Read members as long as they are whole; return where the first that is not begins, or the end."""
    while name := _NAME.match(text, at):
        try:
            key: JSON = json.loads(name.group(1), strict=False)
            value, end = _value(text, name.end())
        except (ValueError, RecursionError):
            return name.end()
        if end == len(text) and not isinstance(value, str | list | dict):
            return end  # a number at the very end may be cut off
        members.setdefault(str(key), value)
        comma = _COMMA.match(text, end)
        if comma is None:
            return end
        at = comma.end()
    return at


def _value(text: str, at: int) -> tuple[JSON, int]:
    """Read a value, or the whole texts at the beginning of a list that is cut off. Raises ValueError."""
    try:
        value: JSON
        value, end = _DECODER.raw_decode(text, at)
    except ValueError:
        items: list[JSON] = []
        while item := _ITEM.match(text, at):
            written = item.group(1)
            items.append(json.loads(written, strict=False) if "\\" in written else written[1:-1])
            at = item.end()
        if not items:
            raise
        return items, at
    else:
        return value, end


def excerpt(text: str, problem: Problem, around: int = 16) -> tuple[str, int]:
    """Return the text near what is wrong, on one line, and where in it that is. A signature is masked."""
    start, end = max(0, problem.position - around), min(len(text), problem.position + around)
    shown = text[start:end]
    if problem.part == "signature":
        shown = re.sub(r"[A-Za-z0-9_-]", "•", shown)
    before = "…" if start else ""
    return f"{before}{shown}{'…' if end < len(text) else ''}", problem.position - start + len(before)
