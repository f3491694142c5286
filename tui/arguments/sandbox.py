"""The options of `ocgate sandbox`."""

from __future__ import annotations

import argparse
from pathlib import Path

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


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 7 and int(text) <= 1_000_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1000000")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
