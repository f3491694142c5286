"""A tour being played: a step's words, what is sent, what comes back, and what there is to notice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.commands import CommandHost, bindings
from tui.panes.tour_text import came_of, differences_text, looked, notice_text, will_do
from tui.session.scenarios.by_hand import Filled, NotFilled, can_be_done, deed_of
from tui.session.scenarios.document import Tell
from tui.session.scenarios.touring import Done, Playing
from tui.widgets.background import start
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from tui.session.scenarios.document import Scenario

_BUSY = "One moment: the step is being done."


class TourView(CommandHost, VerticalScroll):
    """One tour, on a marketplace in memory that is made for it and ends with it."""

    SCOPE = "tour"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tour")]
    DEFAULT_CSS = """
    TourView { height: 1fr; width: 1fr; padding: 0 1; }
    TourView Static { height: auto; width: 1fr; margin-bottom: 1; }
    TourView #tour-text, TourView #tour-notice { max-width: 90; }
    """

    class Left(Message):
        """The person left the tour; `finished` says that every step was done."""

        def __init__(self, tour: Scenario, *, finished: bool) -> None:
            super().__init__()
            self.tour = tour
            self.finished = finished

    def __init__(self, tour: Scenario) -> None:
        super().__init__(classes="panel")
        self.tour = tour
        self.playing: Playing | None = None
        self._stack = AsyncExitStack()
        self._busy = True
        self._tried: Done | None = None

    def compose(self) -> ComposeResult:
        """Lay the parts out, one below the other."""
        for part in ("text", "deed", "notice", "looked"):
            yield Static(id=f"tour-{part}")

    def on_mount(self) -> None:
        """Make the marketplace."""
        self.border_title = literal(self.tour.name)
        self._part("text", Content.styled("Making a marketplace for the tour…", "$muted"))
        self._start(self._open)

    async def on_unmount(self) -> None:
        """Let the marketplace go."""
        await self._stack.aclose()

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Work on the marketplace, one thing at a time, and draw what came of it."""
        self._busy = True

        async def guarded() -> None:
            try:
                await work()
            finally:
                self._busy = False
            await self._draw()

        start(self, guarded, group="tour", exclusive=False)

    async def _open(self) -> None:
        from tui.session.scenarios.stage import made_for

        stage = await self._stack.enter_async_context(made_for(self.tour, {}))
        self.playing = Playing(self.tour, stage)

    # -- showing -------------------------------------------------------------------------------------------------

    def _part(self, name: str, text: Content) -> None:
        part = self.query_one(f"#tour-{name}", Static)
        part.update(text)
        part.display = bool(text.plain)

    async def _draw(self) -> None:
        playing = self.playing
        if playing is None:
            return
        step, done, tried = playing.step, playing.done, self._tried
        title = Content.styled(f"{playing.at + 1}  {step.name}", "bold $accent") if step.name else Content("")
        self._part("text", Content.assemble(title, "\n", literal(step.text or step.why)))
        if done is None:
            self._part("deed", will_do(step) if tried is None else came_of(step, tried))
            self._part("notice", Content("") if tried is None else _not_yet(tried))
            self._part("looked", Content(""))
        else:
            self._part("deed", came_of(step, done))
            parts = [each for each in (notice_text(step), differences_text(done)) if each.plain]
            self._part("notice", Content("\n").join(parts))
            self._part("looked", await looked(playing, max(30, self.content_size.width - 2)))
        self.scroll_home(animate=False)
        self.call_after_refresh(self._show_keys)

    def _show_keys(self) -> None:
        """Tell on the frame, which is always in sight, what the keys of this moment do."""
        playing = self.playing
        if playing is None:
            return
        told: list[tuple[str, str]]
        if not self._at_the_end:
            told = [("space", "reads on")]
        elif playing.done is None and not isinstance(playing.step.deed, Tell):
            told = [("space", "does it" if self._tried is None else "lets the tour do it")]
            if can_be_done(playing.step.deed):
                told.append(("e", "do it yourself" if self._tried is None else "try again yourself"))
        else:
            told = [("space", "next step" if not playing.is_last else "ends the tour")]
        keys = [Content.assemble((f" {key} ", "bold reverse $accent"), f" {what}") for key, what in told]
        at = Content(f"step {playing.at + 1} of {len(self.tour.steps)}")
        self.border_subtitle = Content("  ").join([*keys, at])
        self.refresh_bindings()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Who reads on gets to the end."""
        super().watch_scroll_y(old_value, new_value)
        self._show_keys()

    def on_resize(self) -> None:
        """There may be more to read now, or less."""
        self.call_after_refresh(self._show_keys)

    # -- commands ------------------------------------------------------------------------------------------------

    def why_not(self, command: str) -> str | None:
        """Say why a command cannot be done now."""
        playing = self.playing
        if command == "tour.leave":
            return None
        if playing is None or self._busy:
            return _BUSY
        if command == "tour.hand":
            if playing.done is not None:
                return "The step is done. b goes back."
            return None if can_be_done(playing.step.deed) else "There is nothing to fill in for this step."
        if command in ("tour.back", "tour.restart") and playing.at == 0 and playing.done is None:
            return "This is the beginning."
        return None

    @property
    def _at_the_end(self) -> bool:
        return self.scroll_offset.y >= self.max_scroll_y

    def do_go(self) -> None:
        """Show the rest of the step; do it; show the next one; each time one of these."""
        playing = self.playing
        if playing is None:
            return
        if not self._at_the_end:
            self.scroll_page_down(animate=False)
        elif playing.done is None and not isinstance(playing.step.deed, Tell):
            self._start(self._do)
        else:
            self.do_next()

    async def _do(self) -> None:
        assert self.playing is not None
        self._tried = None
        await self.playing.do()

    def do_next(self) -> None:
        """Do the step unless it is done, and show the next; after the last one, leave."""
        playing = self.playing
        if playing is None:
            return
        if playing.is_last and (playing.done is not None or isinstance(playing.step.deed, Tell)):
            self.post_message(self.Left(self.tour, finished=True))
        else:
            self._start(self._go_on)

    async def _go_on(self) -> None:
        assert self.playing is not None
        self._tried = None
        await self.playing.go_on()

    def do_back(self) -> None:
        """Go to the step before; the marketplace is as it was before that."""
        if self.playing is not None:
            self._go_to(max(0, self.playing.at - 1))

    def do_restart(self) -> None:
        """Begin again."""
        self._go_to(0)

    def _go_to(self, number: int) -> None:
        async def go() -> None:
            assert self.playing is not None
            self._tried = None
            await self.playing.go_to(number)

        self._start(go)

    def do_steps(self) -> None:
        """List the steps, and go to the one that is chosen."""
        from tui.widgets.dialogs import Choose

        playing = self.playing
        if playing is None:
            return
        names = [(str(number), f"{number + 1:>2}  {each.name}") for number, each in enumerate(self.tour.steps)]

        def then(chosen: str | None) -> None:
            if chosen is not None:
                self._go_to(int(chosen))

        self.app.push_screen(Choose("Steps", names, current=str(playing.at)), then)

    def do_hand(self) -> None:
        """Let the person do the step."""
        start(self, self._by_hand, group="hand")

    async def _by_hand(self) -> None:
        from tui.panes.tour_hand import HandForm

        playing = self.playing
        if playing is None:
            return
        step, fields = playing.step, await playing.hand_fields()

        def check(filled: Filled) -> str | None:
            try:
                deed_of(step.deed, filled, fields)
            except NotFilled as wrong:
                return str(wrong)
            return None

        filled = await self.app.push_screen_wait(HandForm(step.name, step.text, fields, check))
        if filled is None or playing.step is not step:
            return
        deed = deed_of(step.deed, filled, fields)

        async def work() -> None:
            done = await playing.do_by_hand(deed)
            self._tried = done if playing.done is None else None

        self._start(work)

    def do_leave(self) -> None:
        """Leave the tour."""
        self.post_message(self.Left(self.tour, finished=False))


def _not_yet(tried: Done) -> Content:
    """Say what a try by hand did not reach; what it changed is taken back by then."""
    return Content.assemble(differences_text(tried), ("\nNot yet what this step is about, and taken back.", "$muted"))
