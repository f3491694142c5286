"""What the resources do beyond their descriptions: OrderCloud's business rules, run inside each write."""

from __future__ import annotations

from collections.abc import Mapping

from tui.access.facts import PartyKind
from tui.access.limits import REQUIRED_NOT_ANON_BUYER, SECRETS_PER_API_CLIENT, anonymous_needs_buyer
from tui.access.roles import is_api_role
from tui.sandbox.calls import Call
from tui.sandbox.engine import Record, Rules
from tui.sandbox.errors import ApiError, invalid_value, not_found, refusal
from tui.sandbox.fields import Column, format_time
from tui.sandbox.passwords import digest_of, new_secret
from tui.sandbox.resources import FULL_ACCESS, RESOURCES, Resource
from tui.tokens.token import JSON

_EVENTS = (
    "OrderCheckoutIntegrationEventID",
    "OrderReturnIntegrationEventID",
    "AddToCartIntegrationEventID",
)

_OTHER_WAYS_IN = """
SELECT 1 FROM api_clients c WHERE c.key <> ? AND c.Active AND c.AllowSeller AND (
    json_array_length(c.MaximumGrantedRoles) = 0
    OR EXISTS (SELECT 1 FROM json_each(c.MaximumGrantedRoles) r WHERE r.value = 'FullAccess')
) LIMIT 1
"""

_COUNT_SECRETS = """
SELECT count(*) FROM api_client_secrets s JOIN api_clients c ON c.key = s.api_client WHERE c.ID = ?
"""


class ApiClientRules(Rules):
    """API clients: the context user exists and suits, and a way in for the seller remains."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check what the API client refers to."""
        new["ClientSecret"] = new["ClientSecret"] or None
        for event in _EVENTS:
            if new[event]:
                raise not_found("IntegrationEvent", str(new[event]))
        kind = self._find_context_user(call, old, new)
        found = anonymous_needs_buyer(is_anon_buyer=new["IsAnonBuyer"] is True, context_user_kind=kind)
        if found is not None:
            raise refusal(400, REQUIRED_NOT_ANON_BUYER, found.message, {"Property": found.property, "Value": True})

    def _find_context_user(self, call: Call, old: Record | None, new: Record) -> PartyKind | None:
        name = new["DefaultContextUserName"]
        if not name:
            new["DefaultContextUserName"] = None
            return None
        row = call.connection.execute("SELECT Username, kind FROM users WHERE Username = ?", (name,)).fetchone()
        if row is not None:
            new["DefaultContextUserName"] = row[0]
            return PartyKind(row[1])
        if old is None or old["DefaultContextUserName"] != name:
            raise not_found("User", str(name))
        return None

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Keep the last API client through which a Full Access seller user gets in."""
        ceiling = old["MaximumGrantedRoles"]
        way_in = old["Active"] and old["AllowSeller"] and (not ceiling or FULL_ACCESS in _texts(ceiling))
        if way_in and call.connection.execute(_OTHER_WAYS_IN, (key,)).fetchone() is None:
            message = "The last API client with full access cannot be deleted."
            raise refusal(400, "ApiClient.CannotDeleteLastFullAccess", message)


class SecretRules(Rules):
    """Named secrets: ten at most, no past expiration, the value shown once."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check number and expiration, and make the value of a new secret."""
        expiration = new["Expiration"]
        changed = old is None or old["Expiration"] != expiration
        if changed and isinstance(expiration, str) and expiration <= format_time(call.now):
            message = "Expiration must be in the future."
            data: JSON = {"Property": "Expiration", "Value": expiration}
            raise refusal(400, "ApiClientSecret.InvalidExpirationDate", message, data)
        if old is None:
            count = call.connection.execute(_COUNT_SECRETS, (call.parameters["apiClientID"],)).fetchone()[0]
            if count >= SECRETS_PER_API_CLIENT:
                message = f"An API client has at most {SECRETS_PER_API_CLIENT} secrets."
                limit: JSON = {"Maximum": SECRETS_PER_API_CLIENT}
                raise refusal(400, "ApiClientSecret.MaximumClientSecretsReached", message, limit)
            new["ClientSecret"] = new_secret()

    def extra_columns(self, call: Call, old: Record | None, new: Record) -> Mapping[str, Column]:
        """Keep a digest of a new value."""
        return {} if old is not None else {"digest": digest_of(str(new["ClientSecret"]))}

    def shown_once(self, new: Record) -> Record:
        """Show the value."""
        return {"ClientSecret": new["ClientSecret"]}


class BuyerRules(Rules):
    """Buyers: a catalog of the buyer's own unless one is named."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Name the catalog."""
        if old is None and not new["DefaultCatalogID"]:
            new["DefaultCatalogID"] = new["ID"]


class UserRules(Rules):
    """Users of all kinds: one user name across the marketplace, and no API client left without its context user."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check the user name, and carry a new one to where it is referred to."""
        name = new["Username"]
        row = call.connection.execute("SELECT key FROM users WHERE Username = ?", (name,)).fetchone()
        if row is not None and row[0] != key:
            message = "Username must be unique."
            raise refusal(409, "User.UsernameMustBeUnique", message, {"Property": "Username", "Value": name})
        if old is not None and old["Username"] != name:
            rename = "UPDATE api_clients SET DefaultContextUserName = ? WHERE DefaultContextUserName = ?"
            call.connection.execute(rename, (str(name), str(old["Username"])))
        if call.hashed is not None and key is not None:
            call.connection.execute("UPDATE sign_in SET password = NULL WHERE user = ?", (key,))

    def extra_columns(self, call: Call, old: Record | None, new: Record) -> Mapping[str, Column]:
        """Keep the hash of a new password."""
        if call.hashed is None:
            return {}
        return {"Password": call.hashed, "PasswordLastSetDate": format_time(call.now)}

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Keep context users."""
        used = "SELECT ID FROM api_clients WHERE DefaultContextUserName = ? LIMIT 1"
        row = call.connection.execute(used, (str(old["Username"]),)).fetchone()
        if row is not None:
            message = "The user is the default context user of an API client and cannot be deleted."
            raise refusal(400, "User.CannotDeleteDefaultContextUser", message, {"ApiClientID": row[0]})


class SecurityProfileRules(Rules):
    """Security profiles: roles that exist, custom roles that a scope can name."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check the names of the roles."""
        problems = []
        unknown = [role for role in _texts(new["Roles"]) if not is_api_role(role)]
        if unknown:
            message = "Roles holds a name that is no API role."
            problems.append(invalid_value("Roles", new["Roles"], message, {"UnknownRoles": [*unknown]}))
        if any(len(role.split()) != 1 for role in _texts(new["CustomRoles"])):
            message = "CustomRoles holds a name with a blank in it."
            problems.append(invalid_value("CustomRoles", new["CustomRoles"], message))
        if problems:
            raise ApiError(400, *problems)


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


_BY_TYPE: Mapping[str, Rules] = {
    "ApiClient": ApiClientRules(),
    "ApiClientSecret": SecretRules(),
    "Buyer": BuyerRules(),
    "Supplier": Rules(),
    "User": UserRules(),
    "SecurityProfile": SecurityProfileRules(),
}

RULES: tuple[tuple[Resource, Rules], ...] = tuple((each, _BY_TYPE[each.object_type]) for each in RESOURCES)
"""Every resource with its rules."""
