"""A token as it was read: header and claims, without any trust in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]


@dataclass(frozen=True, slots=True)
class Header:
    """The JOSE header; `extra` holds every other member as it came, mistyped known ones included."""

    alg: str | None
    kid: str | None
    typ: str | None
    extra: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of an OrderCloud token; None when absent.

    `role` is always a tuple, whether the token carried one string or a list; `exp`, `nbf` and `iat` are seconds since
    1970-01-01 UTC. `extra` holds every other claim as it came, mistyped known ones included, so nothing is lost.
    """

    usr: str | None = None
    cid: str | None = None
    u: str | None = None
    usrtype: str | None = None
    role: tuple[str, ...] | None = None
    iss: str | None = None
    aud: str | None = None
    exp: int | None = None
    nbf: int | None = None
    iat: int | None = None
    orderid: str | None = None
    imp: str | None = None
    extra: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Token:
    """A decoded token. `compact` is the token itself, a secret: it and the signature stay out of the repr."""

    header: Header
    claims: Claims
    header_json: Mapping[str, JSON] = field(repr=False)
    claims_json: Mapping[str, JSON] = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    compact: str = field(repr=False)


class NotAToken(ValueError):
    """The text is no JWT. `reason` says what is wrong, `position` is the offset into the text that was given.

    The message carries no part of the text, which may be a broken secret.
    """

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} (at character {position + 1})")
        self.reason = reason
        self.position = position
