"""What a screen shows, as text and as an SVG picture: the whole of it, or one region; stand-ins as they are shown."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment, Segments
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.app import App

_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_UNIQUE = re.compile(r"terminal-\d+")


class Picture:
    """What an app showed at one moment, with any dialog and what is behind it."""

    def __init__(self, app: App[Any]) -> None:
        visible_screen_stack.set(app._background_screens)  # noqa: SLF001 - a dialog shows what is behind it
        self._strips = app.screen._compositor.render_strips()[: app.size.height]  # noqa: SLF001 - nothing else draws
        self.region = app.size.region

    def text(self, region: Region | None = None) -> str:
        """Return what is shown, without colours, a line a row; blanks at line ends are cut."""
        return "\n".join(strip.text.rstrip() for strip in self._cut(region)) + "\n"

    def svg(self, title: str = "ocgate", region: Region | None = None) -> str:
        """Return what is shown as SVG. It fetches nothing: fonts are the reader's own."""
        cut = region or self.region
        console = Console(
            width=cut.width,
            height=cut.height,
            file=io.StringIO(),
            force_terminal=True,
            color_system="truecolor",
            record=True,
            legacy_windows=False,
            safe_box=False,
        )
        lines: list[Segment] = []
        for number, strip in enumerate(self._cut(region)):
            lines.extend([Segment.line()] if number else [])
            lines.extend(strip)
        console.print(Segments(lines))
        return _UNIQUE.sub("terminal", _FONTS.sub("", console.export_svg(title=title)))

    def _cut(self, region: Region | None) -> list[Strip]:
        if region is None:
            return self._strips
        inside = region.intersection(self.region)
        return [strip.crop(inside.x, inside.right) for strip in self._strips[inside.y : inside.bottom]]
