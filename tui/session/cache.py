"""What was read, kept until it is forgotten. An answer that comes too late never takes the place of a newer one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient

K = TypeVar("K")
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Values by key. Each reading has a number; one that began before its key was forgotten is not kept."""

    def __init__(self) -> None:
        self._kept: dict[K, V] = {}
        self._begun: dict[K, int] = {}
        self._forgotten: dict[K, int] = {}
        self._all_forgotten = 0
        self._count = 0

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def __getitem__(self, key: K) -> V:
        return self._kept[key]

    def kept(self, key: K) -> V | None:
        """Return the value as it was read; None while it is not here."""
        return self._kept.get(key)

    def begin(self) -> int:
        """Return the number of a reading that begins now."""
        self._count += 1
        return self._count

    def forget(self, key: K) -> None:
        """Forget a value, and what readings under way will say of it."""
        self._kept.pop(key, None)
        self._forgotten[key] = self.begin()

    def forget_all(self) -> None:
        """Forget every value, and what readings under way will say."""
        self._kept.clear()
        self._forgotten.clear()
        self._all_forgotten = self.begin()

    def keep(self, key: K, value: V, begun: int) -> None:
        """Keep what the reading of that number found, unless it is too late."""
        newest = max(self._all_forgotten, self._forgotten.get(key, 0), self._begun.get(key, 0) if key in self else 0)
        if begun > newest:
            self._kept[key], self._begun[key] = value, begun

    async def get(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        """Return the value, reading it when it is not there; and again when it was forgotten meanwhile."""
        while key not in self._kept:
            begun = self.begin()
            self.keep(key, await read(), begun)
        return self._kept[key]


class KnownApiClients:
    """The API clients by ID, each with the number of the reading or write that it comes from: the newest stays."""

    def __init__(self) -> None:
        self.by_id: dict[str, ApiClient] = {}
        self._numbers: dict[str, int] = {}
        self._whole = 0
        self._count = 0
        self.version = 0
        """Another number whenever an API client was put in or taken out."""

    def begin(self) -> int:
        """Return the number of a reading that begins now, or of a write that was answered now."""
        self._count += 1
        return self._count

    def put(self, api_client: ApiClient, number: int) -> None:
        """Take one in; a newer one stays, and one deleted since stays away."""
        if number >= self._numbers.get(api_client.id, 0):
            self.by_id[api_client.id] = api_client
            self._numbers[api_client.id] = number
            self.version += 1

    def remove(self, api_client_id: str, number: int) -> None:
        """Take one out, by its ID in any case."""
        folded = api_client_id.casefold()
        for each in [each for each in {*self.by_id, api_client_id} if each.casefold() == folded]:
            if number >= self._numbers.get(each, 0):
                self.by_id.pop(each, None)
                self._numbers[each] = number
                self.version += 1

    def put_some(self, api_clients: Iterable[ApiClient], number: int) -> None:
        """Take the first page of a longer list in."""
        if number > self._whole:
            for api_client in api_clients:
                self.put(api_client, number)

    def put_all(self, api_clients: Mapping[str, ApiClient], number: int) -> None:
        """Take a whole list in: what is not in it is gone, unless it is newer. A list begun later stays."""
        if number < self._whole:
            return
        self._whole = number
        self.version += 1
        newer = {each for each, its in self._numbers.items() if its > number}
        listed = {each: api_client for each, api_client in api_clients.items() if each not in newer}
        self.by_id = {**listed, **{each: kept for each, kept in self.by_id.items() if each in newer}}
        self._numbers.update(dict.fromkeys(listed, number))
