"""What is known of one row of the list, to judge it by: some of it at once, the rest when it has been read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final

from tui.access.facts import AssignmentFacts, Party, PartyKind, SecretFacts

if TYPE_CHECKING:
    from tui.access.advice import Advice
    from tui.ordercloud.models import ApiClient
    from tui.session.client_row import ClientRow
    from tui.session.filtering.fields import Field


class Need(StrEnum):
    """What a filter has to know besides the row itself."""

    API_CLIENT = "API clients"
    COMPANIES = "companies"
    ASSIGNMENTS = "assignments"
    SECRETS = "secrets"
    ADVICE = "advice"


class Unknown(Enum):
    """What stands for a value that has not been read."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

OF_ROW = {
    "ID": "id",
    "AppName": "name",
    "DefaultContextUserName": "user",
    "Active": "active",
    "AccessTokenDuration": "access",
    "RefreshTokenDuration": "refresh",
}
"""The fields that a row of the list has, with its names for them."""


class CompanyIndex:
    """The companies of a marketplace, found by ID or by name without regard to case."""

    def __init__(self, companies: Iterable[Party]) -> None:
        self._found: dict[str, list[Party]] = {}
        for party in companies:
            if party.kind is not PartyKind.SELLER:
                for text in {party.id.casefold(), party.name.casefold()} - {""}:
                    self._found.setdefault(text, []).append(party)

    def find(self, text: str) -> Sequence[Party]:
        """Return the companies with this ID or name."""
        return self._found.get(text.casefold(), ())


@dataclass(frozen=True, slots=True)
class RowFacts:
    """One row with what has been read of it; None for what has not. `companies` are those of the marketplace.

    Without the `api_client` it is a row as it was seen last time.
    """

    row: ClientRow
    api_client: ApiClient | None = None
    companies: CompanyIndex | None = None
    assignments: Sequence[AssignmentFacts] | None = None
    secrets: Sequence[SecretFacts] | None = None
    advice: Sequence[Advice] | None = None
    now: datetime | None = None

    def field(self, field: Field) -> object:
        """Return the value of a field; UNKNOWN when it has not been read."""
        if self.api_client is not None:
            value: object = getattr(self.api_client, field.attribute, None)
            return value
        name = OF_ROW.get(field.name)
        if name is None:
            return UNKNOWN
        if name == "user" and not self.row.user:
            return None
        return getattr(self.row, name)


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Return whether one is true: None while none is and one is not known."""
    unknown = False
    for answer in answers:
        if answer:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Return whether all are true: None while none is false and one is not known."""
    unknown = False
    for answer in answers:
        if answer is None:
            unknown = True
        elif not answer:
            return False
    return None if unknown else True


def turned(answer: bool | None, *, negated: bool) -> bool | None:
    """Return an answer, or its opposite; what is not known stays so."""
    return answer if answer is None else answer is not negated
