"""The footer: the keys that work now, on one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


@runtime_checkable
class _Host(Protocol):
    def why_not(self, command: str) -> str | None: ...


class KeyBar(Widget):
    """One line of keys. What cannot be done now is left out; what works everywhere stays at the right end."""

    DEFAULT_CSS = """
    KeyBar { height: 1; dock: bottom; background: $panel; color: $foreground; }
    """

    keys: reactive[tuple[tuple[str, str, str], ...]] = reactive(())

    def __init__(self, key_sign: Callable[[str], str]) -> None:
        super().__init__()
        self._key_sign = key_sign

    def on_mount(self) -> None:
        """Follow the screen's bindings from now on."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.look())
        self.call_after_refresh(self.look)

    def look(self) -> None:
        """Read which keys work now."""
        found: dict[str, tuple[str, str, str]] = {}
        for key, active in self.screen.active_bindings.items():
            binding = active.binding
            if not binding.show or not binding.id or binding.id in found:
                continue
            if isinstance(active.node, _Host) and active.node.why_not(binding.id) is not None:
                continue
            found[binding.id] = (self._key_sign(key), binding.description, binding.id)
        self.keys = tuple(found.values())

    def render(self) -> Content:
        """Fit as many keys as the width takes; the ones that work everywhere come last and always fit."""
        width = self.content_size.width
        everywhere = [self._entry(*key) for key in self.keys if key[2].startswith("app.")]
        here = [self._entry(*key) for key in self.keys if not key[2].startswith("app.")]
        tail = Content.assemble(*everywhere)
        line = Content("")
        for entry in here:
            if line.cell_length + entry.cell_length + tail.cell_length > width:
                break
            line += entry
        return Content.assemble(line, " " * max(0, width - line.cell_length - tail.cell_length), tail)

    @staticmethod
    def _entry(sign: str, title: str, name: str) -> Content:
        return Content.assemble(
            Content.from_markup(
                " [@click=app.run_command($name)][$accent bold]$sign[/] $title[/] ",
                name=f"'{name}'",
                sign=sign,
                title=title,
            )
        )
