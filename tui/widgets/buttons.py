"""The buttons below what a dialog says."""

from __future__ import annotations

from textual.containers import Horizontal


class Buttons(Horizontal):
    """Buttons in a row, to the right; the one with the focus is coloured."""

    DEFAULT_CSS = """
    Buttons { height: auto; align-horizontal: right; margin-top: 1; }
    Buttons Button {
        margin-left: 2; padding: 0 1;
        &.-style-default { background: $panel; color: $foreground; text-style: none; }
        &.-style-default:focus {
            background: $accent; color: $background; text-style: bold; background-tint: $accent 0%;
        }
    }
    """
