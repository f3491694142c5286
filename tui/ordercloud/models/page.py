"""List pages, and the items of an error body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar

from tui.ordercloud.models.base import JSON, Int, Model, Text

M = TypeVar("M", bound=Model)


class Meta(Model):
    """Where a page stands in its list. Pages count from 1; `item_range` is the first and last item, also from 1."""

    page: Int = 1
    page_size: Int = 20
    total_count: Int = 0
    total_pages: Int = 0
    item_range: tuple[Int, ...] = ()
    next_page_key: Text | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """One page of a list."""

    meta: Meta = field(default_factory=Meta)
    items: tuple[M, ...] = ()
    extra: Mapping[str, JSON] = field(default_factory=dict)

    @classmethod
    def read(cls, members: Mapping[str, JSON], item: type[M]) -> Self:
        """Read a page of `item`. Raises ValueError (pydantic's ValidationError is one) when it is no such page."""
        meta, items = members.get("Meta"), members.get("Items")
        if not isinstance(items, list):
            raise ValueError("Items: a list page has a list of Items")
        if not isinstance(meta, Mapping):
            raise ValueError("Meta: a list page has an object of this name")
        wrong = next((at for at, each in enumerate(items) if not isinstance(each, Mapping)), None)
        if wrong is not None:
            raise ValueError(f"Items.{wrong}: not a JSON object")
        rest = {name: value for name, value in members.items() if name not in {"Meta", "Items"}}
        return cls(Meta.from_wire(meta), tuple(item.from_wire(each) for each in items), rest)

    def to_wire(self) -> dict[str, JSON]:
        """Give the JSON object, unknown members included."""
        return {"Meta": self.meta.to_wire(), "Items": [each.to_wire() for each in self.items], **self.extra}


class ErrorItem(Model):
    """One entry of an `Errors` list."""

    error_code: Text = ""
    message: Text = ""
    data: JSON = None
