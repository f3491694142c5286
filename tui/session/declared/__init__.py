"""API clients as a document: written to TOML, compared with what a marketplace has, and made so."""
