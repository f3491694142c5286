"""The options of `ocgate sandbox`, and what they make of the server."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tui.exits import UsageError

if TYPE_CHECKING:
    from tui.arguments import Options
    from tui.sandbox.server import Extras

SIZES = (
    ("api-clients", "api_clients", "API clients (1000)"),
    ("buyers", "buyers", "buyers (1000)"),
    ("suppliers", "suppliers", "suppliers (100)"),
    ("users", "users", "users (2000)"),
    ("seed-number", "number", "another marketplace of the same size for another number (1)"),
)
"""How large the seed `large` is: the option, the member of `LargeSize` it sets, and what it counts."""


def add_sandbox(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command that serves the sandbox."""
    serve = commands.add_parser(
        "sandbox",
        help="serve the sandbox over HTTP",
        description="Serve the sandbox over HTTP. The first line on standard output is one JSON object: "
        "url, client_id, username, password, marketplace.",
        allow_abbrev=False,
    )
    serve.add_argument("--host", dest="sandbox_host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", dest="sandbox_port", default=0, type=_port, help="port; 0 takes a free one (0)")
    _add_control(serve)
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
    for name, _, what in SIZES:
        size.add_argument(f"--{name}", dest=name.replace("-", "_"), metavar="N", type=_count, help=what)


def _add_control(serve: argparse.ArgumentParser) -> None:
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
        "--open-idp",
        action="store_true",
        help="keep the built-in identity provider open, which asks for no password, where other machines reach it",
    )
    doors.add_argument(
        "--cors",
        metavar="ORIGIN",
        action="append",
        default=[],
        help="let web pages of this origin read answers; * for all, but not those of the control API (repeatable)",
    )


def extras_of(options: Options, snapshots: Path) -> Extras:
    """Read the server's further options. Raises UsageError when they make no sense together."""
    from tui.sandbox.guard import Doors, check_host, check_origin
    from tui.sandbox.server import Extras

    if options.deterministic is not None and not options.sandbox_memory:
        raise UsageError("--deterministic makes the same marketplace every time, so it needs --memory.")
    if options.snapshots is not None and not options.control:
        raise UsageError("--snapshots is the control API's folder, so it needs --control.")
    said = ((member, getattr(options, name.replace("-", "_"))) for name, member, _ in SIZES)
    sizes = {member: value for member, value in said if value is not None}
    if sizes and options.sandbox_seed != "large":
        raise UsageError(f"{', '.join(f'--{name}' for name, *_ in SIZES)} say how large --seed large is.")
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
        open_idp=options.open_idp,
    )


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 7 and int(text) <= 1_000_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1000000")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
