"""The commands and their options. Everything else is imported by the one command that needs it.

Exit codes are an interface: 0 done; 1 a failed expectation, or no token; 2 wrong usage, or no terminal; 3 could not
connect or sign in; 70 a mistake of ours; 130 interrupted. Standard output is data, standard error is for people.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tui import __version__

if TYPE_CHECKING:
    from datetime import datetime

    from tui.config.connection import Connection
    from tui.config.credentials import Account
    from tui.config.paths import Paths
    from tui.config.request import ConsoleRequest
    from tui.config.settings import Settings
    from tui.sandbox.server import Extras
    from tui.tokens.token import Token
    from tui.tokens.verify import Verdict

_MOST_INPUT = 1 << 20
_SECRET_OPTIONS = ("--client-secret", "--secret", "--password", "--token", "--access-token", "--refresh-token")
_CONNECTION_OPTIONS = ("profile", "url", "region", "environment", "client_id", "grant", "username", "scope")

_SIZES = (
    ("api-clients", "API clients (1000)"),
    ("buyers", "buyers (1000)"),
    ("suppliers", "suppliers (100)"),
    ("users", "users (2000)"),
    ("seed-number", "another marketplace of the same size for another number (1)"),
)
_SIZE_MEMBERS = (
    ("api_clients", "api_clients"),
    ("buyers", "buyers"),
    ("suppliers", "suppliers"),
    ("users", "users"),
    ("seed_number", "number"),
)

_DESCRIPTION = "A keyboard console for OrderCloud API Clients: who gets in, how, and for how long."
_EPILOG = """\
Without options and settings the console opens on the embedded sandbox, a marketplace in a box.

Secrets are never options. The console reads OCGATE_CLIENT_SECRET and OCGATE_PASSWORD, then the
system keyring, and asks for what is missing. OCGATE_URL, OCGATE_REGION, OCGATE_ENVIRONMENT,
OCGATE_CLIENT_ID, OCGATE_GRANT, OCGATE_USERNAME, OCGATE_SCOPE and OCGATE_PROFILE stand in for the
options of the same name; OCGATE_HOME is one folder for all of ocgate's files.
"""


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_CONNECTED = 3
    BUG = 70
    INTERRUPTED = 130


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
    api_clients: int | None
    buyers: int | None
    suppliers: int | None
    users: int | None
    seed_number: int | None
    token: str | None
    json: bool


class UsageError(Exception):
    """The command line asks for something that makes no sense; the message says what would."""


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
    connect = parser.add_argument_group("where to connect")
    connect.add_argument("--profile", metavar="NAME", help="a profile of the settings file")
    connect.add_argument("--url", help="the API's base URL")
    connect.add_argument("--region", help="us-west, us-east, australia-east, europe-west, japan-east")
    connect.add_argument("--environment", help="production, staging, sandbox (the hosted one)")
    connect.add_argument("--client-id", metavar="ID", help="the API client to sign in through")
    connect.add_argument("--grant", choices=("password", "client_credentials"), help="how to sign in")
    connect.add_argument("--username", metavar="NAME", help="who signs in, for the password grant")
    connect.add_argument("--scope", metavar="ROLES", help="the roles to ask for, separated by blanks; all by default")
    sandbox = parser.add_argument_group("the embedded sandbox")
    sandbox.add_argument("--sandbox", action="store_true", help="use it, whatever settings and variables say")
    data = sandbox.add_mutually_exclusive_group()
    data.add_argument("--db", metavar="FILE", type=Path, help="use it, with its data in this file")
    data.add_argument("--memory", action="store_true", help="use it, with data that ends with the sitting")
    console = parser.add_argument_group("the console")
    console.add_argument("--theme", metavar="NAME", help="a theme for this sitting")
    console.add_argument("--read-only", action="store_true", help="refuse every change")
    _add_commands(parser)
    return parser


def _add_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands, instead of the console")
    serve = commands.add_parser(
        "sandbox",
        help="serve the sandbox over HTTP",
        description="Serve the sandbox over HTTP. The first line on standard output is one JSON object: "
        "url, client_id, username, password, marketplace.",
        allow_abbrev=False,
    )
    serve.add_argument("--host", dest="sandbox_host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", dest="sandbox_port", default=0, type=_port, help="port; 0 takes a free one (0)")
    _add_server_options(serve)
    data = serve.add_mutually_exclusive_group()
    data.add_argument("--db", dest="sandbox_db", metavar="FILE", type=Path, help="keep the data in this file")
    data.add_argument("--memory", dest="sandbox_memory", action="store_true", help="keep the data in memory")
    serve.add_argument(
        "--seed",
        dest="sandbox_seed",
        choices=("demo", "empty", "large"),
        default="demo",
        help="what a new marketplace holds (demo)",
    )
    size = serve.add_argument_group("the seed large: how much a new marketplace holds")
    for name, what in _SIZES:
        size.add_argument(f"--{name}", dest=name.replace("-", "_"), metavar="N", type=_count, help=what)
    decode = commands.add_parser(
        "decode",
        help="read a token",
        description="Read a token: what it says and means. Nothing is sent anywhere; no signature is checked.",
        allow_abbrev=False,
    )
    decode.add_argument("token", nargs="?", metavar="TOKEN", help="the token; - or nothing reads standard input")
    decode.add_argument("--json", action="store_true", help="write one JSON object, for programs")


def _add_server_options(serve: argparse.ArgumentParser) -> None:
    control = serve.add_argument_group("control, for demos and tests")
    control.add_argument(
        "--control",
        action="store_true",
        help="open the control API below /sandbox: clock, faults, log, state. The first line also holds its address "
        "(control) and, on an address that other machines reach, its token (control_token)",
    )
    control.add_argument(
        "--snapshots", metavar="DIR", type=Path, help="folder for snapshots, which hold all secrets (beside the data)"
    )
    control.add_argument(
        "--deterministic",
        metavar="SEED",
        help="the same keys, IDs, times and so tokens every time; needs --memory, and a fixed --port for equal tokens",
    )
    doors = serve.add_argument_group("who may come in")
    doors.add_argument(
        "--allow-host", metavar="NAME", action="append", default=[], help="a further name it is reached by (repeatable)"
    )
    doors.add_argument(
        "--cors",
        metavar="ORIGIN",
        action="append",
        default=[],
        help="let web pages of this origin read answers; * for all, but not those of the control API (repeatable)",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (by default the process's) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except SystemExit as error:  # argparse leaves this way for --help, --version and wrong usage
        return error.code if isinstance(error.code, int) else Exit.USAGE
    except UsageError as error:
        _say(str(error))
        return Exit.USAGE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - the last place: say it in a line, without values that may be secret
        _say(f"this is a mistake in ocgate: {type(error).__name__} at {_place(error)}. Please report it.")
        return Exit.BUG


def _run(arguments: list[str]) -> int:
    _refuse_secret_options(arguments)
    options = make_parser().parse_args(arguments, namespace=Options())
    if options.command is not None:
        _refuse_console_options(options)
    if options.command == "decode":
        return _decode(options)
    if options.command == "sandbox":
        return _sandbox(options)
    return _console(options)


def _refuse_secret_options(arguments: Sequence[str]) -> None:
    """Answer an attempt to pass a secret before argparse does, which would print its value."""
    for argument in arguments:
        if argument == "--":
            return
        name = argument.partition("=")[0]
        if name in _SECRET_OPTIONS:
            raise UsageError(
                f"{name} is no option: other people on this machine could read it. Set OCGATE_PASSWORD or "
                "OCGATE_CLIENT_SECRET, keep it in the system keyring, or let the console ask."
            )


def _refuse_console_options(options: Options) -> None:
    """Options of the console before another command would do nothing; say so instead."""
    names = (*_CONNECTION_OPTIONS, "theme", "read_only", "sandbox", "db", "memory")
    given = [f"--{name.replace('_', '-')}" for name in names if getattr(options, name) not in (None, False)]
    if given:
        raise UsageError(f"{', '.join(given)} before {options.command}: that is an option of the console alone.")


def _console(options: Options) -> int:
    if not _has_terminal():
        raise UsageError(
            "the console needs a terminal on standard input and standard output. Without one, "
            "`ocgate decode` reads a token and `ocgate sandbox` serves the sandbox."
        )
    import gc

    # Hardly anything that is made while starting becomes garbage, and looking for it again and again takes a seventh
    # of the time. The console collects again once it has started.
    gc.disable()
    request = console_request(options, os.environ)
    from tui.app import run

    return run(request)


def console_request(options: Options, environ: Mapping[str, str]) -> ConsoleRequest:
    """Put together what the console is asked to do. Raises UsageError when the options contradict each other."""
    from tui.config.connection import ConnectionOptions, options_from_environment, resolve_connection
    from tui.config.credentials import ChainStore, EnvironmentStore, KeyringStore, MemoryStore
    from tui.config.paths import find_paths
    from tui.config.request import ConsoleRequest
    from tui.config.settings import load_settings
    from tui.config.state import StateFile

    said = {name: value for name in _CONNECTION_OPTIONS if isinstance(value := getattr(options, name), str) and value}
    wants_sandbox = options.sandbox or options.memory or options.db is not None
    if wants_sandbox and said:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in said)
        raise UsageError(f"--sandbox, --db and --memory mean the embedded sandbox; {names} mean another marketplace.")
    paths = find_paths(environ)
    settings, problems = load_settings(paths.settings_file)
    if options.theme is not None:
        _check_theme(options.theme, paths.themes)
    state = StateFile(paths.state_file)
    connection = None
    if not wants_sandbox:
        connection = resolve_connection(
            ConnectionOptions(**said), options_from_environment(environ), settings, read_only=options.read_only
        )
    keyring = KeyringStore()
    return ConsoleRequest(
        connection=connection,
        sandbox_db=None if options.memory else _sandbox_file(options.db, settings, paths),
        sandbox_memory=options.memory,
        settings=settings,
        state=state,
        credentials=ChainStore((EnvironmentStore(environ, _own_account(connection)), MemoryStore(), keyring)),
        keyring=keyring,
        paths=paths,
        theme=options.theme,
        read_only=options.read_only or settings.read_only,
        problems=tuple(str(problem) for problem in (*problems, *state.problems)),
    )


def _own_account(connection: Connection | None) -> Account | None:
    """Return the sign-in that the start named, which the secrets in the environment belong to."""
    from tui.config.credentials import Account

    if connection is None or not connection.url:
        return None
    return Account(connection.url, connection.client_id, connection.username)


def _sandbox_file(option: Path | None, settings: Settings, paths: Paths) -> Path:
    """Return the sandbox's database: the console and the server mean the same one."""
    return option or settings.sandbox_database or paths.sandbox_database


def _check_theme(name: str, user: Path) -> None:
    from tui.config.themes import theme_folders

    names = {file.stem for folder in theme_folders(user) for file in folder.glob("*.toml")}
    if name not in names:
        raise UsageError(f"there is no theme {name!r}. There are: {', '.join(sorted(names))}.")


def _sandbox(options: Options) -> int:
    from tui.config.paths import find_paths
    from tui.config.settings import load_settings
    from tui.sandbox.server import serve

    paths = find_paths()
    settings, problems = load_settings(paths.settings_file)
    for problem in problems:
        _say(str(problem))
    path = None if options.sandbox_memory else _sandbox_file(options.sandbox_db, settings, paths)
    return serve(
        host=options.sandbox_host,
        port=options.sandbox_port,
        path=path,
        seed=options.sandbox_seed,
        extras=_extras(options, paths.data / "snapshots"),
    )


def _extras(options: Options, snapshots: Path) -> Extras:
    """Read the server's further options. Raises UsageError when they make no sense together."""
    from tui.sandbox.guard import Doors, check_host, check_origin
    from tui.sandbox.server import Extras

    if options.deterministic is not None and not options.sandbox_memory:
        raise UsageError("--deterministic makes the same marketplace every time, so it needs --memory.")
    if options.snapshots is not None and not options.control:
        raise UsageError("--snapshots is the control API's folder, so it needs --control.")
    sizes = {name: value for dest, name in _SIZE_MEMBERS if (value := getattr(options, dest)) is not None}
    if sizes and options.sandbox_seed != "large":
        raise UsageError(f"{', '.join(f'--{name}' for name, _ in _SIZES)} say how large --seed large is.")
    size = None
    if sizes:
        from tui.sandbox.large import LargeSize

        size = LargeSize(**sizes)
    try:
        doors = Doors(
            tuple(check_host(each) for each in options.allow_host), tuple(check_origin(each) for each in options.cors)
        )
    except ValueError as error:
        raise UsageError(f"{error}.") from error
    return Extras(
        control=options.control,
        doors=doors,
        snapshots=options.snapshots or (snapshots if options.sandbox_db is None else None),
        size=size,
        deterministic=options.deterministic,
    )


def _decode(options: Options) -> int:
    from tui.tokens.decode import decode
    from tui.tokens.token import NotAToken

    if options.token is None and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("which token? Give it as an argument, or pipe it in: `ocgate decode < token.txt`.")
    text = _standard_input() if options.token in (None, "-") else options.token or ""
    try:
        token = decode(text)
    except NotAToken as error:
        _say(f"not a token: {error}")
        return Exit.FAILED
    sys.stdout.write(_as_json(token) if options.json else _as_text(token))
    sys.stdout.flush()
    return Exit.OK


def _as_json(token: Token) -> str:
    import json
    from datetime import UTC, datetime

    document = {
        "header": dict(token.header_json),
        "claims": dict(token.claims_json),
        "verdicts": {
            name: {"status": str(verdict.status), "why": verdict.why}
            for name, verdict in _verdicts(token, datetime.now(UTC)).items()
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _verdicts(token: Token, now: datetime) -> dict[str, Verdict]:
    """Return the three verdicts by name; without a marketplace there is no key to check the signature with."""
    from tui.tokens.verify import DECODED, check_claims, verify_signature

    return {"decoded": DECODED, "signature": verify_signature(token, None), "claims": check_claims(token, now)}


def _as_text(token: Token) -> str:
    from datetime import UTC, datetime

    from tui.tokens.explain import explain, explain_header

    now = datetime.now(UTC)
    header, claims = (
        [(visible(each.name), visible(each.value), visible(each.meaning)) for each in part]
        for part in (explain_header(token), explain(token, now))
    )
    verdicts = [(name, str(verdict.status), visible(verdict.why)) for name, verdict in _verdicts(token, now).items()]
    parts = (("Header", header), ("Claims", claims), ("Verdicts", verdicts))
    return "\n".join(f"{title}\n{_rows(rows)}" for title, rows in parts)


def _rows(rows: Sequence[tuple[str, str, str]]) -> str:
    """Lay out name, value and meaning in columns; a long value pushes its meaning to the right, nothing is cut."""
    names = min(max((len(name) for name, _, _ in rows), default=0), 20)
    values = min(max((len(value) for _, value, _ in rows), default=0), 40)
    return "".join(f"  {name:{names}}  {value:{values}}  {meaning}".rstrip() + "\n" for name, value, meaning in rows)


def visible(text: str) -> str:
    """Return text from outside so that a terminal only shows it: control and direction characters as their escapes."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _standard_input() -> str:
    """Read the token from standard input; more than a token can be is cut off, and then is no token."""
    if sys.stdin is None:
        return ""
    return sys.stdin.buffer.read(_MOST_INPUT).decode("utf-8", "replace")


def _has_terminal() -> bool:
    streams = (sys.stdin, sys.stdout)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 7 and int(text) <= 1_000_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1000000")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")


def _place(error: BaseException) -> str:
    """Return the innermost line of ocgate in a traceback, as file:line."""
    import traceback

    home = Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(home)] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "an unknown place"


def _say(message: str) -> None:
    """Tell the person, on standard error (there may be none, and nobody to read it)."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"ocgate: {visible(message)}\n")
