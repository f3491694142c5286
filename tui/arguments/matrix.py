"""The options of `ocgate matrix` and `ocgate ways`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

FORMATS = ("text", "markdown", "html", "csv", "json", "svg")


def add_matrix(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> Iterator[argparse.ArgumentParser]:
    """Add the commands that say who gets in, and by which ways; give the parser of each."""
    matrix = commands.add_parser(
        "matrix",
        help="say who gets in",
        description="Write which party may use which API client, each with the reason. The end of the file's name says "
        "in which form: .txt .md .html .csv .json .svg.",
        allow_abbrev=False,
    )
    matrix.add_argument(
        "--parties", metavar="WORDS", default="", help="only those whose name, ID or kind has the words"
    )
    matrix.add_argument("--api-clients", dest="clients", metavar="WORDS", default="", help="the same for API clients")
    matrix.add_argument("--format", dest="matrix_format", choices=FORMATS, help="(by the file's name; else text)")
    matrix.add_argument("-o", "--output", metavar="FILE", type=Path, help="write here, and not to standard output")
    yield matrix
    ways = commands.add_parser(
        "ways",
        help="say who can use or obtain something",
        description="Give the complete list of ways to a token: of a user, through an API client, or to a role; or why "
        "there is none. By the rules; nothing is tried. Exit code 0: there is a way; 1: there is none.",
        allow_abbrev=False,
    )
    asked = ways.add_mutually_exclusive_group(required=True)
    asked.add_argument("--user", dest="ways_user", metavar="NAME", help="where this user gets in")
    asked.add_argument("--through", dest="ways_client", metavar="CLIENT", help="who can use this API client")
    asked.add_argument("--role", dest="ways_role", metavar="ROLE", help="who can ever obtain this role, and how")
    ways.add_argument("--json", action="store_true", help="write one JSON object, for programs")
    yield ways
