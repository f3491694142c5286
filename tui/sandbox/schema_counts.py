"""The migration that keeps with API clients how many companies are assigned to them, and indexes what lists sort by."""

from __future__ import annotations

_MEMBERS = (("AssignedBuyerCount", "buyer"), ("AssignedSupplierCount", "supplier"))

_COUNT = "".join(
    f"""
ALTER TABLE api_clients ADD COLUMN "{member}" INTEGER NOT NULL DEFAULT 0;
UPDATE api_clients SET "{member}" =
    (SELECT count(*) FROM api_client_assignments a WHERE a.api_client = api_clients.key AND a.{column} IS NOT NULL);
CREATE INDEX api_clients_by_{member.lower()} ON api_clients ("{member}", "ID");
CREATE TRIGGER {column}_assigned AFTER INSERT ON api_client_assignments WHEN NEW.{column} IS NOT NULL BEGIN
    UPDATE api_clients SET "{member}" = "{member}" + 1 WHERE key = NEW.api_client;
END;
CREATE TRIGGER {column}_unassigned AFTER DELETE ON api_client_assignments WHEN OLD.{column} IS NOT NULL BEGIN
    UPDATE api_clients SET "{member}" = "{member}" - 1 WHERE key = OLD.api_client;
END;
"""  # noqa: S608 - constants
    for member, column in _MEMBERS
)

COUNTS = f"""
{_COUNT}
CREATE INDEX buyers_by_date ON buyers ("DateCreated", "ID");
CREATE TRIGGER assignments_stay BEFORE UPDATE OF api_client, buyer, supplier ON api_client_assignments BEGIN
    SELECT RAISE(ABORT, 'an assignment is made and deleted, never turned into another');
END;
"""
"""A migration: see `schema`."""
