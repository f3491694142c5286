"""The one table of commands: name, keys, what each does, and where it works.

Bindings, footer, palette, help and the settings file's key map all derive from `COMMANDS`. A command's name is
`scope.verb`; the widget whose `SCOPE` is that scope carries it out in its method `do_verb` (`-` becomes `_`), and
says in `why_not` when it cannot be done now, and why.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

if TYPE_CHECKING:
    from textual.dom import DOMNode


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do.

    Attributes:
        name: `scope.verb`; also the name in the settings file's key map.
        title: The word in the footer and the palette.
        help: One sentence for the help screen.
        keys: Default keys, in Textual's names; may be empty (palette only).
        footer: Whether the footer shows it while it is available.
        first: Whether the footer shows it before the others of its scope: it can be done for a moment only.
        priority: Whether its keys work before the focused widget sees them (while typing, too).
    """

    name: str
    title: str
    help: str
    keys: tuple[str, ...] = ()
    footer: bool = False
    first: bool = False
    priority: bool = False

    @property
    def scope(self) -> str:
        """Where the command works: the `SCOPE` of the widget that carries it out."""
        return self.name.partition(".")[0]

    @property
    def method(self) -> str:
        """The name of the host's method that does it."""
        return "do_" + self.name.partition(".")[2].replace("-", "_")


SCOPES: Mapping[str, str] = {
    "app": "Everywhere",
    "clients": "Clients: the list",
    "detail": "Clients: one API client",
    "form": "Clients: editing",
    "assign": "Clients: assignments",
    "secrets": "Clients: secrets",
    "advice": "Clients: advice",
    "access": "Access",
    "tokens": "Tokens",
    "traffic": "Traffic",
    "learn": "Learn",
    "tour": "Learn: a tour",
}
"""Scopes in the order of the help screen, with their headings."""

COMMANDS: tuple[Command, ...] = (
    # -- Clients: the list ---------------------------------------------------------------------------------------
    Command(
        "clients.filter", "Filter", "Show only the API clients that contain the words typed.", ("slash",), footer=True
    ),
    Command("clients.saved-filter", "Saved filter", "Use a filter that was saved by name.", ("F",)),
    Command("clients.save-filter", "Save filter…", "Save the filter that is typed under a name."),
    Command("clients.forget-filter", "Forget filter…", "Forget a filter that was saved by name."),
    Command("clients.new", "New", "Create an API client, from a template or from nothing.", ("n",), footer=True),
    Command("clients.edit", "Edit", "Edit the API client under the cursor.", ("e",), footer=True),
    Command("clients.assign", "Assign", "Choose the buyers and suppliers of the API client.", ("a",), footer=True),
    Command("clients.company", "Assign a company", "Choose a company, and the API clients it is assigned to.", ("A",)),
    Command("clients.test", "Test", "Try a grant with this API client in Tokens.", ("t",), footer=True),
    Command("clients.activate", "Activate/deactivate", "In the list: let it sign people in, or stop it.", ("x",)),
    Command(
        "clients.duplicate", "Duplicate", "Copy the API client, with its assignments or not; never its secret.", ("d",)
    ),
    Command("clients.delete", "Delete", "In the list: delete the API client, after a question.", ("delete",)),
    Command("clients.secrets", "Secrets", "Show the client secrets of the API client.", ("s",)),
    Command("clients.sort", "Sort", "Choose the column to sort by; the same again turns the direction.", ("o",)),
    Command("clients.select-all", "Select all", "Select every API client that the filter finds.", ("ctrl+a",)),
    Command(
        "clients.many",
        "With selected…",
        "Change, tag, export or delete all the API clients selected, after a list of what would change.",
        ("M",),
        footer=True,
        first=True,
    ),
    Command("clients.columns", "Columns", "Choose the columns of the list and their order.", ("C",)),
    Command(
        "clients.undo", "Undo", "Take back the last change of this sitting; the journal takes back others.", ("u",)
    ),
    Command("clients.copy", "Copy as…", "Copy the API client: ID, curl, SDKs, .env, JSON; no secret unasked.", ("y",)),
    Command(
        "clients.refusals",
        "All refusals…",
        "Try every refusal of the API client on a copy in a sandbox; see if it agrees.",
    ),
    Command("clients.copy-id", "Copy ID", "Copy the API client's ID."),
    Command("clients.reload", "Reload", "Read the API clients from the marketplace again.", ("r",)),
    Command("clients.back", "Back", "Return to the list, or clear the filter.", ("escape",)),
    # -- Clients: one API client ---------------------------------------------------------------------------------
    Command("detail.next-tab", "Next tab", "Show the next tab of the detail.", ("right_square_bracket",), footer=True),
    Command("detail.previous-tab", "Previous tab", "Show the previous tab.", ("left_square_bracket",)),
    # -- Clients: editing ----------------------------------------------------------------------------------------
    Command("form.save", "Save", "Show the changed fields, then save them.", ("ctrl+s",), footer=True, priority=True),
    Command("form.pick", "Pick", "Pick what belongs in the field from what there is.", ("ctrl+o",), footer=True),
    Command("form.leave", "Leave", "Leave the form; asks when something would be lost.", ("escape",), footer=True),
    Command("form.revert", "Revert field", "Put the field's saved value back.", ("ctrl+z",), footer=True),
    # -- Clients: assignments ------------------------------------------------------------------------------------
    Command("assign.toggle", "Toggle", "Assign or unassign the company, or flip the flag.", ("enter",), footer=True),
    Command("assign.assign", "Assign", "Assign the companies selected (space), or this one.", ("a",), footer=True),
    Command("assign.unassign", "Unassign", "Unassign the companies selected (space), or this one.", ("U",)),
    Command("assign.select-all", "Select all", "Select every company that matches, or none any more.", ("ctrl+a",)),
    Command(
        "assign.exactly",
        "Exactly",
        "Assign exactly those of a pasted list or a CSV file.",
        ("equals_sign",),
        footer=True,
    ),
    Command("assign.only-assigned", "Assigned", "Show only what is assigned, or all again.", ("f",), footer=True),
    Command("assign.find", "Find", "Show only the companies that contain the words typed.", ("slash",), footer=True),
    Command("assign.copy", "Copy as…", "Copy the requests that assign and unassign the company.", ("y",)),
    # -- Clients: secrets ----------------------------------------------------------------------------------------
    Command("secrets.new", "New secret", "Create a named client secret.", ("n",), footer=True),
    Command(
        "secrets.rotate", "Rotate", "Put another secret in its place, step by step and with proof.", ("R",), footer=True
    ),
    Command(
        "secrets.reveal", "Reveal", "Show the value while the key is held, where it can be known.", ("v",), footer=True
    ),
    Command("secrets.copy", "Copy value", "Copy the value, where it can be known.", ("y",), footer=True),
    Command("secrets.delete", "Delete secret", "Delete the secret under the cursor.", ("delete",), footer=True),
    Command(
        "secrets.compromised",
        "Compromised",
        "Stop the API client, or put a fresh one in its place.",
        ("X",),
        footer=True,
    ),
    # -- Clients: advice -----------------------------------------------------------------------------------------
    Command("advice.mend", "Mend", "Show what mends the advice under the cursor, then do it.", ("m",), footer=True),
    Command("advice.read-on", "Read on", "Show the rest of what it says, then the beginning.", ("space",), footer=True),
    Command("advice.silence", "Silence", "Silence advice with a reason, or take that back.", ("z",), footer=True),
    # -- Access --------------------------------------------------------------------------------------------------
    Command("access.users", "Users", "Show the party's users: each grant, its check, roles.", ("enter",), footer=True),
    Command("access.back", "Back", "Go back to the matrix, or clear the filters.", ("escape",), footer=True),
    Command("access.filter-parties", "Filter", "Show only parties that contain the words.", ("slash",), footer=True),
    Command("access.filter-clients", "Filter clients", "Show only API clients that contain the words.", ("f",)),
    Command("access.group", "Group", "Show one line for each kind of party, or all.", ("b",), footer=True),
    Command("access.pivot", "Pivot", "Show one API client, one party, or the matrix.", ("v",), footer=True),
    Command("access.next", "Next", "In a list: show the next API client or party.", ("right_square_bracket", "right")),
    Command("access.previous", "Previous", "Show the one before.", ("left_square_bracket", "left")),
    Command("access.who-can", "Who can…", "Ask who can use an API client or obtain a role.", ("i",), footer=True),
    Command("access.open", "Open", "Open this API client in Clients.", ("o",), footer=True),
    Command("access.test", "Test", "Try a grant with this API client in Tokens.", ("t",), footer=True),
    Command("access.assign", "Assign", "Choose the API clients that the company is assigned to.", ("a",), footer=True),
    Command(
        "access.what-if", "What if", "Draft changes, see who gains and loses, then apply them.", ("w",), footer=True
    ),
    Command("access.self-check", "Self-check", "Hold the rules against real token calls.", ("s",), footer=True),
    Command("access.export", "Export…", "Write the matrix with its reasons: Markdown, HTML, CSV, JSON, SVG.", ("E",)),
    Command("access.reload", "Reload", "Read the marketplace again.", ("r",)),
    # -- Tokens --------------------------------------------------------------------------------------------------
    Command("tokens.run", "Run", "Ask for the token.", ("ctrl+r",), footer=True, priority=True),
    Command("tokens.refresh", "Refresh", "Use the refresh token of the answer shown.", ("f",), footer=True),
    Command("tokens.call-me", "Call /me", "Call /v1/me with the token shown.", ("m",), footer=True),
    Command("tokens.next-tab", "Next tab", "Show the next tab of the answer.", ("right_square_bracket",), footer=True),
    Command("tokens.previous-tab", "Previous tab", "Show the previous tab.", ("left_square_bracket",)),
    Command("tokens.copy", "Copy as…", "Copy the access token, or the request: curl, SDKs, JSON.", ("y",), footer=True),
    Command("tokens.record", "Record", "Make a scenario for `ocgate run` of the attempts of this sitting.", ("S",)),
    Command("tokens.mend", "Mend", "Mend the refusal shown, or go where that is done.", ("e",), footer=True),
    Command("tokens.again", "Again", "Make the attempt shown again.", ("a",), footer=True),
    Command("tokens.compare", "Compare", "Compare the attempt shown with an earlier one.", ("d",), footer=True),
    Command("tokens.note", "Note", "Write a note on the attempt; a finding is kept with it.", ("n",), footer=True),
    Command("tokens.stop", "Stop", "Stop the attempt under way, or waiting for a browser.", ("x",), footer=True),
    Command("tokens.roles", "Pick roles", "Pick the roles to ask for.", ("ctrl+o",), footer=True),
    Command("tokens.send-code", "Send code", "Have a one-time password mailed.", ("ctrl+g",), footer=True),
    Command("tokens.tidy", "Put right", "Put right what was pasted with blanks and such.", ("ctrl+t",), footer=True),
    Command("tokens.read", "Read a token…", "Read a token you have: pasted, from a file, or the one shown.", ("R",)),
    Command("tokens.back", "Back", "Go from the answer to the form, and from the form to the history.", ("escape",)),
    # -- Traffic -------------------------------------------------------------------------------------------------
    Command(
        "traffic.view", "Switch view", "Show API clients with their load, or single requests.", ("v",), footer=True
    ),
    Command(
        "traffic.filter",
        "Filter",
        "Show what matches words, status:4xx, client:NAME and more.",
        ("slash",),
        footer=True,
    ),
    Command("traffic.back", "Back", "Return to the list, from a filter or from a file.", ("escape",), footer=True),
    Command(
        "traffic.copy", "Copy as…", "Copy the exchange, redacted: as shown, curl, SDKs, JSON.", ("y",), footer=True
    ),
    Command("traffic.read-token", "Read token", "Read the access token of the exchange.", ("R",), footer=True),
    Command("traffic.follow", "Follow", "Keep the newest request in view, or stop doing so.", ("f",), footer=True),
    Command("traffic.open", "Open", "Read what is under the cursor, or the API client's requests.", ("enter",)),
    # -- Learn ---------------------------------------------------------------------------------------------------
    Command("learn.play", "Begin tour", "Play the tour under the cursor.", ("b",), footer=True),
    Command("learn.switch", "Tours/cards", "Go from the tours to the cards, or back.", ("v",), footer=True),
    Command("learn.read-on", "Read on", "Show the rest of the card, then the next one.", ("space",), footer=True),
    Command("learn.open", "Open the example", "Open the API client that shows the rule.", ("enter", "o"), footer=True),
    Command("learn.try", "Try it", "Try a grant with that API client in Tokens.", ("t",), footer=True),
    Command("learn.next", "Next card", "Show the next card.", ("right_square_bracket", "n"), footer=True),
    Command("learn.previous", "Previous card", "Show the card before.", ("left_square_bracket", "N")),
    # -- Learn: a tour -------------------------------------------------------------------------------------------
    Command("tour.go", "Go on", "Read on, do the step, then show the next one.", ("space", "enter")),
    Command("tour.hand", "By hand", "Do the step yourself; the tour looks at what comes.", ("e",)),
    Command("tour.back", "Back", "Take back to the step before.", ("b", "left_square_bracket"), footer=True),
    Command("tour.next", "Next", "Do the step if it is not done, and show the next.", ("n", "right_square_bracket")),
    Command("tour.steps", "Steps", "List the steps, and jump to one.", ("s",), footer=True),
    Command("tour.restart", "Restart", "Begin again, with a marketplace as in the beginning.", ("r",), footer=True),
    Command("tour.leave", "Leave", "Leave the tour.", ("escape",), footer=True),
    # -- Everywhere ----------------------------------------------------------------------------------------------
    Command("app.clients", "Clients", "List, edit and assign API clients.", ("1",)),
    Command("app.access", "Access", "Who gets in: parties and API clients.", ("2",)),
    Command("app.tokens", "Tokens", "Try a grant and read the token.", ("3",)),
    Command("app.traffic", "Traffic", "Every exchange, and every request that reaches a sandbox.", ("4",)),
    Command("app.learn", "Learn", "The rules, one by one.", ("5",)),
    Command("app.sign-in", "Sign in", "Connect to a marketplace, or sign in as somebody else.", ("p",), footer=True),
    Command("app.clock", "Clock", "Move, stop or speed up the embedded sandbox's time.", ("c",)),
    Command(
        "app.exhaust", "Run to exhaustion", "Play the whole life of the sign-in in Tokens, on the sandbox.", ("L",)
    ),
    Command("app.habit", "When signed out?", "Say when a user with a habit has to sign in again.", ("H",)),
    Command("app.watch", "Watch the end", "Call /me around the end of the token in Tokens, and tell.", ("W",)),
    Command("app.outbox", "Outbox", "Read the mail that the embedded sandbox would have sent."),
    Command("app.journal", "Journal", "Read every change made through ocgate, and take changes back.", ("Z",)),
    Command("app.drafts", "Draft", "Go on with what was typed into a form and never saved.", ("D",), footer=True),
    Command("app.plan", "Plan from a file…", "Show what a file of API clients would change, then choose and apply it."),
    Command("app.export", "Export…", "Write every API client to a file, without secrets: fit for git."),
    Command("app.traffic-file", "Open a traffic file…", "Show a HAR file or an access log in Traffic, by API client."),
    Command(
        "app.present", "Present", "Show keys as they are pressed, more air, and stand-ins for what is real.", ("P",)
    ),
    Command(
        "app.stand-ins", "Stand-ins", "Show stand-ins for names, IDs, e-mails and secrets, or what is real.", ("V",)
    ),
    Command("app.screenshot", "Save screenshot…", "Write a picture (SVG) of the screen or one pane, as it is shown."),
    Command("app.screen-text", "Save screen text…", "Write the text of the screen or of one pane, as it is shown."),
    Command("app.theme", "Theme", "Choose the colours.", ("T",)),
    Command("app.palette", "Commands", "Find any command by its name.", ("ctrl+p",), footer=True, priority=True),
    Command("app.help", "Help", "Every key that works here.", ("question_mark", "f1"), footer=True),
    Command("app.quit", "Quit", "Leave ocgate.", ("q", "ctrl+q")),
)

COMMAND_BY_NAME: Mapping[str, Command] = {command.name: command for command in COMMANDS}


def bindings(scope: str) -> list[Binding]:
    """Return the Textual bindings of one scope; the key map can rebind each by the command's name."""
    return [
        Binding(
            ",".join(command.keys),
            f"run('{command.name}')",
            command.title,
            show=command.footer,
            id=command.name,
            priority=command.priority,
        )
        for command in sorted(COMMANDS, key=lambda each: not each.first)
        if command.scope == scope and command.keys
    ]


NO_KEY = "no-key"
"""The key of a command from which the key map took every key: no terminal sends it, and it has no sign."""

_KEY_SIGNS = {
    NO_KEY: "",
    "question_mark": "?",
    "slash": "/",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "delete": "del",
    "space": "space",
    "enter": "enter",
}


def key_sign(key: str) -> str:
    """Return how a key is shown: `ctrl+p` as `^p`, `question_mark` as `?`."""
    if key.startswith("ctrl+"):
        return "^" + key_sign(key[5:])
    return _KEY_SIGNS.get(key, key)


class CommandHost:
    """A widget, screen or app that carries out the commands of the scope it names."""

    SCOPE: ClassVar[str]

    def why_not(self, command: str) -> str | None:
        """Return why a command of this scope cannot be done now, in a sentence; None when it can."""
        return None

    async def action_run(self, command: str) -> None:
        """Do a command of this scope, or say why it cannot be done now."""
        reason = self.why_not(command)
        if reason is not None:
            self.tell(reason)
            return
        result = getattr(self, COMMAND_BY_NAME[command].method)()
        if inspect.isawaitable(result):
            await result

    def tell(self, message: str) -> None:
        """Show a short message; text is data, never markup."""
        from textual.dom import DOMNode

        if isinstance(self, DOMNode):
            self.app.notify(message, markup=False, timeout=4)


def hosts(nodes: Iterable[DOMNode]) -> Iterator[CommandHost]:
    """Return the command hosts among some nodes of the screen."""
    return (node for node in nodes if isinstance(node, CommandHost))
