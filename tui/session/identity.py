"""Where the console is and as whom, and what a sign-in needs; light enough to be there before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """Where the console is and as whom. `kind` is the environment's: sandbox, hosted sandbox, staging, production."""

    kind: str
    url: str
    client_id: str
    marketplace: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class SignInSecrets:
    """What the sign-in screen collected beside the connection; neither part is ever shown or kept."""

    password: str = ""
    client_secret: str = ""

    def __repr__(self) -> str:
        return "SignInSecrets(...)"


class CredentialsMissing(Exception):
    """A secret is needed to sign in, and no store has it; the message says which."""


def kind_of(url: str) -> str:
    """Return the kind of environment a URL belongs to; blank without a URL."""
    from tui.ordercloud import environment_of

    return environment_of(url).kind.value if url else ""
