"""A scenario that says everything a scenario can say."""

WHOLE = """\
Format = 1
Name = "Anchor's shop"
About = "A life of a sign-in."
Now = 2026-11-23T09:00:00Z

[Facts]
Name = "Harbor"

[[Facts.Buyers]]
ID = "anchor"

[[Facts.Buyers]]
ID = "foghorn"
Active = false

[[Facts.Suppliers]]
ID = "gale"
Name = "Gale Sails"

[[Facts.Users]]
Username = "ada"
Buyer = "anchor"
Roles = ["MeAdmin", "Own", "Shopper"]

[[Facts.Users]]
Username = "gil"
Supplier = "gale"
Roles = ["MeAdmin"]
LockedOut = true

[[Facts.Users]]
Username = "boss"
Roles = ["FullAccess"]
Active = false

[[Facts.ApiClients]]
ID = "5F0C9A1E-0000-4000-8000-00000000BEEF"
AppName = "Shop"
AccessTokenDuration = 10
RefreshTokenDuration = 60
Buyers = ["anchor"]
Suppliers = ["gale"]
LegacySecret = true

[[Facts.ApiClients.Secrets]]
ID = "old"
Name = "Old"
Expiration = 2026-01-01T00:00:00Z

[[Steps]]
Name = "in"
Grant = "password"
ApiClient = "Shop"
User = "ada"

[Steps.Expect]
Allowed = true
Roles = ["MeAdmin", "Own", "Shopper"]
AccessMinutes = 10
RefreshMinutes = 60

[Steps.Expect.Claims]
usr = "ADA"
usrtype = "buyer"
orderid = false
exp = 1795425000

[[Steps]]
Call = "/v1/me"
With = "in"

[[Steps]]
Advance = "9m 59s"

[[Steps]]
Call = "GET /v1/me"
With = "in"

[[Steps]]
Call = "/v1/apiclients"
With = "in"

[Steps.Expect]
ErrorCode = "Auth.InsufficientRoles"
Status = 403

[[Steps]]
Advance = "1s"

[[Steps]]
Call = "/v1/me"
With = "in"

[Steps.Expect]
Status = 401

[[Steps]]
Name = "renewed"
Grant = "refresh"
ApiClient = "Shop"
Refreshing = "in"
Scope = ["Shopper"]

[Steps.Expect]
Roles = ["Shopper"]

[[Steps]]
Grant = "password"
ApiClient = "Shop"
User = "gil"

[Steps.Expect]
Error = "invalid_grant"
ErrorCode = "Auth.LockedOut"

[[Steps]]
Grant = "password"
ApiClient = "Shop"
User = "ada"
Secret = "expired"

[Steps.Expect]
Error = "invalid_client"

[[Steps]]
Grant = "client_credentials"
ApiClient = "Shop"
Why = "It has no context user."

[Steps.Expect]
Allowed = false

[[Steps]]
Revoke = "ada"

[[Steps]]
Grant = "refresh"
ApiClient = "Shop"
Refreshing = "renewed"

[Steps.Expect]
ErrorCode = "Auth.TokenRevoked"

[[Steps]]
Name = "again"
Grant = "password"
ApiClient = "Shop"
User = "ada"

[[Steps]]
Advance = "1h"

[[Steps]]
Grant = "refresh"
ApiClient = "Shop"
Refreshing = "again"

[Steps.Expect]
Allowed = false
"""
