"""What every wire model shares: names, unknown members, an exact round trip, and a `repr` without secrets."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PlainValidator,
    PrivateAttr,
    Strict,
    ValidationError,
    model_validator,
)

from tui.ordercloud.redact import redact_json

# pydantic would look through every installed package for plugins, which takes a while, and hand them what it reads.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

if TYPE_CHECKING:
    JSON: TypeAlias = "Mapping[str, JSON] | Sequence[JSON] | str | int | float | bool | None"
else:
    JSON = Any  # pydantic keeps such a value untouched, which is what a round trip needs

Text: TypeAlias = Annotated[str, Strict()]
Int: TypeAlias = Annotated[int, Strict()]
Bool: TypeAlias = Annotated[bool, Strict()]
Texts: TypeAlias = tuple[Text, ...]


class WireTime(datetime):
    """A moment that remembers the text it was read from, so that it is written back unchanged."""

    _wire: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an ISO 8601 text; without an offset it is UTC. Raises ValueError."""
        moment = datetime.fromisoformat(text)
        self = cls.combine(moment.date(), moment.timetz(), moment.tzinfo or UTC)
        self._wire = text
        return self

    @property
    def wire(self) -> str:
        """The text as the server wrote it, or ISO 8601 in UTC for a moment made here."""
        return self._wire or format_time(self)

    def __deepcopy__(self, memo: object) -> Self:
        return self

    __copy__ = __deepcopy__


def format_time(moment: datetime) -> str:
    """Write a moment as OrderCloud does: ISO 8601 in UTC with a `Z`; one without an offset is taken for UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _read_time(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return WireTime.parse(value)
    raise ValueError("a date-time is ISO 8601 text")


Moment: TypeAlias = Annotated[datetime, PlainValidator(_read_time)]


@cache
def wire_name(name: str) -> str:
    """Give the wire's name of a field: `api_client_id` is `ApiClientID`; `xp` stays `xp`."""
    if name == "xp":
        return name
    return "".join("ID" if part == "id" else part[:1].upper() + part[1:] for part in name.split("_"))


class Model(BaseModel):
    """A frozen wire model.

    Members it does not know are kept, members that were absent stay absent, and a `null` where a value belongs reads
    as the default but is written back as `null`: `from_wire(x).to_wire() == x`.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        populate_by_name=True,
        alias_generator=wire_name,
        defer_build=True,
        hide_input_in_errors=True,
        protected_namespaces=(),
    )
    _nulls: frozenset[str] = PrivateAttr(default=frozenset())

    @classmethod
    def from_wire(cls, members: Mapping[str, JSON]) -> Self:
        """Read a JSON object as the server sent it. Raises pydantic's ValidationError, which names no value."""
        return cls.model_validate(members, by_alias=True, by_name=False)

    @model_validator(mode="wrap")
    @classmethod
    def _read_nulls(cls, members: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return _slim(read(members))
        except ValidationError as error:
            if not isinstance(members, Mapping):
                raise
            places = (each["loc"] for each in error.errors(include_url=False, include_input=False))
            nulls = {str(place[0]) for place in places if len(place) == 1}
            nulls = {name for name in nulls if members.get(name, "") is None}
            if not nulls:
                raise
        model = read({name: value for name, value in members.items() if name not in nulls})
        model._nulls = frozenset(nulls)  # noqa: SLF001  # its own class
        return _slim(model)

    def to_wire(self) -> dict[str, JSON]:
        """Give the JSON object: wire names, only the members that were set, unknown ones included."""
        given = self.model_fields_set
        wire: dict[str, JSON] = dict.fromkeys(self._nulls)
        wire.update(
            (alias, _to_wire(getattr(self, name))) for name, alias in self.wire_names().items() if name in given
        )
        wire.update(self.model_extra or {})
        return wire

    @classmethod
    @cache
    def wire_names(cls) -> Mapping[str, str]:
        """Map each field to its name on the wire."""
        rename = wire_name if cls.model_config.get("alias_generator") else str
        return {name: rename(name) for name in cls.model_fields}

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Show what pydantic shows, less the credentials, wherever they are."""
        return [(name, redact_json({name: value})[name]) for name, value in super().__repr_args__()]


M = TypeVar("M", bound=Model)
_SETS_OF_NAMES: dict[frozenset[str], set[str]] = {}


def _slim(model: M) -> M:
    """Let models that were given the same members share the set of their names, which is half of what one weighs.

    Models are frozen, so nobody adds to it.
    """
    given = model.model_fields_set
    object.__setattr__(model, "__pydantic_fields_set__", _SETS_OF_NAMES.setdefault(frozenset(given), given))
    return model


def _to_wire(value: Any) -> JSON:
    if isinstance(value, Model):
        return value.to_wire()
    if isinstance(value, tuple):
        return [_to_wire(each) for each in value]
    if isinstance(value, WireTime):
        return value.wire
    if isinstance(value, datetime):
        return format_time(value)
    return value  # type: ignore[no-any-return]  # every other field holds JSON already


class LowerModel(Model):
    """A model whose members already have the names OAuth and JWK gave them: `access_token`, `kid`."""

    model_config = ConfigDict(alias_generator=None)
