"""Settings, profiles, credentials, themes and keys."""
