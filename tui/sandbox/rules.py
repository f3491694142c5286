"""What the resources do beyond their descriptions: OrderCloud's business rules, run inside each write."""

from __future__ import annotations

from collections.abc import Mapping

from tui.access.facts import PartyKind
from tui.access.limits import REQUIRED_NOT_ANON_BUYER, SECRETS_PER_API_CLIENT, anonymous_needs_buyer
from tui.access.passwords import validate_password_config
from tui.access.roles import is_api_role
from tui.sandbox.calls import Call
from tui.sandbox.engine import Record, Rules
from tui.sandbox.errors import ApiError, ErrorEntry, invalid_value, not_found, refusal
from tui.sandbox.fields import Column, entry_of, format_time
from tui.sandbox.new_passwords import NewPassword, judge_for_new_user, judge_for_user, remember_present
from tui.sandbox.passwords import digest_of, new_secret
from tui.sandbox.places import key_of
from tui.sandbox.resources import FULL_ACCESS
from tui.tokens.token import JSON

_EVENTS = {
    "OrderCheckoutIntegrationEventID": "OrderCheckout",
    "OrderReturnIntegrationEventID": "OrderReturn",
    "AddToCartIntegrationEventID": "AddToCart",
}
"""The members that name an integration event, and of which type it must be."""

_OTHER_WAYS_IN = """
SELECT 1 FROM api_clients c WHERE c.key <> ? AND c.Active AND c.AllowSeller AND (
    json_array_length(c.MaximumGrantedRoles) = 0
    OR EXISTS (SELECT 1 FROM json_each(c.MaximumGrantedRoles) r WHERE r.value = 'FullAccess')
) LIMIT 1
"""

_COUNT_SECRETS = """
SELECT count(*) FROM api_client_secrets s JOIN api_clients c ON c.key = s.api_client WHERE c.ID = ?
"""

_CONTEXT_USER = """
SELECT c.ID, u.ID FROM users u JOIN api_clients c ON c.DefaultContextUserName = u.Username WHERE {} = ? LIMIT 1
"""


class ApiClientRules(Rules):
    """API clients: the context user exists and suits, and a way in for the seller remains."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check what the API client refers to."""
        new["ClientSecret"] = new["ClientSecret"] or None
        for member, event_type in _EVENTS.items():
            check_event_type(call, member, new[member], event_type)
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
        refuse_if_used(
            call,
            "SELECT ID FROM impersonation_configs WHERE api_client = ? LIMIT 1",
            key,
            "ApiClient.UsedByImpersonationConfig",
            "The API client is used by an impersonation config and cannot be deleted.",
            "ImpersonationConfigID",
        )
        refuse_if_used(
            call,
            "SELECT ID FROM openid_connects WHERE api_client = ? LIMIT 1",
            key,
            "ApiClient.UsedByIntegration",
            "The API client is used by an OpenID Connect configuration and cannot be deleted.",
            "OpenIdConnectID",
        )


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
            had = call.connection.execute(_COUNT_SECRETS, (call.parameters["apiClientID"],)).fetchone()[0]
            if had >= SECRETS_PER_API_CLIENT:
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
    """Buyers: a default catalog that exists, made with the buyer unless one is named; no context user lost with it."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Find the catalog that is named, or see that a new one can have the buyer's ID."""
        new["DefaultCatalogID"] = new["DefaultCatalogID"] or None
        wanted = new["DefaultCatalogID"]
        row = call.connection.execute("SELECT ID FROM catalogs WHERE ID = ?", (str(wanted or new["ID"]),)).fetchone()
        if wanted is None:
            if old is None and row is not None:
                message = "A Catalog with this ID already exists. Delete it, or name it as DefaultCatalogID."
                raise refusal(400, "Buyer.DefaultCatalogAlreadyExists", message, {"CatalogID": row[0]})
        elif row is not None:
            new["DefaultCatalogID"] = row[0]
        elif old is None or old["DefaultCatalogID"] != wanted:
            raise not_found("Catalog", str(wanted))

    def after_save(self, call: Call, key: int, old: Record | None, new: Record) -> None:
        """Make the catalog of a new buyer, and show it to the buyer."""
        if old is not None or new["DefaultCatalogID"] is not None:
            return
        make = 'INSERT INTO catalogs ("ID", "Name", "Active") VALUES (?, ?, 1)'
        catalog = call.connection.execute(make, (str(new["ID"]), str(new["Name"]))).lastrowid
        show = (
            "INSERT INTO catalog_assignments (catalog, buyer, ViewAllCategories, ViewAllProducts) VALUES (?, ?, 1, 1)"
        )
        call.connection.execute(show, (catalog, key))
        call.connection.execute("UPDATE buyers SET DefaultCatalogID = ID WHERE key = ?", (key,))

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Keep context users, which would go with their company."""
        keep_context_users(call, "u.buyer", key)


class SupplierRules(Rules):
    """Suppliers: no context user lost with one."""

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Keep context users, which would go with their company."""
        keep_context_users(call, "u.supplier", key)


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
        if call.hashed is not None:
            self._judge_password(call, key, str(new["Password"]))

    def _judge_password(self, call: Call, key: int | None, password: str) -> None:
        """Hold a new password against the user's policy; its own user changes it as its owner."""
        connection, by_owner = call.connection, key == call.caller.user
        if key is None:
            judge_for_new_user(connection, *_party_of(call), password, call.now)
        else:
            new = NewPassword(call.hashed or "", call.used)
            judge_for_user(connection, key, password, new, call.now, by_owner=by_owner)
            remember_present(connection, key)

    def extra_columns(self, call: Call, old: Record | None, new: Record) -> Mapping[str, Column]:
        """Keep the hash of a new password."""
        if call.hashed is None:
            return {}
        return {"Password": call.hashed, "PasswordLastSetDate": format_time(call.now)}

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Keep context users, and whom an impersonation config names."""
        keep_context_users(call, "u.key", key)
        refuse_if_impersonated(call, "user", key)


class UserGroupRules(Rules):
    """User groups: those that an impersonation config names stay."""

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Keep what an impersonation config names."""
        refuse_if_impersonated(call, "user_group", key)


class SecurityProfileRules(Rules):
    """Security profiles: roles that exist, custom roles that a scope can name."""

    def before_save(self, call: Call, key: int | None, old: Record | None, new: Record) -> None:
        """Check the names of the roles."""
        problems = check_profile(new)
        if problems:
            raise ApiError(400, *problems)

    def before_delete(self, call: Call, key: int, old: Record) -> None:
        """Keep what an impersonation config gives."""
        refuse_if_used(
            call,
            "SELECT ID FROM impersonation_configs WHERE profile = ? LIMIT 1",
            key,
            "Impersonation.CannotDeleteSecurityProfile",
            "The security profile is assigned to an impersonation config and cannot be deleted.",
            "ImpersonationConfigID",
        )


def keep_context_users(call: Call, column: str, key: int, *, moving: bool = False) -> None:
    """Raise ApiError 400 when a context user would go; `u` is the user in `column`."""
    row = call.connection.execute(_CONTEXT_USER.format(column), (key,)).fetchone()
    if row is not None:
        done, code = ("moved", "Move") if moving else ("deleted", "Delete")
        message = f"The user is the default context user of an API client and cannot be {done}."
        data: JSON = {"ApiClientID": row[0], "UserID": row[1]}
        raise refusal(400, f"User.Cannot{code}DefaultContextUser", message, data)


def refuse_if_impersonated(call: Call, column: str, key: int) -> None:
    """Raise ApiError 400 when an impersonation config names the user or group on either side."""
    other = column.replace("user_", "")
    used = f"SELECT ID FROM impersonation_configs WHERE ? IN ({column}, impersonation_{other}) LIMIT 1"  # noqa: S608 - one of two constants
    message = "The user or group is assigned to an impersonation config and cannot be deleted."
    code = "Impersonation.CannotDeleteImpersonateeParty"
    refuse_if_used(call, used, key, code, message, "ImpersonationConfigID")


def refuse_if_used(call: Call, query: str, key: int, code: str, message: str, member: str) -> None:
    """Raise ApiError 400 when the query finds what uses the object of this key; `member` tells its ID."""
    row = call.connection.execute(query, (key,)).fetchone()
    if row is not None:
        raise refusal(400, code, message, {member: row[0]})


def check_event_type(call: Call, member: str, event: JSON, event_type: str) -> None:
    """Raise ApiError 400 when the integration event that a member names is of another type."""
    if not event:
        return
    row = call.connection.execute("SELECT EventType FROM integration_events WHERE ID = ?", (str(event),)).fetchone()
    if row is not None and row[0] != event_type:
        message = f"{member} must name an integration event of type {event_type}."
        data: JSON = {"Property": member, "Value": event, "EventType": row[0]}
        raise refusal(400, "IntegrationEvent.IncompatibleEventType", message, data)


def check_profile(profile: Mapping[str, JSON]) -> list[ErrorEntry]:
    """Tell what is wrong with the roles of a security profile, and with its policy of passwords."""
    problems: list[ErrorEntry] = []
    if (unknown := check_api_roles("Roles", profile.get("Roles"))) is not None:
        problems.append(unknown)
    custom = profile.get("CustomRoles")
    if any(len(role.split()) != 1 for role in _texts(custom)):
        problems.append(invalid_value("CustomRoles", custom, "CustomRoles holds a name with a blank in it."))
    return problems + [entry_of(each) for each in validate_password_config(profile.get("PasswordConfig"))]


def check_api_roles(member: str, value: JSON) -> ErrorEntry | None:
    """Tell the names of a list of API roles that are none."""
    unknown = [role for role in _texts(value) if not is_api_role(role)]
    message = f"{member} holds a name that is no API role."
    return invalid_value(member, value, message, {"UnknownRoles": [*unknown]}) if unknown else None


def _party_of(call: Call) -> tuple[PartyKind, int | None]:
    """Give the party of the user that a path names: its kind, and the key of the buyer or supplier."""
    for kind in (PartyKind.BUYER, PartyKind.SUPPLIER):
        if (company := call.parameters.get(f"{kind}ID")) is not None:
            return kind, key_of(call, f"{kind}s", kind.capitalize(), company)
    return PartyKind.SELLER, None


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
