"""What came of a step, and the places in later steps that are filled in from it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from tui.session.failures import Declined
from tui.tokens.token import Token

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.ordercloud.errors import ApiError
    from tui.ordercloud.models import AccessToken
    from tui.ordercloud.models.base import JSON
    from tui.session.scenarios.stage import Stage

_PLACE: Final = re.compile(r"\{([^{}]+)\}")


class NoSuchMember(LookupError):
    """A value has no member of that path."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a step: a token, an error, or the status of a call; and the exchange it came by, where there is one.

    `refresh_minutes` is how long the refresh token lives, 0 without one. `told` is what a browser was told instead.
    """

    token: Token | None = None
    answer: AccessToken | None = field(default=None, repr=False)
    refused: ApiError | None = None
    status: int | None = None
    not_tried: str = ""
    exchange: Exchange | None = field(default=None, repr=False)
    refresh_minutes: int = 0
    told: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether it was refused; by an identity provider there is no more than what the browser was told."""
        return self.refused is not None or bool(self.told)

    @property
    def error(self) -> str:
        """OAuth's word of a refusal, or what the browser was told; blank when there is neither."""
        return getattr(self.refused, "error", "") or self.told

    @property
    def body(self) -> JSON:
        """The answer's JSON with what is secret in it; None when there is none."""
        return None if self.exchange is None else self.exchange.response_body.json


def member_of(value: JSON, path: str) -> JSON:
    """Return what stands at a dotted path of a value: names of members, numbers of items from 0.

    Raises NoSuchMember.
    """
    for name in path.split("."):
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, Sequence) and not isinstance(value, str) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            raise NoSuchMember(path)
    return value


class Places:
    """Fills in `{Name}`, the ID of an API client, and `{step.member}`, something of what came of an earlier step."""

    def __init__(self, stage: Stage, came: Mapping[str, Came]) -> None:
        self._stage = stage
        self._came = came

    async def path(self, text: str) -> str:
        """Fill a path in; what is filled in is encoded. Raises Declined for what is not known."""
        filled = {each: quote(await self._found(each), safe="") for each in _PLACE.findall(text)}
        return _PLACE.sub(lambda found: filled[found[1]], text)

    async def body(self, value: JSON) -> JSON:
        """Fill a body in. Raises Declined for what is not known."""
        if isinstance(value, Mapping):
            return {name: await self.body(each) for name, each in value.items()}
        if isinstance(value, str):
            filled = {each: await self._found(each) for each in _PLACE.findall(value)}
            return _PLACE.sub(lambda found: filled[found[1]], value)
        return [await self.body(each) for each in value] if isinstance(value, Sequence) else value

    async def _found(self, place: str) -> str:
        step, dot, member = place.rpartition(".")
        if dot and (came := self._came.get(step)) is not None:
            claims = None if came.token is None else came.token.claims_json
            for value in (claims, came.body):
                try:
                    return str(member_of(value, member))
                except NoSuchMember:
                    continue
            raise Declined(f'"{step}" brought no {member}.')
        found = await self._stage.client_id(place)
        if found == place:
            raise Declined(f'There is no API client "{place}", nor a step of which {{{place}}} could be something.')
        return found
