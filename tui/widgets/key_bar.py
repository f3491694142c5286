"""The footer: the keys that work now, on one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


@runtime_checkable
class _Host(Protocol):
    def why_not(self, command: str) -> str | None: ...


class KeyBar(Widget):
    """One line of keys. What cannot be done now, or has no key, is left out; what works everywhere is at the right."""

    DEFAULT_CSS = """
    KeyBar { height: 1; dock: bottom; background: $panel; color: $foreground; }
    """

    keys: reactive[tuple[tuple[str, str, str], ...]] = reactive(())

    def __init__(self, key_sign: Callable[[str], str]) -> None:
        super().__init__()
        self._key_sign = key_sign
        self._places: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follow the screen's bindings from now on."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.look())
        self.call_after_refresh(self.look)

    def look(self) -> None:
        """Read which keys work now."""
        found: dict[str, tuple[str, str, str]] = {}
        for key, active in self.screen.active_bindings.items():
            binding, sign = active.binding, self._key_sign(key)
            if not binding.show or not binding.id or not sign:
                continue
            if isinstance(active.node, _Host) and active.node.why_not(binding.id) is not None:
                continue
            if binding.id not in found or len(sign) < len(found[binding.id][0]):
                found[binding.id] = (sign, binding.description, binding.id)
        self.keys = tuple(found.values())

    def render(self) -> Content:
        """Fit as many keys as the width takes; the ones that work everywhere come last and always fit."""
        width = self.content_size.width
        everywhere = [key for key in self.keys if key[2].startswith("app.")]
        here = [key for key in self.keys if key not in everywhere]
        room = width - sum(_entry(key).cell_length for key in everywhere)
        fitting: list[tuple[str, str, str]] = []
        for key in here:
            if sum(_entry(each).cell_length for each in (*fitting, key)) > room:
                break
            fitting.append(key)
        self._places = []
        line = Content("")
        for key in fitting:
            line = self._place(line, key)
        line = line.pad_right(max(0, room - line.cell_length))
        for key in everywhere:
            line = self._place(line, key)
        return line

    def _place(self, line: Content, key: tuple[str, str, str]) -> Content:
        longer = line + _entry(key)
        self._places.append((line.cell_length, longer.cell_length, key[2]))
        return longer

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse would."""
        for start, end, name in self._places:
            if start <= event.x < end:
                await self.run_action(f"app.run_command('{name}')")


def _entry(key: tuple[str, str, str]) -> Content:
    sign, title, _ = key
    return Content.assemble(" ", Content.styled(sign, "$accent bold"), f" {title} ")
