"""The tables of passwords, codes, tokens and sign-ins, which came after the first release."""

from __future__ import annotations

IDENTITY = """
    ALTER TABLE refresh_tokens ADD COLUMN impersonator INTEGER REFERENCES users (key) ON DELETE CASCADE;

    CREATE TABLE earlier_passwords (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        user INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
        record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX earlier_passwords_of_user ON earlier_passwords (user);

    CREATE TABLE codes (
        digest BLOB PRIMARY KEY,
        purpose TEXT NOT NULL CHECK (purpose IN ('reset', 'one-time')),
        api_client INTEGER NOT NULL REFERENCES api_clients (key) ON DELETE CASCADE,
        user INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
        expires_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX codes_of_user ON codes (user);
    CREATE INDEX codes_of_api_client ON codes (api_client);

    CREATE TABLE outbox (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        sent_at TEXT NOT NULL,
        kind TEXT NOT NULL,
        recipient TEXT NOT NULL,
        username TEXT NOT NULL,
        app_name TEXT NOT NULL,
        code TEXT,
        url TEXT,
        expires_at TEXT
    ) STRICT;

    CREATE TABLE access_tokens (
        digest BLOB PRIMARY KEY,
        user INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
        expires_at INTEGER NOT NULL,
        revoked INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX access_tokens_of_user ON access_tokens (user);
    CREATE INDEX access_tokens_by_end ON access_tokens (expires_at);

    CREATE TABLE sign_ins_under_way (
        digest BLOB PRIMARY KEY,
        connect INTEGER NOT NULL REFERENCES openid_connects (key) ON DELETE CASCADE,
        roles TEXT NOT NULL,
        start_path TEXT NOT NULL,
        nonce TEXT NOT NULL,
        verifier TEXT NOT NULL,
        expires_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sign_ins_of_connect ON sign_ins_under_way (connect);

    CREATE TABLE provider_codes (
        digest BLOB PRIMARY KEY,
        client_id TEXT NOT NULL,
        redirect_uri TEXT NOT NULL,
        user INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
        challenge TEXT,
        nonce TEXT,
        expires_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX provider_codes_of_user ON provider_codes (user);
"""
"""A migration: see `schema`."""
