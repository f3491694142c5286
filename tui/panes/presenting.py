"""Showing the console to others: presenter mode, stand-ins for what is real, and pictures of the screen."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.filter import LineFilter, NoColor
from textual.geometry import Region
from textual.widget import Widget

from tui.commands import key_sign
from tui.panes.mode import ModePane
from tui.panes.sandbox_commands import SandboxCommands
from tui.widgets.plain import SanitiseFilter, plain
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.ordercloud import Exchange
    from tui.session.session import Session
    from tui.widgets.picture import Picture

SHOWN_SECONDS = 5.0
"""How long the keys stay after the last one."""
FRAME = 0.01
"""Seconds that may be spent on learning before keys are looked at."""
TYPING = ("\u2026", "typing")
"""What is shown in place of what is typed into a field."""
WHOLE = "whole"


class PresentingCommands(SandboxCommands):
    """An app's part that carries them out."""

    session: Session
    presenting = False
    veiled = False
    _keys: tuple[tuple[str, str], ...] = ()
    _pressed = 0

    # -- stand-ins -----------------------------------------------------------------------------------------------

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Put stand-ins over what is real; make outside text harmless last of all; with NO_COLOR, no colour at all."""
        assert isinstance(self, App), "the commands of everywhere are the app's"
        veil: list[LineFilter] = []
        if self.veiled and self.session.stand_ins is not None:
            from tui.panes.veil import Veil

            veil = [Veil(self.session.stand_ins)]  # one for each widget, and each time: no line is remembered as it was
        if self.no_color:
            return [*veil, SanitiseFilter(), NoColor()]
        return [*veil, *super().get_line_filters(), SanitiseFilter()]  # type: ignore[misc]  # the app's, see above

    def shown_name(self, name: str) -> str:
        """Return the stand-in of a name, while they are shown: for what breaks names itself before it draws them."""
        if not self.veiled or self.session.stand_ins is None:
            return name
        from tui.session.stand_ins import replaced

        return replaced(name, self.session.stand_ins)

    async def do_stand_ins(self) -> None:
        """Put stand-ins in place of what is real, or show what is real again."""
        await self._set_veil(on=not self.veiled)
        self._show_keys()
        self.tell("Stand-ins are shown for names, IDs and secrets." if self.veiled else "What is real is shown again.")

    async def _set_veil(self, *, on: bool) -> None:
        if on:
            await self._learn()
        self.veiled = on
        self._redraw()

    async def learn_what_is_read(self) -> None:
        """Tell the stand-ins everything the sitting has read so far, while they are shown."""
        if self.veiled:
            await self._learn()
            self._redraw()

    async def _learn(self) -> None:
        from tui.session.stand_ins import StandIns
        from tui.session.stand_ins.learning import learn_session

        if self.session.stand_ins is None:
            self.session.stand_ins = StandIns()
            self.session.listeners.append(self._learn_exchange)
        begun = time.perf_counter()
        for _ in learn_session(self.session, self.session.stand_ins):
            if time.perf_counter() - begun > FRAME:
                await asyncio.sleep(0)
                begun = time.perf_counter()
        assert isinstance(self, App), "the commands of everywhere are the app's"
        for pane in self.query(ModePane):
            pane.tell_stand_ins()

    def _learn_exchange(self, exchange: Exchange) -> None:
        from tui.session.stand_ins.learning import learn_exchange

        if (stand_ins := self.session.stand_ins) is not None:
            before = stand_ins.version
            learn_exchange(exchange, stand_ins)
            if self.veiled and stand_ins.version != before:
                self._redraw()

    def _redraw(self) -> None:
        """Draw everything that is on the screens once more."""
        assert isinstance(self, App), "the commands of everywhere are the app's"
        for screen in self.screen_stack:
            for widget in (screen, *screen.walk_children(Widget)):
                widget.refresh()

    # -- presenting ----------------------------------------------------------------------------------------------

    async def do_present(self) -> None:
        """Begin to present, with stand-ins, or end it."""
        assert isinstance(self, App), "the commands of everywhere are the app's"
        self.presenting = not self.presenting
        self._keys = ()
        await self._set_veil(on=self.presenting)
        self.set_class(self.presenting, "-presenting")
        for rows in self.query(RowList):
            rows.set_columns(rows.columns)
        if self.presenting:  # the line of keys goes along to every screen
            self.screen_change_signal.subscribe(self, lambda _: self._show_keys_soon())
        else:
            self.screen_change_signal.unsubscribe(self)
        self._show_keys()
        self.tell(
            "Presenting: keys are shown, and stand-ins for names, IDs and secrets. V shows what is real, P ends it."
            if self.presenting
            else "Presenting has ended; what is real is shown again."
        )

    async def on_event(self, event: events.Event) -> None:
        """Show a key before anything else sees it."""
        # One that was forwarded to the screen may come up from there again.
        if self.presenting and isinstance(event, events.Key) and not event.is_forwarded:
            self._key_pressed(event)
        await super().on_event(event)  # type: ignore[misc]  # the app's: this is a part of one

    def _key_pressed(self, event: events.Key) -> None:
        assert isinstance(self, App), "the commands of everywhere are the app's"
        from textual.widgets import Input, TextArea

        key = TYPING
        if not (isinstance(self.focused, Input | TextArea) and event.is_printable):
            binding = self.screen.active_bindings.get(event.key)
            sign = key_sign(event.key) if len(event.key) > 1 or not event.is_printable else event.key
            key = (_in_words(sign), binding.binding.description if binding and binding.binding.show else "")
        if key != TYPING or self._keys[-1:] != (TYPING,):
            self._keys = (*self._keys, key)[-20:]
        self._pressed += 1
        number = self._pressed
        self._show_keys()
        self.set_timer(SHOWN_SECONDS, lambda: self._forget_keys(number))

    def _forget_keys(self, number: int) -> None:
        if number == self._pressed:
            self._keys = ()
            self._show_keys()

    def _show_keys_soon(self) -> None:
        assert isinstance(self, App), "the commands of everywhere are the app's"
        self.call_later(self._show_keys)

    def _show_keys(self) -> None:
        """Bring the line of keys up to date on every screen that is there."""
        from tui.widgets.keys_shown import KeysShown

        assert isinstance(self, App), "the commands of everywhere are the app's"
        for screen in self.screen_stack:
            for shown in screen.query(KeysShown):
                if not self.presenting or screen is not self.screen:
                    shown.remove()
        if not self.presenting:
            return
        line = next(iter(self.screen.query(KeysShown)), None)
        if line is None:
            line = KeysShown()
            self.screen.mount(line)
        line.show(self._keys, "stand-ins" if self.veiled else "real names")

    # -- pictures ------------------------------------------------------------------------------------------------

    async def do_screenshot(self) -> None:
        """Write a picture of the screen, or of one pane, to a file."""
        await self._capture("Save screenshot", "screen.svg", lambda picture, region: picture.svg("ocgate", region))

    async def do_screen_text(self) -> None:
        """Write the text of the screen, or of one pane, to a file."""
        await self._capture("Save text of the screen", "screen.txt", lambda picture, region: picture.text(region))

    async def _capture(self, title: str, first: str, draw: Callable[[Picture, Region | None], str]) -> None:
        from tui.panes.file_commands import ask_where, write_to
        from tui.widgets.dialogs import Choose
        from tui.widgets.picture import Picture

        assert isinstance(self, App), "the commands of everywhere are the app's"
        picture, panes = Picture(self), self._panes()
        choices = ((WHOLE, "The whole screen"), *((name, name) for name in panes))
        chosen = await self.push_screen_wait(Choose(title, choices)) if panes else WHOLE
        if chosen is None:
            return
        told = "As it was shown a moment ago" + (
            ", with stand-ins." if self.veiled else ": what is real in it stays so."
        )
        file = await ask_where(self, title, first, told, "Save")
        if file is None:
            return
        drawn = draw(picture, panes.get(chosen))
        if await write_to(self, file, lambda: file.write_text(drawn, encoding="utf-8")):
            self.tell(plain(f"Saved as {file}."))

    def _panes(self) -> dict[str, Region]:
        """Return the panes that can be seen, by what stands in their frames."""
        assert isinstance(self, App), "the commands of everywhere are the app's"
        found: dict[str, Region] = {}
        for panel in self.screen.query(".panel"):
            if panel.region.area and panel.is_on_screen:
                title = panel._border_title  # noqa: SLF001 - the public one is markup
                found[f"{len(found) + 1}  {plain(title or panel.id or 'Pane')}"] = panel.region
        return found


def _in_words(sign: str) -> str:
    return {"up": "\u2191", "down": "\u2193", "left": "\u2190", "right": "\u2192"}.get(sign, sign)
