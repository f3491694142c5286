"""Secrets for attempts: those typed in this sitting, set in the environment, or kept by the keyring."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.config.credentials import CredentialKind, CredentialStore
    from tui.session.result import Form
    from tui.session.session import Session


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret, and the name of the store that has it."""

    secret: str = field(repr=False)
    source: str


async def recall(kind: CredentialKind, session: Session, api_client_id: str, username: str = "") -> Kept | None:
    """Return a secret for this marketplace, API client and user, None when no store has it or none answers."""
    from tui.config.credentials import ChainStore, CredentialKey, CredentialsUnavailable

    if not api_client_id.strip():
        return None
    key = CredentialKey(kind, session.identity.url, api_client_id, username)
    store = session.request.credentials
    stores: tuple[CredentialStore, ...] = store.stores if isinstance(store, ChainStore) else (store,)
    for each in stores:
        try:
            secret = await each.get(key)
        except CredentialsUnavailable:
            continue
        if secret:
            return Kept(secret, each.title)
    return None


async def remember(session: Session, form: Form) -> None:
    """Keep what a form was sent with, for the sitting. A store that cannot changes nothing."""
    from tui.config.credentials import CredentialKey, CredentialsUnavailable
    from tui.session.attempt_record import Kind

    url, store = session.identity.url, session.request.credentials
    kept: list[tuple[CredentialKey, str]] = []
    if form.kind.takes_secret and form.secret:
        kept.append((CredentialKey("client_secret", url, form.api_client_id), form.secret))
    if form.kind.needs_user and form.kind is not Kind.ONE_TIME and form.password:
        kept.append((CredentialKey("password", url, form.api_client_id, form.username), form.password))
    for key, secret in kept:
        try:
            await store.put(key, secret)
        except CredentialsUnavailable:
            return
