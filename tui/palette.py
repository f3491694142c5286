"""Every command by its name, the themes by theirs, and the help screen: three faces of the one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual.app import App
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.commands import COMMAND_BY_NAME, COMMANDS, SCOPES, Command, CommandHost, hosts, key_sign
from tui.widgets.dialogs import Choose, Note
from tui.widgets.fact_sheet import GAP, Fact
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from tui.app import OcgateApp


def visible_hosts(app: App[int]) -> dict[str, CommandHost]:
    """Return the hosts that are on the screen now, by scope; the app itself is one."""
    screen = app.screen_stack[0]
    found = {host.SCOPE: host for host in hosts(node for node in screen.walk_children() if _shown(node))}
    if isinstance(app, CommandHost):
        found["app"] = app
    return found


def _shown(node: object) -> bool:
    return bool(getattr(node, "is_on_screen", False)) or (
        bool(getattr(node, "display", False))
        and all(getattr(parent, "display", True) for parent in getattr(node, "ancestors", ()))
    )


def host_of(app: App[int], name: str) -> CommandHost | None:
    """Return who carries out a command now; None when nothing on the screen does."""
    return visible_hosts(app).get(COMMAND_BY_NAME[name].scope)


def keys_of(app: App[int], command: Command) -> str:
    """Return the keys of a command as they are bound now, the person's own key map included."""
    own = cast("OcgateApp", app).request.settings.keys.get(command.name)
    return " ".join(key_sign(key) for key in (command.keys if own is None else own))


class CommandProvider(Provider):
    """The commands for the palette: those that can be done now first, the others with the reason why not."""

    def _all(self) -> list[tuple[Command, str | None]]:
        app = cast("App[int]", self.app)
        here = visible_hosts(app)
        able: list[tuple[Command, str | None]] = []
        unable: list[tuple[Command, str | None]] = []
        for command in COMMANDS:
            host = here.get(command.scope)
            if host is None or command.name == "app.palette":
                continue
            reason = host.why_not(command.name)
            (able if reason is None else unable).append((command, reason))
        return able + unable

    def _shown(self, title: Content, command: Command, reason: str | None) -> Content:
        """Return a title with its help below; the palette's own help line would read it as markup."""
        keys = keys_of(cast("App[int]", self.app), command)
        told = command.help if reason is None else f"Not now: {plain(reason)}"
        return Content.assemble(title, f"  {keys}\n", literal(told, "$muted"))

    def _run(self, command: Command) -> Callable[[], None]:
        return lambda: cast("OcgateApp", self.app).action_run_command(command.name)

    async def discover(self) -> Hits:
        """List every command before anything is typed."""
        for command, reason in self._all():
            title = self._shown(Content.styled(command.title, "bold"), command, reason)
            yield DiscoveryHit(title, self._run(command), text=command.title)

    async def search(self, query: str) -> Hits:
        """List the commands whose title or help match."""
        matcher = self.matcher(query)
        for command, reason in self._all():
            score = matcher.match(command.title)
            if score > 0:
                shown = matcher.highlight(command.title)
            elif (score := matcher.match(command.help) / 2) > 0:
                shown = Content(command.title)
            else:
                continue
            yield Hit(score, self._shown(shown, command, reason), self._run(command), text=command.title)


def open_palette(app: App[int], provider: type[Provider], placeholder: str) -> None:
    """Open the palette, unless it is open."""
    if not isinstance(app.screen, CommandPalette):
        app.push_screen(CommandPalette(providers=[provider], placeholder=placeholder))


def choose_theme(app: App[int], remember: Callable[[str], None]) -> None:
    """Let the person choose the colours; each is tried on as the cursor passes it."""
    before = app.theme
    choices = tuple(cast("OcgateApp", app).learn_themes().items())

    def try_on(name: str) -> None:
        app.theme = name

    def then(name: str | None) -> None:
        app.theme = name or before
        if name:
            remember(name)

    app.push_screen(Choose("Theme", choices, current=before, preview=try_on), then)


def show_help(app: App[int]) -> None:
    """Show the keys of what is on the screen, then those of the rest."""
    here = visible_hosts(app)
    facts: list[Fact] = []
    for scope, heading in sorted(SCOPES.items(), key=lambda each: each[0] not in here or each[0] == "app"):
        commands = [command for command in COMMANDS if command.scope == scope]
        aside = "" if scope in here else " (not on the screen)"
        facts.append(Fact(heading + aside, heading=True))
        host = here.get(scope)
        for command in commands:
            reason = host.why_not(command.name) if host is not None else None
            told = Content(command.help)
            if reason is not None:
                told = Content.assemble(told, literal(f" Not now: {reason}", "$muted"))
            facts.append(Fact(f"{keys_of(app, command):>9}  {command.title}", told))
        facts.append(GAP)
    facts.append(Fact("Moving in lists", heading=True))
    facts.append(
        Fact("  arrows, j k  g G", Content("line, first and last; page up and down; enter opens, tab goes on"))
    )
    app.push_screen(Note("Keys and commands", facts, label_width=32))
