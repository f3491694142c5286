"""The lives of tokens on a screen of its own: to exhaustion, by habit, and watched. One tab each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from tui.panes.exhaustion_panel import ExhaustionPanel
from tui.panes.habit_panel import HabitPanel
from tui.panes.messages import LifeMoved
from tui.panes.watch_panel import WatchPanel
from tui.session.exhausting import durations_of
from tui.widgets.framed import Framed
from tui.widgets.tab_strip import TabStrip

if TYPE_CHECKING:
    from tui.sandbox.control import ControlledClock
    from tui.session.attempts import Result
    from tui.session.session import Session

TABS = (("exhaust", "Run to exhaustion"), ("habit", "When signed out?"), ("watch", "Watch"))


class LifeScreen(Framed[None]):
    """Three views of one sign-in; what runs in one goes on while another is looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", show=False),
        Binding("right_square_bracket,tab", "step(1)", "Next tab", show=False, priority=True),
        Binding("left_square_bracket,shift+tab", "step(-1)", "Previous tab", show=False, priority=True),
        Binding("ctrl+r", "run", "Run", show=False),
        Binding("c", "cancel", "Cancel", show=False),
        *(Binding(key, f"change('{key}')", "Change", show=False) for key in ("h", "w", "e")),
    ]
    DEFAULT_CSS = """
    LifeScreen > Vertical { width: 98%; max-width: 130; height: 96%; }
    LifeScreen TabStrip { margin-bottom: 1; }
    LifeScreen RowList { height: 1fr; }
    LifeScreen .told { height: auto; max-height: 5; margin-top: 1; }
    """

    def __init__(self, session: Session, clock: ControlledClock | None, result: Result | None, tab: str) -> None:
        super().__init__()
        self._session = session
        self._clock = clock
        self._result = result
        self._first_tab = tab

    def compose(self) -> ComposeResult:
        """Lay the tabs out."""
        result = self._result
        access, refresh = (None, None) if result is None else durations_of(result)
        with Vertical() as box:
            box.border_title = Content("Lives of tokens")
            yield TabStrip(TABS)
            yield ExhaustionPanel(self._session, self._clock, result, id="exhaust")
            yield HabitPanel(self._session.clock, access, refresh, id="habit")
            yield WatchPanel(self._session, result, id="watch")

    def on_mount(self) -> None:
        """Show the tab asked for."""
        self.query_one(TabStrip).active = self._first_tab
        self._show()
        self.set_interval(1, self._tick)

    @property
    def panel(self) -> ExhaustionPanel | HabitPanel | WatchPanel:
        """The panel that is shown."""
        active = self.query_one(TabStrip).active
        if active == "habit":
            return self.query_one(HabitPanel)
        return self.query_one(WatchPanel) if active == "watch" else self.query_one(ExhaustionPanel)

    def _show(self) -> None:
        for name, _ in TABS:
            self.query_one(f"#{name}").display = name == self.query_one(TabStrip).active
        self.panel.take_focus()
        self._tick()

    def _tick(self) -> None:
        self.panel.draw()

    def on_life_moved(self, message: LifeMoved) -> None:
        """Show which keys work now."""
        message.stop()
        self.query_one(Vertical).border_subtitle = Content(f"{self.panel.keys} · ] next tab · esc closes")

    @on(TabStrip.Chosen)
    def _chosen(self, message: TabStrip.Chosen) -> None:
        message.stop()
        self._show()

    def action_step(self, by: int) -> None:
        """Show another tab."""
        self.query_one(TabStrip).step(by)

    def action_run(self) -> None:
        """Run what the tab shows."""
        panel = self.panel
        if not isinstance(panel, HabitPanel):
            panel.run()
        self._tick()

    def action_cancel(self) -> None:
        """Cut short what runs in the tab."""
        panel = self.panel
        if not isinstance(panel, HabitPanel):
            panel.cancel()
        self._tick()

    def action_change(self, key: str) -> None:
        """Change the habit."""
        panel = self.panel
        if isinstance(panel, HabitPanel):
            panel.change(key)

    def action_leave(self) -> None:
        """Cut short what runs, whichever tab it is in; with nothing running, close."""
        running = [panel for panel in (*self.query(ExhaustionPanel), *self.query(WatchPanel)) if panel.active]
        for panel in running:
            panel.cancel()
        if running:
            self._tick()
        else:
            self.dismiss()
