"""The options of the command line, and how they are read; what they do is the business of `cli`."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from tui import __version__
from tui.arguments.matrix import add_matrix
from tui.arguments.sandbox import add_sandbox

_DESCRIPTION = "A keyboard console for OrderCloud API Clients: who gets in, how, and for how long."
_EPILOG = """\
Without options and settings the console opens on the embedded sandbox, a marketplace in a box.

Secrets are never options. The console reads OCGATE_CLIENT_SECRET and OCGATE_PASSWORD, then the
system keyring, and asks for what is missing. OCGATE_URL, OCGATE_REGION, OCGATE_ENVIRONMENT,
OCGATE_CLIENT_ID, OCGATE_GRANT, OCGATE_USERNAME, OCGATE_SCOPE and OCGATE_PROFILE stand in for the
options of the same name; OCGATE_HOME is one folder for all of ocgate's files.
"""


class Options(argparse.Namespace):
    """The command line, parsed. Only the members of the chosen command mean something."""

    command: str | None
    profile: str | None
    url: str | None
    region: str | None
    environment: str | None
    client_id: str | None
    grant: str | None
    username: str | None
    scope: str | None
    theme: str | None
    read_only: bool
    sandbox: bool
    db: Path | None
    memory: bool
    sandbox_host: str
    sandbox_port: int
    sandbox_db: Path | None
    sandbox_memory: bool
    sandbox_seed: str
    control: bool
    snapshots: Path | None
    deterministic: str | None
    allow_host: list[str]
    cors: list[str]
    open_idp: bool
    api_clients: int | None
    buyers: int | None
    suppliers: int | None
    users: int | None
    seed_number: int | None
    token: str | None
    number: int
    compare: str | None
    endpoints: bool
    key: Path | None
    leeway: timedelta
    json: bool
    file: Path
    output: Path | None
    api_clients_named: list[str]
    delete: bool
    yes: bool
    confirm: str | None
    partial: bool
    api_client: str | None
    user: str | None
    token_grant: str
    roles: str | None
    visitor: str | None
    password_file: Path | None
    secret_file: Path | None
    refresh_file: Path | None
    every: bool
    files: list[Path]
    refusals: str | None
    here: bool
    format: str
    names: bool
    tour: Path | None
    check: bool
    shell: str
    keys: list[str]
    size: tuple[int, int]
    shot_theme: str | None
    parties: str
    clients: str
    matrix_format: str | None
    ways_user: str | None
    ways_client: str | None
    ways_role: str | None


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="ocgate",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ocgate {__version__}")
    _add_connection(parser)
    console = parser.add_argument_group("the console")
    console.add_argument("--theme", metavar="NAME", help="a theme for this sitting")
    _add_commands(parser)
    return parser


def _add_connection(parser: argparse.ArgumentParser, *, again: bool = False) -> None:
    """Add the options of where to connect; `again` to a command, where they may follow its name as well."""
    default = argparse.SUPPRESS if again else None
    connect = parser.add_argument_group("where to connect")
    connect.add_argument("--profile", default=default, metavar="NAME", help="a profile of the settings file")
    connect.add_argument("--url", default=default, help="the API's base URL")
    connect.add_argument("--region", default=default, help="us-west, us-east, australia-east, europe-west, japan-east")
    connect.add_argument("--environment", default=default, help="production, staging, sandbox (the hosted one)")
    connect.add_argument("--client-id", default=default, metavar="ID", help="the API client to sign in through")
    connect.add_argument("--grant", default=default, choices=("password", "client_credentials"), help="how to sign in")
    connect.add_argument("--username", default=default, metavar="NAME", help="who signs in, for the password grant")
    connect.add_argument(
        "--scope", default=default, metavar="ROLES", help="the roles to ask for, separated by blanks; all by default"
    )
    sandbox = parser.add_argument_group("the embedded sandbox")
    sandbox.add_argument(
        "--sandbox", default=default or False, action="store_true", help="use it, whatever settings and variables say"
    )
    data = sandbox.add_mutually_exclusive_group()
    data.add_argument("--db", default=default, metavar="FILE", type=Path, help="use it, with its data in this file")
    data.add_argument(
        "--memory", default=default or False, action="store_true", help="use it, with data that ends with the sitting"
    )
    connect.add_argument("--read-only", default=default or False, action="store_true", help="refuse every change")


def _add_declared(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands that write API clients to a file, and that make them as a file says."""
    export = commands.add_parser(
        "export",
        help="write API clients to a file",
        description="Write API clients with their assignments, what is known of their secrets (never a value), and "
        "what they refer to, as TOML that is the same for the same API clients.",
        allow_abbrev=False,
    )
    export.add_argument("api_clients_named", nargs="*", metavar="CLIENT", help="an ID or a name; without any, all")
    export.add_argument("-o", "--output", metavar="FILE", type=Path, help="write here, and not to standard output")
    plan = commands.add_parser(
        "plan",
        help="say what a file would change",
        description="Say what would change to make a marketplace's API clients as a file says, and why. Exit code 0: "
        "nothing; 2: something; 1: the file, or a part of it, cannot be applied; 3: not connected; 64: wrong usage.",
        allow_abbrev=False,
    )
    apply = commands.add_parser(
        "apply",
        help="do what a file says",
        description="Make a marketplace's API clients as a file says, after showing the plan and asking. Exit code 0 "
        "only when everything was done.",
        allow_abbrev=False,
    )
    for parser in (plan, apply):
        parser.add_argument("file", metavar="FILE", type=Path, help="what `ocgate export` writes; - is standard input")
        parser.add_argument("--delete", action="store_true", help="delete API clients that are not in the file, too")
        parser.add_argument("--json", action="store_true", help="write one JSON object, for programs")
    apply.add_argument("--yes", action="store_true", help="do not ask")
    apply.add_argument(
        "--confirm", metavar="NAME", help="in production --yes also needs the marketplace's name, said here"
    )
    apply.add_argument("--partial", action="store_true", help="do what can be done, although there are problems")
    for parser in (export, plan, apply):
        _add_connection(parser, again=True)


def _add_headless(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands that ask, judge, try and report."""

    def add(name: str, short: str, long: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=short, description=long, allow_abbrev=False)

    token = add(
        "token",
        "ask for a token",
        "Ask for a token through an API client, and write it on standard output; what was expected is told on standard "
        "error. OCGATE_TOKEN_PASSWORD, OCGATE_TOKEN_SECRET and OCGATE_TOKEN_REFRESH hold what is secret, or files do, "
        "or the keyring. Exit code 1: refused.",
    )
    grants = ("password", "client_credentials", "anonymous", "refresh")
    ways = (*grants, "impersonation", "openid_connect", "one_time_password")
    token.add_argument("token_grant", metavar="GRANT", choices=ways, help=", ".join(ways))
    token.add_argument("api_client", metavar="CLIENT", help="the API client, by ID or name")
    token.add_argument("user", nargs="?", metavar="USER", help="who signs in, or whom to act as")
    token.add_argument("--roles", metavar="ROLES", help="the roles to ask for, separated by blanks; all by default")
    token.add_argument("--visitor", metavar="ID", help="the anonuserid of an anonymous token")
    for what in ("password", "secret", "refresh"):
        token.add_argument(
            f"--{what}-file", metavar="FILE", type=Path, help="a file that holds it; - is standard input"
        )
    who = add(
        "who", "say who may use an API client", "Say which parties may use an API client, by which grants, and why."
    )
    who.add_argument("--all", dest="every", action="store_true", help="those who may not, too, with the reason")
    can = add(
        "can",
        "say whether a user gets a token",
        "Say whether a user gets a token, by the rules; nothing is tried. Exit code 0: yes; 1: no.",
    )
    can.add_argument("user", metavar="USER", help="the name the user signs in by")
    advice = add(
        "advice",
        "say what could be better",
        "Advise on one API client, or on all. Exit code 1: some advice is of an error.",
    )
    for parser, some in ((who, None), (can, None), (advice, "?")):
        parser.add_argument("api_client", nargs=some, metavar="CLIENT", help="the API client, by ID or name")
    can.add_argument("token_grant", nargs="?", metavar="GRANT", choices=grants, default="password", help="password")
    run = add(
        "run",
        "run scenarios",
        "Run scenarios, each in a sandbox made of its facts, or in the marketplace that is named; its facts are only "
        "checked there. Exit code 1: something came otherwise than expected; 2: a scenario could not be run.",
    )
    run.add_argument("files", nargs="*", metavar="FILE", type=Path, help="scenarios, as TOML")
    run.add_argument("--refusals", metavar="CLIENT", help="try every refusal of an API client, on a copy in a sandbox")
    run.add_argument(
        "--here",
        action="store_true",
        help="with --refusals: no copy, and only what changes nothing and locks nobody out",
    )
    run.add_argument("--format", choices=("text", "json", "junit", "markdown", "html"), default="text", help="(text)")
    run.add_argument("-o", "--output", metavar="FILE", type=Path, help="write here, and not to standard output")
    traffic = add(
        "traffic",
        "group recorded requests by API client",
        "Group the requests of a HAR file, or of an access log of one JSON object a line, by the API client of their "
        "bearer tokens: how many, refused, how long they took. Exit code 2: the file is neither.",
    )
    traffic.add_argument("file", metavar="FILE", type=Path, help="the file; - is standard input")
    traffic.add_argument("--names", action="store_true", help="connect, and call the API clients by their names")
    for parser in (token, who, can, advice, traffic):
        parser.add_argument("--json", action="store_true", help="write one JSON object, for programs")
    for parser in (token, who, can, advice, run, traffic):
        _add_connection(parser, again=True)
    learn = add(
        "learn",
        "play a tour",
        "Open the console in Learn, with the tour of a file, or with Learn's own. With --check, or without a terminal, "
        "play it to its end and say what came otherwise than it tells. Exit code 1: something did; 2: not playable.",
    )
    learn.add_argument("tour", nargs="?", metavar="FILE", type=Path, help="a tour, as TOML; without one, Learn's own")
    learn.add_argument("--check", action="store_true", help="no console: play every step and check what is told")
    completion = add(
        "completion", "write completion for a shell", "Write what completes ocgate's command line in a shell."
    )
    shot = add(
        "shot",
        "draw the console",
        "Draw the console on a fresh demo marketplace whose clock stands still, after some keys: the same picture "
        "every time. Keys are written as in the footer (e, ^s, esc, tab, [); a longer word that is no key is typed.",
    )
    shot.add_argument("keys", nargs="*", metavar="KEY", help="what is pressed or typed, one after the other")
    shot.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help="write here, as text unless it ends in .svg; standard output is SVG, or text on a terminal",
    )
    shot.add_argument("--size", type=_size, default=(110, 30), metavar="COLUMNSxLINES", help="of the screen (110x30)")
    shot.add_argument("--theme", dest="shot_theme", metavar="NAME", help="the colours (harbor)")
    shot.add_argument("--client", dest="api_client", metavar="CLIENT", help="put the cursor on this API client first")
    completion.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")


def _add_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands, instead of the console")
    add_sandbox(commands)
    _add_declared(commands)
    _add_headless(commands)
    for each in add_matrix(commands):
        _add_connection(each, again=True)
    _add_reading(commands)


def _add_reading(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands that read a token."""
    decode = commands.add_parser(
        "decode",
        help="read a token",
        description="Read a token: what it says and means, and, of a damaged one, what is left and what is wrong. It "
        "may stand in a file or a text of any kind: a HAR, a curl command, JSON. Nothing is sent anywhere; no "
        "signature is checked. Exit code 1: no token, or a damaged one.",
        allow_abbrev=False,
    )
    decode.add_argument("--compare", metavar="TOKEN", help="tell by meaning how it differs from this one (or a file)")
    decode.add_argument("--endpoints", action="store_true", help="tell which endpoints it may call, and why not")
    verify = commands.add_parser(
        "verify",
        help="check a token's signature and claims",
        description="Give three verdicts on a token: decoded, signature, claims. The key comes from a file, or from "
        "the marketplace that --url or --profile names, or, of OrderCloud's own addresses, the one the token names; "
        "the token is not sent. Exit code 0: all three passed; 1: one failed; 3: the signature could not be checked.",
        allow_abbrev=False,
    )
    verify.add_argument("--key", metavar="FILE", type=Path, help="a JWK, a JWKS or PEM")
    verify.add_argument(
        "--leeway",
        metavar="SECONDS",
        type=_leeway,
        default=timedelta(0),
        help="how much the clocks may differ for exp and nbf (0)",
    )
    for parser in (decode, verify):
        parser.add_argument(
            "token", nargs="?", metavar="TOKEN", help="the token, or a file with it; - or nothing reads standard input"
        )
        parser.add_argument("--number", metavar="N", type=_number, default=1, help="which of several tokens (1)")
        parser.add_argument("--json", action="store_true", help="write one JSON object, for programs")
    _add_connection(verify, again=True)


def _leeway(text: str) -> timedelta:
    if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= 3600:
        return timedelta(seconds=int(text))
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 3600")


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 7 and int(text) >= 1:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")


def _size(text: str) -> tuple[int, int]:
    columns, _, lines = text.partition("x")
    numbers = [int(each) for each in (columns, lines) if each.isascii() and each.isdigit() and len(each) <= 3]
    if len(numbers) == 2 and numbers[0] >= 40 and numbers[1] >= 10:
        return numbers[0], numbers[1]
    raise argparse.ArgumentTypeError(f"{text!r} is no size, as 80x24 is; the least is 40x10")
