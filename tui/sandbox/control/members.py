"""Reading the bodies of the control API: members by name and type, and what is allowed where one is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from tui.sandbox.errors import ApiError, ErrorEntry
from tui.tokens.token import JSON

T = TypeVar("T")


class Members:
    """The members of one object, matched without case. Collects every problem; `finish` raises them."""

    def __init__(self, body: Mapping[str, JSON], allowed: tuple[str, ...], what: str) -> None:
        by_name = {name.lower(): name for name in allowed}
        self._problems: list[ErrorEntry] = []
        self._values: dict[str, JSON] = {}
        for name, value in body.items():
            if name.lower() in by_name:
                self._values[by_name[name.lower()]] = value
            else:
                data: JSON = {"Property": name[:100], "Allowed": [*allowed]}
                message = f"{name[:100]} is no member of {what}. Allowed: {', '.join(allowed)}."
                self._problems.append(ErrorEntry("Sandbox.UnknownMember", message, data))

    def given(self, name: str) -> bool:
        """Tell whether a member is there and not null."""
        return self._values.get(name) is not None

    def refuse(self, name: str, wanted: str) -> None:
        """Note that a member is not what is wanted."""
        message = f"{name} is {wanted}."
        data: JSON = {"Property": name, "Value": self._values.get(name)}
        self._problems.append(ErrorEntry("Sandbox.InvalidMember", message, data))

    def text(self, name: str, *, longest: int = 200) -> str | None:
        """Read a text."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            self.refuse(name, f"a text of 1 to {longest} characters")
            return None
        return value.strip()

    def flag(self, name: str) -> bool | None:
        """Read true or false."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(name, "true or false")
            return None
        return value

    def number(self, name: str, least: float, most: float) -> float | None:
        """Read a number within bounds."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.refuse(name, f"a number from {least:,.15g} to {most:,.15g}")
            return None
        return float(value)

    def whole(self, name: str, least: int, most: int) -> int | None:
        """Read a whole number within bounds."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(name, f"a whole number from {least:,} to {most:,}")
            return None
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """Read one of some words."""
        value = self._values.get(name)
        if value is not None and value not in allowed:
            self.refuse(name, f"one of {', '.join(allowed)}")
            return None
        return value if isinstance(value, str) else None

    def read(self, name: str, reader: Callable[[JSON], T]) -> T | None:
        """Read a member of a kind of its own; the reader raises ValueError with what is wanted."""
        value = self._values.get(name)
        if value is None:
            return None
        try:
            return reader(value)
        except ValueError as error:
            self.refuse(name, str(error))
            return None

    def finish(self) -> None:
        """Raise ApiError 400 with every problem there was."""
        if self._problems:
            raise ApiError(400, *self._problems)
