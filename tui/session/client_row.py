"""An API client as a line of a list: what is shown of it, and nothing that has to be kept from others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One line. Texts are outside text; `who` and `grants` are the letters of the list; durations are minutes."""

    id: str
    name: str
    active: bool
    user: str
    who: str
    grants: str
    access: int
    refresh: int

    @classmethod
    def of(cls, api_client: ApiClient) -> ClientRow:
        """Return the line of an API client."""
        from tui.access.grants import grant_letters
        from tui.access.summary import who

        return cls(
            api_client.id,
            api_client.app_name,
            api_client.active,
            api_client.default_context_user_name or "",
            who(api_client),
            grant_letters(api_client),
            api_client.access_token_duration,
            api_client.refresh_token_duration,
        )
