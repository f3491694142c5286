"""What can go wrong: refusals as OrderCloud's error bodies, and a database file that cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tui.tokens.token import JSON


class ErrorEntry(NamedTuple):
    """One entry of an `Errors` array."""

    code: str
    message: str
    data: JSON = None

    def to_wire(self) -> dict[str, JSON]:
        """Give the entry with the wire's names."""
        return {"ErrorCode": self.code, "Message": self.message, "Data": self.data}


class ApiError(Exception):
    """A refusal on the resource API: a status and the entries of its `Errors` array."""

    def __init__(self, status: int, *entries: ErrorEntry, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {', '.join(entry.code for entry in entries)}")
        self.status = status
        self.entries = entries
        self.headers = dict(headers or {})

    def to_wire(self) -> dict[str, JSON]:
        """Give the whole body."""
        return {"Errors": [entry.to_wire() for entry in self.entries]}


def refusal(status: int, code: str, message: str, data: JSON = None) -> ApiError:
    """Make a refusal with a single entry."""
    return ApiError(status, ErrorEntry(code, message, data))


def not_found(object_type: str, object_id: str) -> ApiError:
    """404: there is no such object."""
    return refusal(404, "NotFound", "Object not found.", {"ObjectType": object_type, "ObjectID": object_id})


def id_exists(object_type: str, object_id: str) -> ApiError:
    """409: the ID is taken."""
    data: JSON = {"ObjectType": object_type, "ObjectID": object_id}
    return refusal(409, "IdExists", "Object already exists.", data)


def invalid_body() -> ApiError:
    """400: the body is no JSON object."""
    return refusal(400, "Request.InvalidRequestBody", "Request body is invalid or null.")


def invalid_token() -> ApiError:
    """401: no access token, or one that is not or no longer good."""
    entry = ErrorEntry("InvalidToken", "Access token is invalid or expired.")
    return ApiError(401, entry, headers={"WWW-Authenticate": "Bearer"})


def token_revoked() -> ApiError:
    """401: the access token was good until somebody revoked it."""
    entry = ErrorEntry("Auth.TokenRevoked", "The provided token has been revoked. Please re-authenticate.")
    return ApiError(401, entry, headers={"WWW-Authenticate": "Bearer"})


def insufficient_roles(sufficient: Sequence[str], assigned: Iterable[str]) -> ApiError:
    """403: the token carries none of the roles that would do."""
    data: JSON = {"SufficientRoles": [*sufficient], "AssignedRoles": [*sorted(assigned)]}
    message = "User does not have role(s) required to perform this action."
    return refusal(403, "Auth.InsufficientRoles", message, data)


def not_authorized_to_admin() -> ApiError:
    """403: users of this kind of party may not do this, whatever their roles."""
    return refusal(403, "Auth.UserNotAuthorizedToAdmin", "User is not authorized to administer this object.")


def anonymous_prohibited() -> ApiError:
    """403: an anonymous caller may not do this."""
    message = "Anonymous users are prohibited from performing these actions."
    return refusal(403, "Auth.AnonUserProhibited", message)


def invalid_value(name: str, value: JSON, message: str, limits: Mapping[str, JSON] | None = None) -> ErrorEntry:
    """Tell one bad member of a body; `limits` say what would do."""
    return ErrorEntry("ValidationFailure", message, {"Property": name, "Value": value, **(limits or {})})


def storage_failure(error: sqlite3.Error) -> ApiError:
    """Tell why the database could not do it; nothing of the request was kept. SQLite's own words may hold data."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        message = "The disk of the sandbox is full: nothing was changed. Make room, then try again."
        return refusal(507, "Storage.Full", message)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        message = "Another process is writing to the sandbox's file: nothing was changed. Try again."
        return ApiError(503, ErrorEntry("Storage.Busy", message), headers={"Retry-After": "1"})
    if code == sqlite3.SQLITE_READONLY:
        return refusal(500, "Storage.ReadOnly", "The sandbox's file can no longer be written: nothing was changed.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return refusal(500, "Storage.Damaged", "The sandbox's file is damaged; use another, or a snapshot.")
    return refusal(500, "Storage.Failed", "The sandbox cannot use its file: nothing was changed.")


class SandboxError(Exception):
    """The sandbox cannot use its database file. The message is a sentence for people."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


class NotASandbox(SandboxError):
    """The file is no SQLite database, or one of another program."""


class SandboxLocked(SandboxError):
    """Another process holds the database and does not let go."""


class SandboxReadOnly(SandboxError):
    """The file or its folder cannot be written."""


class SandboxServed(SandboxLocked):
    """Another server has the file."""


class SandboxTooNew(SandboxError):
    """A newer version of ocgate has made or migrated the database."""
