"""A line to search a list with, which takes no room while nobody searches."""

from __future__ import annotations

from textual.widgets import Input


class FindLine(Input):
    """A line to type in, in sight from when it is asked for until it is put away."""

    DEFAULT_CSS = """
    FindLine { display: none; margin-bottom: 1; }
    FindLine.-shown { display: block; }
    """

    @property
    def words(self) -> str:
        """What is searched for; blank for everything."""
        return self.value.strip()

    def ask(self) -> None:
        """Show it, and let the person type."""
        self.add_class("-shown")
        self.focus()

    def put_away(self) -> bool:
        """Clear and hide it, where it is in sight; return whether it was."""
        if not self.has_class("-shown"):
            return False
        self.value = ""
        self.remove_class("-shown")
        return True
