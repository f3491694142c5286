"""The commands and their options. Everything else is imported by the one command that needs it.

Exit codes are an interface: 0 done; 1 a failed expectation, or no token; 2 wrong usage, or no terminal; 3 could not
connect or sign in; 70 a mistake of ours; 130 interrupted. `ocgate plan` says 2 when something would change, and 64 for
wrong usage; `ocgate run` says 2 of a scenario that could not be run to its end. `ocgate decode` says 1 for a damaged
token, of which it writes what is left; `ocgate verify` says 0 when all three verdicts passed, 1 when one failed, and 3
when the signature could not be checked. Standard output is data, standard error is for people.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.arguments import Options, make_parser
from tui.arguments.sandbox import extras_of
from tui.exits import Exit, UsageError
from tui.visible import visible

if TYPE_CHECKING:
    from tui.config.connection import Connection
    from tui.config.credentials import Account
    from tui.config.paths import Paths
    from tui.config.request import ConsoleRequest
    from tui.config.settings import Settings

__all__ = ["Exit", "UsageError", "console_request", "main"]

_SECRET_OPTIONS = ("--client-secret", "--secret", "--password", "--token", "--access-token", "--refresh-token")
_DECLARED = ("export", "plan", "apply")
"""The commands that sign in to a marketplace, and so take the options of where to connect."""
_LOOKING = ("token", "who", "can", "advice", "run", "traffic", "matrix", "ways")
"""The same, of those that change no API client."""
_PLAYING = "learn"
_CONNECTION_OPTIONS = ("profile", "url", "region", "environment", "client_id", "grant", "username", "scope")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (by default the process's) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except SystemExit as error:  # argparse leaves this way for --help, --version and wrong usage
        code = error.code if isinstance(error.code, int) else Exit.USAGE
        return _wrong_usage(arguments) if code == Exit.USAGE else code
    except UsageError as error:
        _say(str(error))
        return _wrong_usage(arguments)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - the last place: say it in a line, without values that may be secret
        _say(f"this is a mistake in ocgate: {type(error).__name__} at {_place(error)}. Please report it.")
        return Exit.BUG


def _wrong_usage(arguments: Sequence[str]) -> int:
    """Return the exit code of wrong usage, which must not be taken for a plan's answer."""
    commands = ("sandbox", "decode", "verify", "completion", "shot", _PLAYING, *_DECLARED, *_LOOKING)
    command = next((argument for argument in arguments if argument in commands), None)
    return Exit.PLAN_USAGE if command == "plan" else Exit.USAGE


def _run(arguments: list[str]) -> int:
    _refuse_secret_options(arguments)
    options = make_parser().parse_args(arguments, namespace=Options())
    if options.command in _DECLARED:
        return _declared(options)
    if options.command in _LOOKING:
        return _looking(options)
    if options.command == "verify":
        return _verify(options)
    if options.command == _PLAYING:
        return _learn(options)
    if options.command is not None:
        _refuse_console_options(options)
    if options.command == "decode":
        return _decode(options)
    if options.command == "completion":
        from tui.headless.completion import completion

        sys.stdout.write(completion(make_parser(), options.shell))
        return Exit.OK
    if options.command == "sandbox":
        return _sandbox(options)
    if options.command == "shot":
        return _shot(options)
    return _console(options)


def _learn(options: Options) -> int:
    """Play a tour in the console, or check it without one."""
    if options.check or not _has_terminal():
        _refuse_console_options(options)
        from tui.headless.tours import check_tours

        return check_tours(options.tour)
    if options.tour is not None:
        from tui.headless.tours import is_played

        if not is_played(options.tour):
            return Exit.USAGE
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
            "`ocgate decode` reads a token, `ocgate sandbox` serves the sandbox, `ocgate export`, `ocgate plan` and "
            "`ocgate apply` manage API clients as a file; `ocgate token`, `ocgate who`, `ocgate can`, `ocgate advice`, "
            "`ocgate matrix`, `ocgate ways`, `ocgate run` and `ocgate traffic` ask, judge and try."
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
        learn=options.command == _PLAYING,
        tour=options.tour if options.command == _PLAYING else None,
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
        extras=extras_of(options, paths.data / "snapshots"),
    )


def _decode(options: Options) -> int:
    from tui.headless.reading import Wanted, decode

    number, compare = options.number, options.compare
    return decode(Wanted(options.token, options.json, number, compare, options.endpoints), _say)


def _shot(options: Options) -> int:
    from tui.config.paths import find_paths

    themes = find_paths(os.environ).themes
    if options.shot_theme is not None:
        _check_theme(options.shot_theme, themes)
    from tui.headless.shot import Wanted, shot

    keys = tuple(options.keys)
    return shot(Wanted(keys, options.size, options.shot_theme, themes, options.api_client, options.output))


def _verify(options: Options) -> int:
    """Verify a token with the keys of a file or of a marketplace; nobody signs in to a real one for it."""
    from tui.headless.reading import Checks, Wanted, verify

    embedded = bool(options.sandbox or options.db or options.memory)
    said = embedded or any(getattr(options, name) for name in _CONNECTION_OPTIONS)
    request = console_request(options, os.environ) if said else None
    connection = None if request is None else request.connection
    url = "" if connection is None else connection.url
    if embedded:
        from tui.ordercloud.environments import EMBEDDED_HOST

        url = f"http://{EMBEDDED_HOST}"
    checks = Checks(options.key, url, options.leeway, sandbox=request if embedded else None)
    return verify(Wanted(options.token, options.json, options.number), checks, _say)


def _declared(options: Options) -> int:
    """Do one of the commands that sign in to a marketplace without the console."""
    if options.theme is not None:
        raise UsageError(f"--theme before {options.command}: that is an option of the console alone.")
    request = console_request(options, os.environ)
    from tui.headless import declared

    for problem in request.problems:
        _say(problem)
    if options.command == "export":
        return declared.export(request, options.api_clients_named, options.output)
    file = options.file
    if options.command == "plan":
        return declared.plan(request, file, delete=options.delete, as_json=options.json)
    consent = declared.Consent(yes=options.yes, confirm=options.confirm, partial=options.partial)
    return declared.apply(request, file, consent, delete=options.delete, as_json=options.json)


def _looking(options: Options) -> int:
    """Do one of the commands that ask, judge, try and report."""
    if options.theme is not None:
        raise UsageError(f"--theme before {options.command}: that is an option of the console alone.")
    if options.command == "traffic" and not options.names:
        from tui.headless.traffic import traffic

        return traffic(None, options.file, as_json=options.json)
    request = console_request(options, os.environ)
    for problem in request.problems:
        _say(problem)
    if options.command == "run":
        return _run_scenarios(options, request)
    if options.command in ("matrix", "ways"):
        return _matrix(options, request)
    from tui.headless import looking

    if options.command == "traffic":
        from tui.headless.traffic import traffic

        return traffic(request, options.file, as_json=options.json)
    wanted = options.api_client or ""
    if options.command == "who":
        return looking.who(request, wanted, as_json=options.json, every=options.every)
    if options.command == "can":
        return looking.can(request, options.user or "", wanted, options.token_grant, as_json=options.json)
    if options.command == "advice":
        return looking.advice(request, options.api_client, as_json=options.json)
    from tui.headless.token import Wanted, token

    files = (options.password_file, options.secret_file, options.refresh_file)
    asked = Wanted(options.token_grant, wanted, options.user, options.roles, options.visitor, *files)
    return token(request, asked, as_json=options.json)


def _matrix(options: Options, request: ConsoleRequest) -> int:
    from tui.headless.matrix import Wanted, matrix, ways

    if options.command == "matrix":
        return matrix(request, Wanted(options.parties, options.clients, options.matrix_format, options.output))
    user, client, role = options.ways_user, options.ways_client, options.ways_role
    return ways(request, user=user, client=client, role=role, as_json=options.json)


def _run_scenarios(options: Options, request: ConsoleRequest) -> int:
    from tui.headless import scenarios

    if bool(options.files) == (options.refusals is not None):
        raise UsageError("`ocgate run FILE...` runs scenarios, `ocgate run --refusals CLIENT` tries every refusal.")
    if options.here and options.refusals is None:
        raise UsageError("--here says where --refusals CLIENT is tried.")
    if options.refusals is not None:
        return scenarios.run_refusals(request, options.refusals, options.format, options.output, here=options.here)

    def of_profile(name: str) -> ConsoleRequest:
        options.profile = name
        return console_request(options, os.environ)

    there = request.connection is not None or options.sandbox or options.memory or options.db is not None
    return scenarios.run_files(request, options.files, options.format, options.output, there=there, find=of_profile)


def _has_terminal() -> bool:
    streams = (sys.stdin, sys.stdout)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"


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
