"""A marketplace in a box: the rules and tokens served over HTTP on SQLite."""
