"""Read any JWT for display, without trusting it. Whether to believe it is another question: see `verify`."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import NoReturn

from tui.tokens.token import JSON, Claims, Header, NotAToken, Token

__all__ = ["JSON", "Claims", "Header", "NotAToken", "Token", "decode"]

_WRAPPING = " \t\r\n\f\v\"'`,;\u00a0\u200b\ufeff"
_PREFIX = re.compile(r"(?:authorization\s*:\s*)?bearer(?:\s+|$)", re.IGNORECASE)
_WRAPPED_LINE = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")
_NOT_BASE64URL = re.compile(r"[^A-Za-z0-9_-]")
_GUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
PARTS = ("header", "claims", "signature")
_ENCRYPTED_PARTS = 5
_DEEPEST = 64
"""No token nests deeper than this, and everything that walks through one later may rely on it."""


def decode(text: str) -> Token:
    """Read a token; raises `NotAToken`, and nothing else, whatever the text is.

    A `Bearer` prefix, blanks and quotes around the token and line breaks inside it are passed over. Positions in
    `NotAToken` are offsets into the text as given.
    """
    source = Source.of(text)
    parts = source.parts()
    header_part, claims_part, signature_part = (part_bytes(source, *part) for part in zip(PARTS, parts, strict=True))
    header_json = part_object(source, "header", parts[0], header_part)
    claims_json = part_object(source, "claims", parts[1], claims_part)
    return Token(
        header=header_of(header_json),
        claims=claims_of(claims_json),
        header_json=header_json,
        claims_json=claims_json,
        signing_input=source.compact[: parts[2][0] - 1].encode("ascii"),
        signature=signature_part,
        compact=source.compact,
    )


class Source:
    """The compact token inside the given text, and where each of its characters stands there."""

    def __init__(self, compact: str, pieces: list[tuple[int, int]]) -> None:
        self.compact = compact
        self._pieces = pieces

    @classmethod
    def of(cls, text: str) -> Source:
        """Pass over what is wrapped around a token, and over the line breaks inside it."""
        start, end = _strip(text, 0, len(text))
        if prefix := _PREFIX.match(text, start, end):
            start, end = _strip(text, prefix.end(), end)
        if "\n" not in text and "\r" not in text:
            return cls(text[start:end], [(0, start)])
        chunks: list[str] = []
        pieces: list[tuple[int, int]] = []
        at, length = start, 0
        for gap in (*_WRAPPED_LINE.finditer(text, start, end), None):
            until = gap.start() if gap else end
            chunks.append(text[at:until])
            pieces.append((length, at))
            length += until - at
            at = gap.end() if gap else end
        return cls("".join(chunks), pieces)

    def refuse(self, reason: str, offset: int) -> NoReturn:
        """Refuse the token, for what stands at this offset into the compact token."""
        began, stands_at = next((piece for piece in reversed(self._pieces) if piece[0] <= offset), self._pieces[0])
        raise NotAToken(reason, stands_at + offset - began)

    def parts(self) -> list[tuple[int, int]]:
        """Find the three parts: the start and the end of each."""
        dots = [match.start() for match in re.finditer(r"\.", self.compact)] if "." in self.compact else []
        if not self.compact:
            self.refuse("there is no token", 0)
        if not dots and _GUID.fullmatch(self.compact):
            self.refuse("this looks like a refresh token, which is opaque: there is nothing in it to read", 0)
        if len(dots) == _ENCRYPTED_PARTS - 1:
            self.refuse("this token has five parts: it is encrypted, and only its recipient can read it", dots[2])
        if len(dots) > 2:
            self.refuse(f"a token has three parts with a dot between, and this has {len(dots) + 1}", dots[2])
        if len(dots) < 2:
            found = "only one" if not dots else "only two"
            self.refuse(f"a token has three parts with a dot between, and this has {found}", len(self.compact))
        return [(0, dots[0]), (dots[0] + 1, dots[1]), (dots[1] + 1, len(self.compact))]


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _WRAPPING:
        start += 1
    while end > start and text[end - 1] in _WRAPPING:
        end -= 1
    return start, end


def part_bytes(source: Source, name: str, part: tuple[int, int]) -> bytes:
    """Decode one part, which is from `part[0]` to `part[1]` of the compact token. Raises NotAToken."""
    start, end = part
    encoded = source.compact[start:end]
    if wrong := _NOT_BASE64URL.search(encoded):
        source.refuse(f"the {name} is not base64url: {_tell_character(wrong.group())}", start + wrong.start())
    if len(encoded) % 4 == 1:
        source.refuse(f"the {name} is cut off: base64url never has this length", end)
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def _tell_character(character: str) -> str:
    if character == "=":
        return "a token has no padding (=)"
    if character in "+/":
        return f"{character} belongs to plain base64"
    if character.isspace():
        return "there is a blank inside it"
    return "there is a character that does not belong"


def part_object(source: Source, name: str, part: tuple[int, int], content: bytes) -> dict[str, JSON]:
    """Read the decoded bytes of a part as a JSON object. Raises NotAToken."""
    start, end = part
    if not content:
        source.refuse(f"the {name} is empty", start)

    def at(byte: int) -> int:
        """Where in the compact token the encoding of this byte begins."""
        return min(start + byte * 4 // 3, end)

    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        source.refuse(f"the {name} is not UTF-8 text", at(error.start))
    try:
        value: JSON = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        byte = len(text[: error.pos].encode("utf-8"))
        source.refuse(f"the {name} is not JSON: {error.msg}", at(byte))
    except RecursionError:
        source.refuse(f"the {name} is nested too deep", start)
    except ValueError:
        source.refuse(f"the {name} holds a number that is no JSON, or too long to read", start)
    if not isinstance(value, dict):
        source.refuse(f"the {name} is no JSON object", start)
    # Both walk through everything, which takes longer than reading it: most texts show at a glance that they needn't.
    if text.count("[") + text.count("{") > _DEEPEST and _too_deep(value, _DEEPEST):
        source.refuse(f"the {name} is nested too deep", start)
    return encodable(value) if "\\ud" in text or "\\uD" in text else value


def _too_deep(value: JSON, left: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_too_deep(each, left - 1) for each in inner)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def encodable(members: dict[str, JSON]) -> dict[str, JSON]:
    """Show halves of surrogate pairs, which no terminal or file can take, as their JSON escapes."""
    return {_mend(name): _mend_value(value) for name, value in members.items()}


def _mend_value(value: JSON) -> JSON:
    if isinstance(value, str):
        return _mend(value)
    if isinstance(value, list):
        return [_mend_value(each) for each in value]
    return encodable(value) if isinstance(value, dict) else value


def _mend(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _text(value: JSON) -> str | None:
    return value if isinstance(value, str) else None


def _number_as_text(value: JSON) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _seconds(value: JSON) -> int | None:
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _roles(value: JSON) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list):
        roles = tuple(each for each in value if isinstance(each, str))
        return roles if len(roles) == len(value) else None
    return None


def _audience(value: JSON) -> str | None:
    return _text(value[0]) if isinstance(value, list) and len(value) == 1 else _text(value)


def _rest(members: Mapping[str, JSON], read: Mapping[str, object]) -> dict[str, JSON]:
    """What was not read into a typed field: unknown members, and known ones of a wrong type."""
    return {name: value for name, value in members.items() if read.get(name) is None}


def header_of(members: Mapping[str, JSON]) -> Header:
    """Sort the members of a header."""
    read = {name: _text(members.get(name)) for name in ("alg", "kid", "typ")}
    return Header(**read, extra=_rest(members, read))


def claims_of(members: Mapping[str, JSON]) -> Claims:
    """Sort the claims."""
    get = members.get
    claims = Claims(
        usr=_text(get("usr")),
        cid=_text(get("cid")),
        u=_number_as_text(get("u")),
        usrtype=_text(get("usrtype")),
        role=_roles(get("role")),
        iss=_text(get("iss")),
        aud=_audience(get("aud")),
        exp=_seconds(get("exp")),
        nbf=_seconds(get("nbf")),
        iat=_seconds(get("iat")),
        orderid=_text(get("orderid")),
        imp=_number_as_text(get("imp")),
    )
    read = {field.name: getattr(claims, field.name) for field in fields(Claims) if field.name != "extra"}
    return replace(claims, extra=_rest(members, read))
