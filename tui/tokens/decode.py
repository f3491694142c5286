"""Read any JWT for display, without trusting it."""

from __future__ import annotations

from tui.tokens.token import JSON, Claims, Header, NotAToken, Token

__all__ = ["JSON", "Claims", "Header", "NotAToken", "Token"]
