"""The composition root: puts the frame together, opens the session, and routes messages between panes."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.notifications import SeverityLevel
from textual.widgets import ContentSwitcher

from tui import crash
from tui.commands import COMMAND_BY_NAME, COMMANDS, NO_KEY, bindings, key_sign
from tui.config.keys import check_keys
from tui.config.themes import Themes, choose_theme
from tui.driver import quick_driver
from tui.panes import messages
from tui.panes.app_commands import AppCommands
from tui.panes.clients import ClientsPane
from tui.panes.mode import ModePane
from tui.panes.modes import make_pane
from tui.panes.whereabouts import whereabouts_of
from tui.session.failures import is_expected
from tui.session.session import Phase, Session, utc_now
from tui.widgets.background import BackgroundFailed, start
from tui.widgets.key_bar import KeyBar
from tui.widgets.plain import plain
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tui.config.request import ConsoleRequest

MODES: tuple[tuple[str, str], ...] = (
    ("app.clients", "Clients"),
    ("app.access", "Access"),
    ("app.tokens", "Tokens"),
    ("app.traffic", "Traffic"),
    ("app.learn", "Learn"),
)
PANES = Path(__file__).parent / "panes"
"""Where each mode's style sheet is; it is read when the mode is first shown."""
START_SECONDS = 1.0
"""How long after connecting the console counts as started."""


class OcgateApp(AppCommands, App[int]):
    """The console."""

    SCOPE = "app"
    TITLE = "ocgate"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "panes/clients.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]
    ENABLE_COMMAND_PALETTE = False
    SUSPENDED_SCREEN_CLASS = "-suspended"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-high")]  # noqa: RUF012 - declared so by the base class
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - declared so by the base class

    def __init__(
        self,
        request: ConsoleRequest,
        *,
        clock: Callable[[], datetime] = utc_now,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(driver_class=quick_driver())
        self.request = request
        self.session = Session(request, clock=clock, timer=timer)
        self.crash_file: str | None = None
        self._frame_comes_next = False
        self._leaving = False
        self.themes = Themes(request.paths.themes)
        self._start_problems = (*request.problems, *self._set_up_theme())

    # -- the frame -----------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the frame with the first mode; the others are made when they are first shown."""
        yield TopBar(MODES)
        with ContentSwitcher(initial="clients", id="modes"):
            yield ClientsPane(self.session, id="clients")
        yield KeyBar(key_sign)

    async def on_mount(self) -> None:
        """Paint first, connect after."""
        own = self.request.settings.keys
        self.set_keymap({name: ",".join(keys) or NO_KEY for name, keys in own.items()})
        self.query_one(TopBar).mode = "app.clients"
        self._look_around()
        self.set_interval(1, self._look_around)
        usual = {command.name: command.keys for command in COMMANDS}
        wrong_keys = check_keys(own, usual, self.request.paths.settings_file, sign=key_sign) if own else ()
        self._start_problems = (*self._start_problems, *map(str, wrong_keys))
        self._frame_comes_next = True

    def _set_up_theme(self) -> tuple[str, ...]:
        """Choose the theme before anything is drawn; return which names were none."""
        chosen, missing = choose_theme(
            self.themes,
            option=self.request.theme,
            no_color=self.no_color,
            remembered=self.request.state.current.theme,
            configured=self.request.settings.theme,
        )
        self.register_theme(chosen.to_textual())
        if chosen.ansi:
            self.theme = chosen.name
            return missing
        # As Textual does when the theme is changed, less its second reading of every style sheet.
        self.set_reactive(App.theme, chosen.name)
        self.set_class(True, f"-theme-{chosen.name}", update=False)
        self.set_class(chosen.dark, "-dark-mode", update=False)
        self.set_class(not chosen.dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())
        return missing

    def learn_themes(self) -> Mapping[str, str]:
        """Read the themes that are not known yet, and return the title of each by its name."""
        for theme in self.themes.values():
            self.register_theme(theme.to_textual())
        return {name: theme.title for name, theme in self.themes.items()}

    def _tell_problems(self) -> None:
        """Tell what was wrong with the person's files, once there is something to see."""
        self.learn_themes()
        problems = (*self._start_problems, *map(str, self.themes.problems))
        if problems:
            self.notify("\n".join(plain(problem) for problem in problems), severity="warning", timeout=15)

    def _look_around(self) -> None:
        """Refresh the line on top."""
        for bar in self.query(TopBar):  # none is left while the console closes
            bar.whereabouts = whereabouts_of(self.session)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show one message at a time: a newer one is about what is on the screen now, and messages are data."""
        self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    # -- the session ---------------------------------------------------------------------------------------------

    def post_display_hook(self) -> None:
        """Connect as soon as the frame is on the terminal, before it is touched up."""
        if self._frame_comes_next:
            self._frame_comes_next = False
            self.call_next(self._begin)

    def _begin(self) -> None:
        self._tell_problems()
        self.on_connect_requested()

    async def _open_session(self) -> None:
        await self.session.open()
        await self._show_session()
        self.set_timer(START_SECONDS, _collect_garbage_again)
        if not await self.begin_learning() and self.session.phase is Phase.SIGN_IN_NEEDED:
            self.do_sign_in()

    async def _show_session(self) -> None:
        """Let every pane show the marketplace that is there now, or why there is none."""
        self._look_around()
        await self.learn_what_is_read()
        for pane in self.query(ModePane):
            await pane.session_changed()
        self.refresh_bindings()

    def do_sign_in(self) -> None:
        """Ask where to connect and as whom, then do it."""
        start(self, self._sign_in, group="sign-in")

    async def _sign_in(self) -> None:
        from tui.panes.sign_in import SignIn

        for pane in self.query(ModePane):
            if not await pane.may_leave():
                return

        def then(connected: bool | None) -> None:
            if connected or self.session.resume() or not self.session.ready:
                start(self, self._show_session, group="session")

        if not isinstance(self.screen, SignIn):
            self.push_screen(SignIn(self.session), then)

    def on_background_failed(self, message: BackgroundFailed) -> None:
        """Turn a failure into a message, or, when it is a fault of ours, into a crash report."""
        if is_expected(message.error):
            self.notify(
                plain(message.error, lines=True), title="That did not work", severity="error", timeout=8, markup=False
            )
        else:
            self._handle_exception(message.error)

    def on_descendant_focus(self) -> None:
        """Light the panel that holds the focus, and restyle nothing in it, as `:focus-within` would at each move."""
        for panel in (panels := self.query(".panel")):
            panel.set_class(panel.has_focus_within, "-focused", update=False)
        self.stylesheet.update_nodes(panels)

    # -- modes ---------------------------------------------------------------------------------------------------

    async def show_mode(self, name: str) -> ModePane:
        """Show a mode, making its pane the first time, and return the pane."""
        switcher = self.query_one("#modes", ContentSwitcher)
        if not switcher.query(f"#{name}"):
            self.stylesheet.read(PANES / f"{name}.tcss")
            self.stylesheet.parse()
            await switcher.add_content(make_pane(name, self.session), id=name)
        switcher.current = name
        self.query_one(TopBar).mode = f"app.{name}"
        pane = switcher.query_one(f"#{name}", ModePane)
        pane.take_focus()
        return pane

    async def do_clients(self) -> None:
        """Show Clients."""
        await self.show_mode("clients")

    async def do_access(self) -> None:
        """Show Access."""
        await self.show_mode("access")

    async def do_tokens(self) -> None:
        """Show Tokens."""
        await self.show_mode("tokens")

    async def do_traffic(self) -> None:
        """Show Traffic."""
        await self.show_mode("traffic")

    async def do_learn(self) -> None:
        """Show Learn."""
        await self.show_mode("learn")

    # -- what panes tell -----------------------------------------------------------------------------------------

    def on_connect_requested(self) -> None:
        """Connect, in the background."""
        start(self, self._open_session, group="session")

    async def on_test_requested(self, message: messages.TestRequested) -> None:
        """Try a grant with an API client."""
        from tui.panes.tokens import TokensPane

        pane = await self.show_mode("tokens")
        if isinstance(pane, TokensPane):
            await pane.choose_api_client(message.api_client_id)

    async def on_open_requested(self, message: messages.OpenRequested) -> None:
        """Show an API client."""
        pane = await self.show_mode("clients")
        if isinstance(pane, ClientsPane):
            await pane.open(message.api_client_id, message.tab)

    async def on_marketplace_changed(self, message: messages.MarketplaceChanged) -> None:
        """Let every pane that is there draw anew."""
        for pane in self.query(ModePane):
            await pane.marketplace_changed()

    async def on_time_changed(self) -> None:
        """Let everything follow the clock at once."""
        self._look_around()
        for pane in self.query(ModePane):
            await pane.time_changed()
        start(self, self._follow_clock, group="clock", exclusive=False)

    async def _follow_clock(self) -> None:
        await self.session.follow_clock()
        self._look_around()

    # -- commands that work everywhere ---------------------------------------------------------------------------

    def action_run_command(self, name: str) -> None:
        """Run a command by its name, as the footer and the palette do, wherever its host is."""
        from tui.palette import host_of

        host = host_of(self, name)
        if host is None:
            self.notify(f"{COMMAND_BY_NAME[name].title} does not work here.", markup=False)
        else:
            start(self, partial(host.action_run, name), group="command", exclusive=False)

    def do_palette(self) -> None:
        """Find any command by its name."""
        from tui.palette import CommandProvider, open_palette

        if len(self.screen_stack) > 1:
            return  # a question is open: answer it first
        open_palette(self, CommandProvider, "Find a command")

    def do_theme(self) -> None:
        """Choose the colours."""
        from tui.palette import choose_theme

        choose_theme(self, self.request.state.remember_theme)

    def do_help(self) -> None:
        """Show every key that works here."""
        from tui.palette import show_help

        show_help(self)

    def do_quit(self) -> None:
        """Leave, unless a pane has work that would be lost and the person stays."""
        self._leaving = True
        start(self, self._quit, group="quit")

    async def _quit(self) -> None:
        for pane in self.query(ModePane):
            if not await pane.may_leave():
                self._leaving = False
                return
        self.exit(0)

    async def on_event(self, event: events.Event) -> None:
        """On the way out take no more keys but those of a question: what they open would be gone while it is made."""
        if not (self._leaving and len(self.screen_stack) == 1 and isinstance(event, events.InputEvent)):
            await super().on_event(event)

    def action_help_quit(self) -> None:
        """Say what leaves: ctrl+c is a habit, and above the modes nothing does."""
        from tui.palette import keys_of

        keys = keys_of(self, COMMAND_BY_NAME["app.quit"]).split()
        told = f"{' or '.join(keys)} leaves." if keys else "The palette (^p) has Quit; the key map took its key."
        self.notify(told if len(self.screen_stack) == 1 else f"Close what is open here first. Then {told}")

    async def action_quit(self) -> None:
        """Leave as the command does."""
        self.do_quit()

    # -- the end -------------------------------------------------------------------------------------------------

    async def on_unmount(self) -> None:
        """Close the session."""
        await self.session.close()

    def _handle_exception(self, error: Exception) -> None:
        """Leave with a redacted report instead of a traceback with everybody's secrets in it."""
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            file = crash.write_report(error, self.request.paths.crashes, utc_now())
            self.crash_file = None if file is None else str(file)
        self._return_code = crash.EXIT_CODE
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Print nothing: `run` tells about a crash after the terminal is itself again."""


def _collect_garbage_again() -> None:
    """Undo what the command line did for a quick start, and never look through what the start has made."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def run(request: ConsoleRequest) -> int:
    """Run the console until the person leaves; return the exit code."""
    app = OcgateApp(request)
    result = app.run()
    gc.freeze()  # else the interpreter looks through everything for garbage once more before it ends
    if app.return_code == crash.EXIT_CODE:
        # The path stands on a line of its own, so that it can be copied from a narrow terminal.
        where = (
            f"A report without your data is in\n{app.crash_file}" if app.crash_file else "No report could be written."
        )
        print(f"ocgate stopped because of a fault of its own. {where}", file=sys.stderr)  # noqa: T201 - the terminal is free
        return crash.EXIT_CODE
    return result or 0
