"""The line that shows the keys as they are pressed, for those who watch."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

MOST = 8
"""How many keys are shown at once."""


class KeysShown(Widget):
    """The last keys in their human names, above the footer at the right; what is typed into a field is not among them.

    `keys` has (sign, what it does) of each, the newest last; `aside` says whether what is shown is real.
    """

    DEFAULT_CSS = """
    KeysShown {
        layer: _toastrack; position: absolute; height: 1; width: auto; background: $panel; text-wrap: nowrap;
    }
    """

    keys: reactive[tuple[tuple[str, str], ...]] = reactive((), layout=True)
    aside: reactive[str] = reactive("", layout=True)

    def show(self, keys: tuple[tuple[str, str], ...], aside: str) -> None:
        """Show other keys, at the right end of the line above the footer."""
        self.keys, self.aside = keys, aside
        room = self.screen.size
        self.styles.offset = (max(0, room.width - self.render().cell_length - 2), max(0, room.height - 2))

    def render(self) -> Content:
        """Draw the line; the oldest keys give way."""
        told = Content.styled(f" {self.aside} ", "$background on $accent")
        line = told
        for sign, does in reversed(self.keys[-MOST:]):
            key = Content.assemble(Content.styled(f" {sign} ", "bold reverse"), Content(f" {does} " if does else " "))
            if line.cell_length + key.cell_length > self.screen.size.width - 4:
                break
            line = key + line
        return line
