"""Where tokens are in a text: a HAR file, a curl command, a JSON answer, a log, or a token alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

_BEGINS = re.compile(
    r"e(?:(?<![A-Za-z0-9_-]e)|(?<=\\[nrt]e)|(?<=%[0-9A-Fa-f]{2}e)|(?<=\\u00[0-9A-Fa-f]{2}e))(?:[wy][A-Za-z0-9_-]{6}|30\.)"
)
"""Base64url of `{`, blanks or not, and the quote of a first name; or of `{}`."""
_RUN = re.compile(r"[^\s\"'`<>,;&()\[\]{}\\]+")
_ITS_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
_NEXT_LINE = re.compile(
    r"[ \t]*\\?\r?\n[ \t]*([A-Za-z0-9_.=-]+)(?=[ \t]*(?:\\?\r?\n|[\"'`]|\Z))"
    r"|[ \t]+([A-Za-z0-9_.=-]{20,})(?![^\s\"'`])"
)
_NAME = re.compile(
    r"([A-Za-z][A-Za-z0-9_-]{0,40})\\?[\"']?\s{0,3}(?::|=|%3[AaDd])\s{0,3}\\?[\"']?(?:bearer\s{1,3})?\Z", re.IGNORECASE
)
_BEARER = re.compile(r"bearer\s{1,3}\Z", re.IGNORECASE)
_HAR_VALUE = re.compile(
    r"\"name\"\s*:\s*\"([A-Za-z0-9_-]{1,40})\"\s*,\s*\"value\"\s*:\s*\"(?:bearer\s{1,3})?\Z", re.IGNORECASE
)
_BEFORE = 120
_WHOLE_SIGNATURES = frozenset({43, 64, 86, 128, 342, 512, 683})
"""How long the signatures in use are, in base64url."""
_NARROWEST = 32
_LONGEST_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Found:
    """A token, or what is left of one, from `start` to `end` of the text.

    `place` says where it stands, in the text's own words (`Authorization`, `access_token`), blank when nothing says so;
    `times` is how often the very same token is there. The token itself is a secret and stays out of the repr.
    """

    start: int
    end: int
    place: str = ""
    times: int = 1
    compact: str = field(default="", repr=False)


def find(text: str) -> tuple[Found, ...]:
    """Return every token in a text, each once, in the order of their first places.

    Where nothing looks like a token the whole text is taken for one, so that what is wrong with it can be said.
    Linear in the length of the text.
    """
    found: dict[str, Found] = {}
    at = 0
    while begin := _BEGINS.search(text, at):
        start, end = begin.start(), _end(text, begin.start())
        if start and text[start - 1] == "." and text.count(".", start, end) < 2:
            # What begins here is the claims: the header before it is the part that is damaged.
            head = text[max(at, start - _LONGEST_HEAD) : start]
            start -= len(head) - len(head.rstrip(_ITS_LETTERS))
        compact = "".join(text[start:end].replace("\\\n", "\n").replace("\\\r\n", "\n").split())
        at = max(end, begin.end())
        if "." not in compact:
            continue
        known = found.get(compact)
        found[compact] = (
            Found(start, end, _place(text, start), compact=compact)
            if known is None
            else replace(known, times=known.times + 1)
        )
    return tuple(found.values()) or (Found(0, len(text), compact=text),)


def _end(text: str, start: int) -> int:
    """Find the end of a token, which may be wrapped over several lines."""
    run = _RUN.match(text, start)
    end = run.end() if run else start
    dots, last_dot = text.count(".", start, end), text.rfind(".", start, end)
    signature = end - last_dot - 1 if dots >= 2 else 0
    width = end - start
    while width >= _NARROWEST and signature not in _WHOLE_SIGNATURES and (line := _NEXT_LINE.match(text, end)):
        part = line.group(1) or line.group(2)
        if dots >= 2 and (_BEGINS.match(part) or "." in part):
            break
        end, width = line.end(), len(part)
        more = part.count(".")
        dots += more
        if dots >= 2:
            signature = len(part) - part.rfind(".") - 1 if more else signature + len(part)
    return end


def _place(text: str, start: int) -> str:
    before = text[max(0, start - _BEFORE) : start]
    if named := _HAR_VALUE.search(before) or _NAME.search(before):
        return named.group(1)
    return "Bearer" if _BEARER.search(before) else ""
