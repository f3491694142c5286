"""Where secrets come from, and that they go nowhere else."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, chainer, kwallet
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError

from tui.config.credentials import (
    SERVICE,
    Account,
    ChainStore,
    CredentialKey,
    CredentialStore,
    CredentialsUnavailable,
    EnvironmentStore,
    KeyringStore,
    MemoryStore,
)

PASSWORD = CredentialKey("password", "https://x.example", "5F0C", "integrator")
SECRET = CredentialKey("client_secret", "https://x.example", "5F0C")
NAMED = Account("https://x.example", "5F0C", "integrator")


class FakeVault(SecretService.Keyring):
    """A backend of an allowed kind, with its entries in memory."""

    priority = 5.0

    def __init__(self, failure: Exception | None = None) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.failure = failure
        self.threads: set[int] = set()

    def _used(self) -> None:
        self.threads.add(threading.get_ident())
        if self.failure is not None:
            raise self.failure

    def get_password(self, service: str, username: str) -> str | None:
        self._used()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._used()
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._used()
        if (service, username) not in self.entries:
            raise PasswordDeleteError
        del self.entries[service, username]


FakeVault.__module__ = SecretService.__name__


class PlainFile(FakeVault):
    """A backend that nobody vouches for."""


PlainFile.__module__ = "keyrings.alt.file"


class Chain(chainer.ChainerBackend):
    """Several backends as one, as keyring makes it."""

    def __init__(self) -> None:
        """Skip the set-up that looks at the environment."""


def keyring_of(backend: KeyringBackend) -> KeyringStore:
    return KeyringStore(lambda: backend)


async def test_a_keyring_keeps_gives_and_forgets() -> None:
    vault = FakeVault()
    store = keyring_of(vault)
    assert await store.get(PASSWORD) is None
    await store.put(PASSWORD, "hunter2")
    await store.put(SECRET, "s3cret")
    assert (await store.get(PASSWORD), await store.get(SECRET)) == ("hunter2", "s3cret")
    assert set(vault.entries) == {
        (SERVICE, "password: integrator @ 5f0c @ https://x.example"),
        (SERVICE, "client_secret: 5f0c @ https://x.example"),
    }
    await store.delete(PASSWORD)
    await store.delete(PASSWORD)
    assert await store.get(PASSWORD) is None
    assert threading.get_ident() not in vault.threads


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (InitError("Prompt dismissed.\nmore"), "the keyring does not answer: Prompt dismissed."),
        (KeyringLocked(), "the keyring does not answer: KeyringLocked"),
        (OSError("no bus"), "the keyring failed: no bus"),
    ],
)
async def test_a_keyring_that_fails_says_why(failure: Exception, reason: str) -> None:
    for attempt in (
        keyring_of(FakeVault(failure)).get(PASSWORD),
        keyring_of(FakeVault(failure)).put(PASSWORD, "hunter2"),
    ):
        with pytest.raises(CredentialsUnavailable) as caught:
            await attempt
        assert caught.value.reason == reason


async def test_a_keyring_that_may_write_plain_text_is_not_used() -> None:
    plain = PlainFile()
    with pytest.raises(CredentialsUnavailable, match=r"keyrings\.alt\.file is not known to lock"):
        await keyring_of(plain).put(PASSWORD, "hunter2")
    assert plain.entries == {}


async def test_a_machine_without_a_keyring() -> None:
    with pytest.raises(CredentialsUnavailable, match="this machine has no keyring"):
        await KeyringStore().get(PASSWORD)


async def test_of_a_chain_of_keyrings_only_the_safe_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    safe, plain = FakeVault(), PlainFile()
    plain.entries[SERVICE, PASSWORD.account] = "from plain text"
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain, safe])
    assert await keyring_of(Chain()).get(PASSWORD) is None
    assert not plain.threads


def test_the_list_of_safe_keyrings_has_names_that_exist() -> None:
    from tui.config.credentials import SAFE_BACKENDS

    assert {SecretService.Keyring.__module__, kwallet.DBusKeyring.__module__} <= set(SAFE_BACKENDS)


async def test_the_environment_answers_for_its_own_marketplace_alone() -> None:
    environ = {"OCGATE_PASSWORD": "hunter2", "OCGATE_CLIENT_SECRET": ""}
    store = EnvironmentStore(environ, NAMED)
    assert await store.get(PASSWORD) == "hunter2"
    assert await store.get(replace(PASSWORD, client_id="5f0c")) == "hunter2"
    assert await store.get(SECRET) is None
    for attempt in (store.put(PASSWORD, "new"), store.delete(PASSWORD)):
        with pytest.raises(CredentialsUnavailable):
            await attempt


@pytest.mark.parametrize(
    "key",
    [
        replace(PASSWORD, url="https://other.example"),
        replace(PASSWORD, client_id="77aa"),
        replace(PASSWORD, username="somebody-else"),
        replace(SECRET, url="https://other.example"),
        replace(SECRET, client_id="77aa"),
    ],
)
async def test_the_environments_secrets_go_to_no_other_sign_in(key: CredentialKey) -> None:
    environ = {"OCGATE_PASSWORD": "hunter2", "OCGATE_CLIENT_SECRET": "s3cret"}
    assert await EnvironmentStore(environ, NAMED).get(key) is None


@pytest.mark.parametrize("key", [PASSWORD, SECRET, CredentialKey("password", "", "", "")])
async def test_with_nothing_named_at_the_start_the_environments_secrets_go_nowhere(key: CredentialKey) -> None:
    environ = {"OCGATE_PASSWORD": "hunter2", "OCGATE_CLIENT_SECRET": "s3cret"}
    assert await EnvironmentStore(environ).get(key) is None


async def test_a_chain_asks_in_order_and_keeps_for_the_sitting() -> None:
    vault = FakeVault()
    chain = ChainStore((EnvironmentStore({"OCGATE_PASSWORD": "hunter2"}, NAMED), MemoryStore(), keyring_of(vault)))
    vault.entries[SERVICE, SECRET.account] = "from the vault"
    vault.entries[SERVICE, PASSWORD.account] = "from the vault"
    assert (await chain.get(PASSWORD), await chain.get(SECRET)) == ("hunter2", "from the vault")
    await chain.put(SECRET, "typed")
    assert await chain.get(SECRET) == "typed"
    assert vault.entries[SERVICE, SECRET.account] == "from the vault"
    await chain.delete(SECRET)
    assert await chain.get(SECRET) is None
    assert chain.title == "environment variables, this sitting, the system keyring"
    assert chain.writable


async def test_a_failing_store_hides_no_other() -> None:
    memory = MemoryStore()
    chain = ChainStore((keyring_of(FakeVault(KeyringLocked("locked"))), memory))
    with pytest.raises(CredentialsUnavailable, match="locked"):
        await chain.get(PASSWORD)
    await memory.put(PASSWORD, "typed")
    assert await chain.get(PASSWORD) == "typed"
    await chain.put(SECRET, "s3cret")
    assert await memory.get(SECRET) == "s3cret"
    with pytest.raises(CredentialsUnavailable, match="locked"):
        await chain.delete(PASSWORD)
    assert await memory.get(PASSWORD) is None


async def test_a_chain_without_a_place_to_write() -> None:
    chain = ChainStore((EnvironmentStore({}),))
    assert not chain.writable
    with pytest.raises(CredentialsUnavailable, match="no place"):
        await chain.put(SECRET, "s3cret")


async def test_no_secret_in_any_repr() -> None:
    memory = MemoryStore()
    await memory.put(PASSWORD, "hunter2")
    stores: tuple[CredentialStore, ...] = (memory, EnvironmentStore({"OCGATE_PASSWORD": "hunter2"}), KeyringStore())
    assert "hunter2" not in repr(ChainStore(stores))
