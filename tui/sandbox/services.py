"""What the endpoints share: the store, the clock, the marketplace's address and its signing key."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tui.sandbox.calls import Clock
from tui.sandbox.keys import SigningKey, key_in_memory, new_key
from tui.sandbox.passwords import Hashing
from tui.sandbox.store import Store
from tui.tokens.decode import decode
from tui.tokens.token import JSON, NotAToken, Token
from tui.tokens.verify import Status, check_claims, verify_signature

_REMEMBERED = 1024
LONGEST_TOKEN = 16 * 1024
"""No token of ours comes near; a longer one is not even read."""


class _Verified(NamedTuple):
    """A token that was good once: it is from when it `begins` until before it `ends`."""

    token: Token
    begins: float
    ends: float


class Services:
    """One open marketplace. `base_url` is the issuer and the audience of its tokens."""

    def __init__(self, store: Store, clock: Clock, hashing: Hashing, base_url: str) -> None:
        self.store = store
        self.clock = clock
        self.hashing = hashing
        self.base_url = base_url
        self.new_key: Callable[[], tuple[str, bytes]] = key_in_memory if store.path is None else new_key
        self.provider_open = True
        self._key: SigningKey | None = None
        self._key_wanted = asyncio.Lock()
        self._verified: OrderedDict[str, _Verified | None] = OrderedDict()

    async def key(self) -> SigningKey:
        """Give the signing key, parsed once; made when the marketplace has none yet."""
        async with self._key_wanted:
            if self._key is None:
                found = await self.store.run(_find_key)
                if found is None:
                    made = await asyncio.to_thread(self.new_key)
                    found = await self.store.run(lambda c: _keep_key(c, made), write=True)
                self._key = SigningKey(*found)
            return self._key

    async def sign(self, claims: Mapping[str, JSON]) -> str:
        """Sign an access token. It counts as verified, having just been made."""
        text = (await self.key()).sign(claims)
        self._remember(text, None)  # it is read when it first comes back
        return text

    async def sign_identity(self, claims: Mapping[str, JSON]) -> str:
        """Sign a token that says who somebody is. It opens nothing: its audience is not the marketplace."""
        return (await self.key()).sign(claims)

    async def verified(self, text: str) -> Token | None:
        """Give an access token of this marketplace that is good now, unless it was revoked; else None.

        Signature and audience are remembered; the times are looked at every time, as the clock may move.
        """
        known = self._verified.get(text)
        if known is not None:
            return known.token if known.begins <= self.clock().timestamp() < known.ends else None
        token = _read(text)
        if token is None:
            return None
        if text not in self._verified:
            key = await self.key()
            if token.header.kid != key.kid or verify_signature(token, key.public).status is not Status.PASSED:
                return None
        if check_claims(token, self.clock(), audience=self.base_url).status is not Status.PASSED:
            return None
        claims = token.claims
        self._remember(text, _Verified(token, claims.nbf or -math.inf, claims.exp or -math.inf))
        return token

    def forget(self) -> None:
        """Forget the signing key and what it verified: another marketplace has taken the place of this one."""
        self._key = None
        self._verified.clear()

    def _remember(self, text: str, verified: _Verified | None) -> None:
        self._verified[text] = verified
        while len(self._verified) > _REMEMBERED:
            self._verified.popitem(last=False)


def _read(text: str) -> Token | None:
    """Read an access token as the wire has it; what reading one for display passes over is refused here."""
    if len(text) > LONGEST_TOKEN:
        return None
    try:
        token = decode(text)
    except NotAToken:
        return None
    return token if token.compact == text else None


def _find_key(connection: sqlite3.Connection) -> tuple[str, bytes] | None:
    row: tuple[str, bytes] | None = connection.execute("SELECT kid, der FROM signing_keys ORDER BY key").fetchone()
    return row


def _keep_key(connection: sqlite3.Connection, made: tuple[str, bytes]) -> tuple[str, bytes]:
    """Keep a new key, unless another process was quicker: then that one is used."""
    found = _find_key(connection)
    if found is None:
        connection.execute("INSERT INTO signing_keys (kid, der) VALUES (?, ?)", made)
    return found or made
