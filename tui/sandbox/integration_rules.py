"""Rules of integration events, OpenID Connect configurations and impersonation configurations."""

from __future__ import annotations

from collections.abc import Mapping

from tui.sandbox.calls import Call
from tui.sandbox.engine import Record, Rules
from tui.sandbox.errors import ApiError, ErrorEntry, invalid_value, refusal
from tui.sandbox.rules import check_api_roles, check_event_type, refuse_if_used
from tui.tokens.token import JSON

_USED = """
SELECT ID FROM api_clients WHERE ?1 IN (checkout_event, return_event, cart_event)
UNION ALL SELECT ID FROM openid_connects WHERE event = ?1 LIMIT 1
"""

SAME_CONFIG = """
AND o.api_client = t.api_client AND o.profile = t.profile
AND o.impersonation_buyer IS t.impersonation_buyer AND o.impersonation_group IS t.impersonation_group
AND o.impersonation_user IS t.impersonation_user
AND o.buyer IS t.buyer AND o.user_group IS t.user_group AND o.user IS t.user
"""
"""What two impersonation configs `t` and `o` that say the same have in common."""

_OTHER = f"""
SELECT o.ID FROM impersonation_configs t JOIN impersonation_configs o ON o.key <> t.key {SAME_CONFIG}
WHERE t.key = ? LIMIT 1
"""  # noqa: S608 - constants


class IntegrationEventRules(Rules):
    """Integration events: a type for good, a header whole or not at all, a seller's way in for elevated roles."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check type, header and roles."""
        if (problem := check_api_roles("ElevatedRoles", new["ElevatedRoles"])) is not None:
            raise ApiError(400, problem)
        if old is not None and old["EventType"] != new["EventType"]:
            message = "The EventType cannot be changed once the event is created."
            raise refusal(400, "IntegrationEvent.CannotEditType", message, {"EventType": old["EventType"]})
        self._check_header(call, key, new)
        ways_in = "SELECT 1 FROM api_clients WHERE Active AND AllowSeller LIMIT 1"
        if new["ElevatedRoles"] and call.connection.execute(ways_in).fetchone() is None:
            message = "Elevated roles need at least one active API client with AllowSeller."
            raise refusal(400, "IntegrationEvent.AllowSellerApiClientRequired", message)

    def _check_header(self, call: Call, key: int | None, new: Record) -> None:
        name, value = new["CustomAuthHeaderName"], new.get("CustomAuthHeaderValue")
        if "CustomAuthHeaderValue" not in new:
            kept = "SELECT CustomAuthHeaderValue FROM integration_events WHERE key = ?"
            value = call.connection.execute(kept, (key,)).fetchone()[0]
        if bool(name) != bool(value):
            missing = "Value" if name else "Name"
            message = f"CustomAuthHeader{missing} is required with the other part of the header."
            raise refusal(400, f"Integration.CustomAuthHeader{missing}Required", message)

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Keep what API clients and OpenID Connect configurations refer to."""
        message = "The integration event is in use and cannot be deleted."
        refuse_if_used(call, _USED, key, "IntegrationEvent.CannotDeleteInUse", message, "UsedBy")


class OpenIdConnectRules(Rules):
    """OpenID Connect configurations: an integration event of the right type."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check the type of the integration event."""
        check_event_type(call, "IntegrationEventID", new["IntegrationEventID"], "OpenIDConnect")


class ImpersonationConfigRules(Rules):
    """Impersonation configurations: only buyer users are impersonated, and no two say the same."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Refuse a group or user to be impersonated without its buyer."""
        if (problem := check_impersonated(new)) is not None:
            raise ApiError(400, problem)

    def after_save(self, call: Call, key: int, old: Record | None, new: Record) -> None:
        """Look for another one with the same API client, profile, impersonator and impersonatee."""
        row = call.connection.execute(_OTHER, (key,)).fetchone()
        if row is not None:
            message = "There is an impersonation config already for this combination."
            code = "ImpersonationConfig.ConflictingImpersonationConfigExists"
            raise refusal(409, code, message, {"ImpersonationConfigID": row[0]})


def check_impersonated(config: Mapping[str, JSON]) -> ErrorEntry | None:
    """Tell of a group or user to be impersonated without its buyer: it would be the seller's."""
    for member in ("GroupID", "UserID"):
        if config.get(member) and not config.get("BuyerID"):
            message = f"BuyerID is required with {member}: only buyer users are impersonated."
            return invalid_value("BuyerID", None, message, {"Required": True})
    return None
