"""The marketplace's outgoing mail. Nothing is sent: it is kept here to be read, codes included."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tui.sandbox.fields import format_time, parse_time
from tui.tokens.token import JSON

KEPT = 500
"""How many messages are kept; the oldest go first."""


class MessageKind(StrEnum):
    """What a message is about, by OrderCloud's names of message types."""

    FORGOTTEN_PASSWORD = "ForgottenPassword"  # noqa: S105 - the name of a message type
    FORGOTTEN_USERNAME = "ForgottenUsername"
    ONE_TIME_PASSWORD = "OneTimePassword"  # noqa: S105 - the name of a message type


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a user. `code` is a secret; it is None in a message that reminds of a user name."""

    sent_at: datetime
    kind: MessageKind
    recipient: str
    username: str
    app_name: str
    code: str | None = field(default=None, repr=False)
    url: str | None = None
    expires_at: datetime | None = None

    def to_wire(self) -> dict[str, JSON]:
        """Give the message as the control API tells it, with its code: that is what an outbox is for."""
        return {
            "SentAt": format_time(self.sent_at),
            "Kind": self.kind.value,
            "Recipient": self.recipient,
            "Username": self.username,
            "AppName": self.app_name,
            "Code": self.code,
            "URL": self.url,
            "ExpiresAt": None if self.expires_at is None else format_time(self.expires_at),
        }


def post(connection: sqlite3.Connection, message: Message) -> None:
    """Put a message into the outbox."""
    insert = """
    INSERT INTO outbox (sent_at, kind, recipient, username, app_name, code, url, expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    """
    expires = None if message.expires_at is None else format_time(message.expires_at)
    columns = (message.recipient, message.username, message.app_name, message.code, message.url, expires)
    number = connection.execute(insert, (format_time(message.sent_at), message.kind, *columns)).lastrowid or 0
    connection.execute("DELETE FROM outbox WHERE key <= ?", (number - KEPT,))


def read(connection: sqlite3.Connection) -> tuple[Message, ...]:
    """Give the messages, the newest first."""
    query = """
    SELECT sent_at, kind, recipient, username, app_name, code, url, expires_at FROM outbox ORDER BY key DESC
    """
    found = []
    for sent_at, kind, recipient, username, app_name, code, url, expires_at in connection.execute(query):
        sent = parse_time(sent_at)
        if sent is None:
            raise RuntimeError("a message without its time")
        ends = parse_time(expires_at or "")
        found.append(Message(sent, MessageKind(kind), recipient, username, app_name, code, url, ends))
    return tuple(found)
