"""The part of the OpenAPI document that no description makes: tokens, mail, single sign-on, and the schemas of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.access.attempt import Grant
from tui.tokens.token import JSON

Schema = dict[str, JSON]

ERRORS: Mapping[int, str] = {
    400: "Something in the request cannot be taken.",
    401: "No access token, or one that is not or no longer good.",
    403: "The caller may not do this.",
    404: "There is no such object.",
    409: "It would clash with what there is.",
    413: "The body is too large.",
    414: "The query is too long.",
}


def object_of(properties: Mapping[str, JSON]) -> Schema:
    """Describe an object that has all of these members and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [*properties],
        "additionalProperties": False,
    }


def ref(name: str) -> Schema:
    """Refer to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def _content(schema: Schema, media_type: str = "application/json") -> Schema:
    return {"content": {media_type: {"schema": schema}}}


_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 0}
_ANYTHING: Schema = {}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_ONE_ERROR = object_of({"ErrorCode": _TEXT, "Message": _TEXT, "Data": _ANYTHING})
_ERRORS_ARRAY: Schema = {"type": "array", "minItems": 1, "items": _ONE_ERROR}

FIXED_SCHEMAS: Mapping[str, JSON] = {
    "Meta": object_of(
        {
            "Page": _NUMBER,
            "PageSize": _NUMBER,
            "TotalCount": _NUMBER,
            "TotalPages": _NUMBER,
            "ItemRange": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
            "NextPageKey": {"type": ["string", "null"]},
        }
    ),
    "Errors": object_of({"Errors": _ERRORS_ARRAY}),
    "TokenErrors": object_of({"error": _TEXT, "error_description": _TEXT, "Errors": _ERRORS_ARRAY}),
    "TokenForm": {
        "type": "object",
        "properties": {
            "grant_type": {"type": "string", "enum": [each.value for each in Grant]},
            **dict.fromkeys(
                ("client_id", "client_secret", "username", "password", "scope", "refresh_token", "anonuserid"), _TEXT
            ),
        },
        "required": ["grant_type", "client_id"],
    },
    "Token": {
        "type": "object",
        "properties": {
            "access_token": _TEXT,
            "token_type": {"type": "string", "const": "bearer"},
            "expires_in": _NUMBER,
            "refresh_token": _TEXT,
        },
        "required": ["access_token", "token_type", "expires_in"],
        "additionalProperties": False,
    },
    "IdentityToken": object_of({"identity_token": _TEXT, "expires_in": {"type": "integer"}}),
    "ProviderErrors": object_of({"error": _TEXT, "error_description": _TEXT}),
    "ProviderForm": {
        "type": "object",
        "properties": {
            "grant_type": {"type": "string", "enum": ["authorization_code"]},
            **dict.fromkeys(("code", "redirect_uri", "client_id", "client_secret", "code_verifier"), _TEXT),
        },
        "required": ["grant_type", "code", "redirect_uri"],
    },
    "ProviderTokens": object_of(
        {"access_token": _TEXT, "token_type": _TEXT, "expires_in": _NUMBER, "id_token": _TEXT},
    ),
    "Discovery": object_of(
        {
            **dict.fromkeys(("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"), _TEXT),
            **dict.fromkeys(
                (
                    "response_types_supported",
                    "grant_types_supported",
                    "subject_types_supported",
                    "id_token_signing_alg_values_supported",
                    "token_endpoint_auth_methods_supported",
                    "code_challenge_methods_supported",
                    "scopes_supported",
                ),
                _TEXTS,
            ),
        }
    ),
    "PublicKey": object_of(dict.fromkeys(("kty", "n", "e", "alg", "use", "kid"), _TEXT)),
}

_TOKEN_PATHS: Mapping[str, JSON] = {
    "/oauth/token": {
        "post": {
            "operationId": "post:oauth/token",
            "tags": ["oauth"],
            "summary": "Get an access token",
            "security": [],
            "requestBody": {"required": True, **_content(ref("TokenForm"), "application/x-www-form-urlencoded")},
            "responses": {
                "200": {"description": "A token.", **_content(ref("Token"))},
                "400": {"description": "A refusal.", **_content(ref("TokenErrors"))},
                "413": {"description": ERRORS[413], **_content(ref("Errors"))},
            },
        }
    },
    "/oauth/certs/{kid}": {
        "get": {
            "operationId": "get:oauth/certs/{kid}",
            "tags": ["oauth"],
            "summary": "Get the key that verifies access tokens",
            "security": [],
            "parameters": [
                {"name": "kid", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            ],
            "responses": {
                "200": {"description": "The key.", **_content(ref("PublicKey"))},
                "404": {"description": ERRORS[404], **_content(ref("Errors"))},
            },
        }
    },
    "/v1/openapi/v3": {
        "get": {
            "operationId": "get:openapi/v3",
            "tags": ["openapi"],
            "summary": "Get this document",
            "security": [],
            "responses": {"200": {"description": "This document.", **_content({"type": "object"})}},
        }
    },
}

_ERROR = _content(ref("Errors"))
_MAIL_MEMBERS = ("ClientID", "Email", "Username")


def _simple(method: str, path: str, tag: str, summary: str, responses: Mapping[str, JSON], **more: JSON) -> Schema:
    """Describe an operation that needs no access token."""
    told: Schema = {"operationId": f"{method}:{path}", "tags": [tag], "summary": summary, "security": [], **more}
    return {method: {**told, "responses": dict(responses)}}


def _refused(*statuses: int) -> dict[str, JSON]:
    return {str(status): {"description": ERRORS[status], **_ERROR} for status in statuses}


def _texts(required: Sequence[str], optional: Sequence[str]) -> list[JSON]:
    """Describe parameters of the query."""
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _TEXT} for name in (*required, *optional)
    ]


def _json_body(members: Sequence[str], required: Sequence[str] = ()) -> Schema:
    properties: dict[str, JSON] = {name: {"type": ["string", "null"]} for name in members}
    properties |= {name: {"type": "string", "minLength": 1} for name in required}
    schema: Schema = {"type": "object", "properties": properties}
    return {"required": True, **_content({**schema, "required": [*required]} if required else schema)}


_DONE: Mapping[str, JSON] = {"204": {"description": "Done."}}
_SENT_ON: Mapping[str, JSON] = {"302": {"description": "The browser is sent on."}}
_PAGE = _content(_TEXT, "text/html")

_REFUSED_OR_PAGE: Schema = {
    "description": "Refused; a page tells so to a person whose sign-in was begun in another browser.",
    "content": {"application/json": {"schema": ref("Errors")}, "text/html": {"schema": _TEXT}},
}

_MAIL_PATHS: Mapping[str, JSON] = {
    "/v1/password/reset": _simple(
        "post",
        "password/reset",
        "password",
        "Send a code with which a password can be reset",
        {**_DONE, **_refused(400, 413)},
        requestBody=_json_body([*_MAIL_MEMBERS, "URL"], ["ClientID"]),
    ),
    "/v1/password/reset/{verificationCode}": _simple(
        "put",
        "password/reset/{verificationCode}",
        "password",
        "Set a new password with the code that was sent",
        {**_DONE, **_refused(400, 413)},
        parameters=[{"name": "verificationCode", "in": "path", "required": True, "schema": {**_TEXT, "minLength": 1}}],
        requestBody=_json_body([], ["ClientID", "Username", "Password"]),
    ),
    "/v1/password/onetimepassword": _simple(
        "post",
        "password/onetimepassword",
        "password",
        "Send a one-time password",
        {**_DONE, **_refused(400, 413)},
        requestBody=_json_body(_MAIL_MEMBERS, ["ClientID"]),
    ),
    "/v1/username/retrieve": _simple(
        "post",
        "username/retrieve",
        "username",
        "Send the user names of an e-mail address",
        {**_DONE, **_refused(400, 414)},
        parameters=_texts(["clientID", "email"], []),
    ),
}

_SIGN_ON_PATHS: Mapping[str, JSON] = {
    "/oauth/userinfo": {
        "get": {
            "operationId": "get:oauth/userinfo",
            "tags": ["oauth"],
            "summary": "Say who the caller is, in a signed token",
            "security": [{"OrderCloud": []}],
            "responses": {"200": {"description": "A token.", **_content(ref("IdentityToken"))}, **_refused(401)},
        }
    },
    "/ocrplogin": _simple(
        "get",
        "ocrplogin",
        "single sign-on",
        "Begin a sign-in at an identity provider",
        {**_SENT_ON, **_refused(400, 404, 414)},
        parameters=_texts(["id"], ["cid", "roles", "appstartpath", "customParams"]),
    ),
    "/ocrpcode": _simple(
        "get",
        "ocrpcode",
        "single sign-on",
        "End a sign-in at an identity provider",
        {**_SENT_ON, **_refused(400, 414), "400": _REFUSED_OR_PAGE},
        parameters=_texts(["state"], ["code", "error", "error_description"]),
    ),
    "/idp/.well-known/openid-configuration": _simple(
        "get",
        "idp/.well-known/openid-configuration",
        "identity provider",
        "Say where everything of the built-in identity provider is",
        {"200": {"description": "The addresses.", **_content(ref("Discovery"))}},
    ),
    "/idp/jwks": _simple(
        "get",
        "idp/jwks",
        "identity provider",
        "Get the keys of the identity provider",
        {
            "200": {
                "description": "The keys.",
                **_content(object_of({"keys": {"type": "array", "items": ref("PublicKey")}})),
            }
        },
    ),
    "/idp/authorize": _simple(
        "get",
        "idp/authorize",
        "identity provider",
        "Pick a user to sign in as",
        {
            **_SENT_ON,
            **_refused(414),
            "200": {"description": "The users.", **_PAGE},
            "400": {"description": ERRORS[400], **_PAGE},
        },
        parameters=_texts(
            ["client_id", "redirect_uri", "response_type", "scope"],
            ["state", "nonce", "code_challenge", "code_challenge_method", "login_hint", "prompt", "q"],
        ),
    ),
    "/idp/token": _simple(
        "post",
        "idp/token",
        "identity provider",
        "Exchange a code for tokens",
        {
            "200": {"description": "Tokens.", **_content(ref("ProviderTokens"))},
            "400": {"description": "A refusal.", **_content(ref("ProviderErrors"))},
            "401": {"description": "The client is unknown.", **_content(ref("ProviderErrors"))},
            **_refused(413),
        },
        requestBody={"required": True, **_content(ref("ProviderForm"), "application/x-www-form-urlencoded")},
    ),
}

FIXED_PATHS: Mapping[str, JSON] = {**_TOKEN_PATHS, **_MAIL_PATHS, **_SIGN_ON_PATHS}
