"""Where secrets for signing in come from: the environment, the operating system's keyring, or memory.

A secret is never in a settings file and never an option of the command line (others on the machine can read those).
Stores answer in coroutines because a keyring may ask the person, or another process, first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

CredentialKind: TypeAlias = Literal["client_secret", "password"]

VARIABLES: Mapping[CredentialKind, str] = {"client_secret": "OCGATE_CLIENT_SECRET", "password": "OCGATE_PASSWORD"}

SERVICE = "ocgate"
"""Under this name the keyring files ocgate's entries."""

SAFE_BACKENDS = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
"""Modules of the keyrings that really lock what they hold; others (keyrings.alt) may write plain text."""

_T = TypeVar("_T")


class CredentialsUnavailable(Exception):
    """A store could not answer; `reason` is one sentence for people, without any secret."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Account:
    """One sign-in: the marketplace's host, the API client, and the user (blank where the grant names none)."""

    url: str
    client_id: str
    username: str = ""


@dataclass(frozen=True)
class CredentialKey:
    """Which secret is wanted: of what kind, for which marketplace's host, API client and (for a password) user."""

    kind: CredentialKind
    url: str
    client_id: str
    username: str = ""

    @property
    def account(self) -> str:
        """The entry's name in a keyring: everything the secret belongs to, so that it is never sent elsewhere."""
        who = f"{self.username} @ " if self.kind == "password" else ""
        return f"{self.kind}: {who}{self.client_id.lower()} @ {self.url}"


class CredentialStore(Protocol):
    """A place that holds secrets. Every method may raise CredentialsUnavailable."""

    @property
    def title(self) -> str:
        """What to call the store on screen."""

    @property
    def writable(self) -> bool:
        """Whether `put` and `delete` can work at all."""

    async def get(self, key: CredentialKey) -> str | None:
        """Return the secret, or None when this store has none for the key."""

    async def put(self, key: CredentialKey, secret: str) -> None:
        """Keep a secret under the key."""

    async def delete(self, key: CredentialKey) -> None:
        """Forget the secret; forgetting what is not there is no error."""


class MemoryStore:
    """Secrets typed in this sitting; gone when it ends."""

    title = "this sitting"
    writable = True

    def __init__(self) -> None:
        """Start empty."""
        self._secrets: dict[CredentialKey, str] = {}

    def __repr__(self) -> str:
        return f"MemoryStore({len(self._secrets)} secrets)"

    async def get(self, key: CredentialKey) -> str | None:
        """Return the secret kept under the key."""
        return self._secrets.get(key)

    async def put(self, key: CredentialKey, secret: str) -> None:
        """Keep a secret until the process ends."""
        self._secrets[key] = secret

    async def delete(self, key: CredentialKey) -> None:
        """Forget the secret."""
        self._secrets.pop(key, None)


class EnvironmentStore:
    """The secrets in OCGATE_CLIENT_SECRET and OCGATE_PASSWORD.

    They were set for one sign-in, the one that options, variables or profile named at the start. They are given for no
    other host, API client or user: whatever is typed or chosen later must not send them elsewhere.
    """

    title = "environment variables"
    writable = False

    def __init__(self, environ: Mapping[str, str] | None = None, account: Account | None = None) -> None:
        """Read the variables now, from `environ` or the process's environment; without `account` they are nobody's."""
        environ = os.environ if environ is None else environ
        self._secrets = {kind: environ[name] for kind, name in VARIABLES.items() if environ.get(name)}
        self._account = account

    def __repr__(self) -> str:
        return f"EnvironmentStore({', '.join(sorted(self._secrets))})"

    async def get(self, key: CredentialKey) -> str | None:
        """Return the variable's value when it was set for the key's host, API client and, for a password, user."""
        account = self._account
        if account is None or account.url != key.url or account.client_id.lower() != key.client_id.lower():
            return None
        if key.kind == "password" and account.username != key.username:
            return None
        return self._secrets.get(key.kind)

    async def put(self, key: CredentialKey, secret: str) -> None:
        """Refuse: raises CredentialsUnavailable."""
        raise CredentialsUnavailable("environment variables cannot be changed from here")

    async def delete(self, key: CredentialKey) -> None:
        """Refuse: raises CredentialsUnavailable."""
        raise CredentialsUnavailable("environment variables cannot be changed from here")


class KeyringStore:
    """The operating system's keyring, used in a thread and loaded when first asked.

    Only backends of SAFE_BACKENDS are used. Every failure of the keyring becomes CredentialsUnavailable.
    """

    title = "the system keyring"
    writable = True

    def __init__(self, find_backend: Callable[[], KeyringBackend] | None = None) -> None:
        """Use `find_backend` to choose the backend, by default keyring's own choice for this platform."""
        self._find_backend = find_backend

    def __repr__(self) -> str:
        return "KeyringStore()"

    async def get(self, key: CredentialKey) -> str | None:
        """Return the keyring's entry for the key."""
        return await self._ask(lambda backend: backend.get_password(SERVICE, key.account))

    async def put(self, key: CredentialKey, secret: str) -> None:
        """Write the entry."""
        await self._ask(lambda backend: backend.set_password(SERVICE, key.account, secret))

    async def delete(self, key: CredentialKey) -> None:
        """Remove the entry if there is one."""

        def remove(backend: KeyringBackend) -> None:
            if backend.get_password(SERVICE, key.account) is not None:
                backend.delete_password(SERVICE, key.account)

        await self._ask(remove)

    async def _ask(self, question: Callable[[KeyringBackend], _T]) -> _T:
        from anyio import to_thread

        return await to_thread.run_sync(self._ask_now, question, abandon_on_cancel=True)

    def _ask_now(self, question: Callable[[KeyringBackend], _T]) -> _T:
        import keyring
        from keyring.errors import KeyringError

        try:
            backend = keyring.get_keyring() if self._find_backend is None else self._find_backend()
            return question(_safe(backend))
        except KeyringError as error:
            raise CredentialsUnavailable(f"the keyring does not answer: {_said(error)}") from None
        except (OSError, RuntimeError) as error:  # D-Bus and the platforms' libraries raise their own through keyring
            raise CredentialsUnavailable(f"the keyring failed: {_said(error)}") from None


class ChainStore:
    """Several stores asked in order: the first that has the secret answers; the first writable one keeps new ones.

    A store that fails does not hide the next one. When none has the secret and one failed, its reason is raised.
    """

    def __init__(self, stores: Sequence[CredentialStore]) -> None:
        """Ask `stores` in this order."""
        self.stores = tuple(stores)

    def __repr__(self) -> str:
        return f"ChainStore({', '.join(repr(store) for store in self.stores)})"

    @property
    def title(self) -> str:
        """The stores' names, in order."""
        return ", ".join(store.title for store in self.stores)

    @property
    def writable(self) -> bool:
        """Whether one of them is."""
        return any(store.writable for store in self.stores)

    async def get(self, key: CredentialKey) -> str | None:
        """Return the first secret found."""
        failure: CredentialsUnavailable | None = None
        for store in self.stores:
            try:
                secret = await store.get(key)
            except CredentialsUnavailable as error:
                failure = failure or error
            else:
                if secret is not None:
                    return secret
        if failure is not None:
            raise failure
        return None

    async def put(self, key: CredentialKey, secret: str) -> None:
        """Keep the secret in the first writable store that takes it."""
        failure = CredentialsUnavailable("no place to keep secrets")
        for store in self.stores:
            if store.writable:
                try:
                    return await store.put(key, secret)
                except CredentialsUnavailable as error:
                    failure = error
        raise failure

    async def delete(self, key: CredentialKey) -> None:
        """Forget the secret in every writable store."""
        failure: CredentialsUnavailable | None = None
        for store in self.stores:
            if store.writable:
                try:
                    await store.delete(key)
                except CredentialsUnavailable as error:
                    failure = failure or error
        if failure is not None:
            raise failure


def _safe(backend: KeyringBackend) -> KeyringBackend:
    """Return the backend when it is on the list; of a chain of backends, the best that is."""
    from keyring.backends import chainer

    found = list(backend.backends) if isinstance(backend, chainer.ChainerBackend) else [backend]
    for each in found:
        module = type(each).__module__
        if any(module == name or module.startswith(name + ".") for name in SAFE_BACKENDS):
            return each
    if type(backend).__module__ == "keyring.backends.fail":
        raise CredentialsUnavailable("this machine has no keyring")
    raise CredentialsUnavailable(f"the keyring {type(backend).__module__} is not known to lock what it holds")


def _said(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
