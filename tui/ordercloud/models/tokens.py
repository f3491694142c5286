"""What the token endpoint and the certificate endpoint answer."""

from __future__ import annotations

from pydantic import Field

from tui.ordercloud.models.base import Int, LowerModel, Text


class AccessToken(LowerModel):
    """The token endpoint's answer. `expires_in` is seconds; there is a refresh token only when one was issued."""

    access_token: Text = Field(repr=False)
    token_type: Text = "bearer"  # noqa: S105  # a kind of token, no token
    expires_in: Int = 0
    refresh_token: Text | None = Field(default=None, repr=False)


class PublicKey(LowerModel):
    """The public half of a signing key, as a JSON Web Key."""

    kty: Text = ""
    n: Text = ""
    e: Text = ""
    alg: Text = ""
    use: Text = ""
    kid: Text = ""
