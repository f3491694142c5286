"""The measure of the startup benchmark: the smallest Textual app with a table, and nothing in it."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable

COLUMN = "Baseline"


class Baseline(App[None]):
    """One empty table; `q` leaves."""

    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012 - as Textual's own guide writes it

    def compose(self) -> ComposeResult:
        """Show the table."""
        table: DataTable[str] = DataTable()
        table.add_column(COLUMN)
        yield table


if __name__ == "__main__":
    Baseline().run()
