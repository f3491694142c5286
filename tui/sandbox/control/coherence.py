"""What is wrong with a marketplace from a seeding file, and shows only once all of it is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from tui.sandbox.integration_rules import SAME_CONFIG

_CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "categories",
        """
        WITH RECURSIVE down (key) AS (
            SELECT key FROM categories WHERE parent IS NULL
            UNION ALL SELECT c.key FROM categories c JOIN down d ON c.parent = d.key
        )
        SELECT key, ID FROM categories WHERE key NOT IN (SELECT key FROM down)
        """,
        "ParentID: {} is below itself, or below a category that is; name another one above it, or none.",
    ),
    (
        "products",
        "SELECT c.key, p.ID FROM products c JOIN products p ON p.key = c.parent WHERE c.IsParent",
        "ParentID: a parent product has none itself; take out {}, or set IsParent to false.",
    ),
    (
        "products",
        "SELECT c.key, p.ID FROM products c JOIN products p ON p.key = c.parent WHERE NOT p.IsParent",
        "ParentID: {} is no parent product; set its IsParent to true, or name another one.",
    ),
    (
        "openid_connects",
        """
        SELECT o.key, e.ID FROM openid_connects o JOIN integration_events e ON e.key = o.event
        WHERE e.EventType <> 'OpenIDConnect'
        """,
        "IntegrationEventID: the EventType of {} is not OpenIDConnect; name another one.",
    ),
    *(
        (
            "api_clients",
            f"""
            SELECT c.key, e.ID FROM api_clients c JOIN integration_events e ON e.key = c.{column}
            WHERE e.EventType <> '{event_type}'
            """,  # noqa: S608 - constants
            f"{event_type}IntegrationEventID: the EventType of {{}} is not {event_type}; name another one.",
        )
        for column, event_type in (
            ("checkout_event", "OrderCheckout"),
            ("return_event", "OrderReturn"),
            ("cart_event", "AddToCart"),
        )
    ),
    (
        "impersonation_configs",
        f"SELECT t.key, o.ID FROM impersonation_configs t JOIN impersonation_configs o ON o.key < t.key {SAME_CONFIG}",  # noqa: S608 - constants
        "It says the same as {} before it; take one of them out.",
    ),
)


def incoherences(connection: sqlite3.Connection) -> Iterator[tuple[str, int, str]]:
    """Give table and key of a row, and what is wrong with it and can be done."""
    for table, query, message in _CHECKS:
        for key, named in connection.execute(query):
            yield table, key, message.format(repr(named))
