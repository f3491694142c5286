"""Presenting: nothing real is on the screen, in any mode and tab, whole or cut off; keys are shown as pressed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.console import Console
from tui.sandbox.demo import HARBOR_SUPPLY, PASSWORD
from tui.session.stand_ins.common import COMMON, is_common

WORD = re.compile(r"[^\W\d_]{4,}")


def real_values(console: Console) -> set[str]:
    """Return what must not be seen: names, IDs, e-mails, user names, secrets and tokens of the demo marketplace."""
    seed, session = HARBOR_SUPPLY, console.app.session
    users = (seed.admin, *seed.users)
    found = {seed.id, seed.name, PASSWORD}
    for id_, name, _ in (*seed.buyers, *seed.suppliers):
        found |= {id_, name}
    for user in users:
        found |= {user.username, f"{user.first_name} {user.last_name}"}
    found |= {client.name for client in seed.clients} | set(session.marketplace.api_clients)
    found |= {secret.name for client in seed.clients for secret in client.secrets}
    found |= {secret.id for client in seed.clients for secret in client.secrets}
    for exchange in session.exchanges:
        found |= set(exchange.secrets)
        found |= set(re.findall(r"[\w.+-]+@[\w.-]+\w", exchange.response_body.text))
    return {each for each in found if len(each) > 2 and not is_common(each)}


def leaks(text: str, real: Iterable[str]) -> list[str]:
    """Return the real values in a text, whatever the letters' case."""
    folded = text.lower()
    return sorted(each for each in real if re.search(rf"(?<!\w){re.escape(each.lower())}(?!\w)", folded))


def parts(real: Iterable[str]) -> set[str]:
    """Return the words of real names that give somebody away by themselves, as they are written in the names."""
    names = [each for each in real if " " in each and "@" not in each]
    return {word for name in names for word in WORD.findall(name) if word.lower() not in COMMON}
