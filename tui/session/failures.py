"""Which errors a person can meet in the course of work, as against faults of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient


class Declined(Exception):
    """The console itself does not do what was asked; the message says why, in a sentence or two."""


class CannotUndo(Declined):
    """A change cannot be taken back now."""


class CutShort(CannotUndo):
    """Not all of a change was taken back; it may go on another time.

    Attributes:
        some: Whether some of it was.
    """

    def __init__(self, told: str, *, some: bool) -> None:
        super().__init__(told)
        self.some = some


class NoMarketplace(Declined):
    """There is no open marketplace to do it in."""


class ShutsOut(Declined):
    """The change would keep the console out of its own embedded sandbox for good."""


class ChangedElsewhere(Declined):
    """What was to be changed is not any more as it was shown; nothing was sent.

    Attributes:
        now: The API client as it is on the server.
        fields: Of each field that was to be changed and differs, its value as shown and its value now, for people.
    """

    def __init__(self, now: ApiClient, fields: Mapping[str, tuple[str, str]]) -> None:
        self.now = now
        self.fields = fields
        told = "; ".join(f"{name} was {shown} and is {value} now" for name, (shown, value) in fields.items())
        super().__init__(f"{now.app_name} was changed elsewhere meanwhile: {told}. Nothing was sent.")


class NotAllAssigned(Declined):
    """An API client was created, and some of its companies could not be assigned.

    Attributes:
        api_client: The new API client.
        refused: The companies, each with why.
    """

    def __init__(self, api_client: ApiClient, refused: Sequence[tuple[str, str]]) -> None:
        self.api_client = api_client
        self.refused = tuple(refused)
        told = "; ".join(f"{label}: {why}" for label, why in refused)
        super().__init__(f"{api_client.app_name} is created; not assigned: {told}")


def is_expected(error: BaseException) -> bool:
    """Return whether an error is a server's, a network's or a person's doing: something to say, not to crash on."""
    from tui.ordercloud.errors import OrderCloudError

    return isinstance(error, OrderCloudError | Declined)


def certainly_nothing(error: Exception) -> bool:
    """Whether nothing can have been done: the server said no, or was not reached, or was not asked.

    That something is not found says little when it was to be deleted: somebody else may have been quicker.
    """
    from tui.ordercloud import errors

    if isinstance(error, errors.NoAnswer):
        return not error.may_have_happened
    return not isinstance(error, errors.UnexpectedAnswer | errors.ServerFailed | errors.NotFound)


@contextmanager
def nothing_sent() -> Iterator[None]:
    """Say of a look before a change that fails that the change itself was certainly not sent."""
    from tui.ordercloud import errors

    try:
        yield
    except errors.CannotConnect:
        raise
    except (errors.NoAnswer, errors.ServerFailed, errors.UnexpectedAnswer) as error:
        what = f"Nothing was sent, for the look before it failed: {error.what}"
        raise errors.CannotConnect(what, error.exchange, advice=error.advice) from error


def said(error: Exception) -> str:
    """Return what went wrong in a sentence, without the address it was sent to."""
    from tui.ordercloud import errors

    return f"{error.what.rstrip('.')}." if isinstance(error, errors.OrderCloudError) else str(error)
