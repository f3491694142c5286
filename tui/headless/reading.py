"""`ocgate decode` and `ocgate verify`: a token out of a text, read, and held against a key."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tui.exits import Exit, UsageError
from tui.headless.token_report import Report, as_json, as_text
from tui.tokens.find import Found, find
from tui.tokens.salvage import Reading, read, verdicts_of
from tui.tokens.token import NotAToken, Token
from tui.tokens.verify import NOT_CHECKED, Status, Verdict, Verdicts, verify_signature

if TYPE_CHECKING:
    from tui.config.request import ConsoleRequest
    from tui.ordercloud.models import PublicKey
    from tui.tokens.skew import Skew

Say = Callable[[str], None]
_MOST = 64 << 20
"""The largest file that is looked through, in bytes: a HAR file of a long sitting."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `number` counts the tokens of a text from 1."""

    token: str | None = field(repr=False)
    as_json: bool = False
    number: int = 1
    compare: str | None = field(default=None, repr=False)
    endpoints: bool = False


@dataclass(frozen=True, slots=True)
class Checks:
    """How a token is verified: with the keys of a file, of the marketplace at `url`, or of the embedded sandbox."""

    key: Path | None = None
    url: str = ""
    leeway: timedelta = timedelta(0)
    sandbox: ConsoleRequest | None = None


def decode(wanted: Wanted, say: Say) -> int:
    """Write what a token says. Nothing is sent anywhere."""
    reading = _reading(wanted, say)
    if reading is None:
        return Exit.FAILED
    now = datetime.now(UTC)
    return _write(_report(wanted, reading, verdicts_of(reading, now), now), wanted, now, say)


def verify(wanted: Wanted, checks: Checks, say: Say) -> int:
    """Write the three verdicts on a token. Exit code 1 when one failed, 3 when the signature could not be checked."""
    reading = _reading(wanted, say)
    if reading is None:
        return Exit.FAILED
    remarks: list[str] = []
    skew: Skew | None = None
    signature = NOT_CHECKED
    if reading.whole:
        signature, skew = _signature(reading.token, checks, remarks)
    now = datetime.now(UTC)
    verdicts = verdicts_of(reading, now, signature=signature, audience=checks.url or None, leeway=checks.leeway)
    if skew is not None:
        remarks.append(skew.told())
    remarks.append(f"Leeway: {checks.leeway.total_seconds():g} s.")
    report = replace(_report(wanted, reading, verdicts, now), remarks=tuple(remarks))
    code = _write(report, wanted, now, say)
    statuses = [verdict.status for verdict in report.by_name().values()]
    if Status.FAILED in statuses:
        return Exit.FAILED
    return code if Status.NOT_CHECKED not in statuses else Exit.NOT_CONNECTED


def _report(wanted: Wanted, reading: Reading, verdicts: Verdicts, now: datetime) -> Report:
    differences = None
    if wanted.compare is not None:
        from tui.tokens.compare import compare

        text = _text(wanted.compare)
        try:
            other = read(text, find(text)[0])
        except NotAToken as error:
            raise UsageError(f"there is no token to compare it with: {error}") from error
        differences = compare(reading.token, other.token, now)
    return Report(reading, verdicts, differences=differences, with_endpoints=wanted.endpoints)


def _write(report: Report, wanted: Wanted, now: datetime, say: Say) -> int:
    sys.stdout.write(as_json(report) if wanted.as_json else as_text(report, now))
    sys.stdout.flush()
    if report.reading.whole:
        return Exit.OK
    first = report.reading.problems[0]
    say(f"the token is damaged: {first.reason} (at character {first.position + 1}). What is left of it was written.")
    return Exit.FAILED


def _reading(wanted: Wanted, say: Say) -> Reading | None:
    """Read the token that is asked for; say why there is none."""
    text = _text(wanted.token)
    found = find(text)
    if wanted.number > len(found):
        raise UsageError(
            f"--number {wanted.number}: there {'is 1 token' if len(found) == 1 else f'are {len(found)} tokens'} in it."
        )
    if len(found) > 1:
        which = _told(found[wanted.number - 1], wanted.number)
        say(f"{len(found)} tokens are in it; this is {which}. --number reads another.")
    try:
        return read(text, found[wanted.number - 1])
    except NotAToken as error:
        say(f"not a token: {error}")
        return None


def _told(found: Found, number: int) -> str:
    where = f", in {found.place}" if found.place else ""
    return f"number {number}{where}{f', there {found.times} times' if found.times > 1 else ''}"


def _text(given: str | None) -> str:
    """Return what the argument stands for: a file's text, standard input's, or itself. Raises UsageError."""
    if given not in (None, "-"):
        file = _file(given or "")
        if file is None:
            return given or ""
        try:
            with file.open("rb") as stream:
                return _bounded(stream.read(_MOST + 1))
        except OSError as error:
            raise UsageError(f"{file}: {error.strerror or 'it cannot be read'}.") from error
    if given is None and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("which token? Give it or a file as an argument, or pipe it in: `ocgate decode < token.txt`.")
    return "" if sys.stdin is None else _bounded(sys.stdin.buffer.read(_MOST + 1))


def _file(given: str) -> Path | None:
    try:
        return Path(given) if Path(given).is_file() else None
    except (OSError, ValueError):  # too long for a path, as tokens are, or with characters no path has
        return None


def _bounded(content: bytes) -> str:
    if len(content) > _MOST:
        raise UsageError(f"that is more than {_MOST >> 20} MiB: cut out the part with the token.")
    return content.decode("utf-8", "replace")


# -- the signature ----------------------------------------------------------------------------------------------------


def _signature(token: Token, checks: Checks, remarks: list[str]) -> tuple[Verdict, Skew | None]:
    if checks.key is not None:
        return _with_file(token, checks.key, remarks), None
    if checks.sandbox is not None and token.header.kid is not None:
        return _with_sandbox(token, checks.sandbox, remarks), None
    url = checks.url or _own_place(token)
    if token.header.kid is None or not url:
        why = verify_signature(token, None)
        if token.header.kid is not None and why.status is Status.NOT_CHECKED:
            remarks.append(_NO_KEY)
        return why, None
    return _with_marketplace(token, url, remarks)


_NO_KEY = "No key: --key FILE gives one, --url, --profile or --sandbox the marketplace that has it."
_UNKNOWN = "The marketplace has no key of the ID (kid) the token names."


def _with_sandbox(token: Token, request: ConsoleRequest, remarks: list[str]) -> Verdict:
    from tui.headless.opening import opened_session, run
    from tui.ordercloud.errors import NotFound

    found: list[PublicKey] = []

    async def look() -> int:
        async with opened_session(request) as session:
            with contextlib.suppress(NotFound):
                found.append(await session.opened.tester.certs.get(token.header.kid or ""))
        return Exit.OK

    if run(look) != Exit.OK:
        return Verdict(Status.NOT_CHECKED, "The embedded sandbox could not be opened.")
    remarks.append("Key asked for at the embedded sandbox.")
    return verify_signature(token, found[0]) if found else Verdict(Status.NOT_CHECKED, _UNKNOWN)


def _with_file(token: Token, file: Path, remarks: list[str]) -> Verdict:
    from tui.tokens.keys import NotAKey, choose_key, read_keys

    try:
        text = file.read_bytes()[:_MOST].decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"--key {file}: {error.strerror or 'it cannot be read'}.") from error
    try:
        keys = read_keys(text)
    except NotAKey as error:
        raise UsageError(f"--key {file}: {error}") from error
    remarks.extend(keys.remarks)
    key, why = choose_key(token, keys.keys)
    return verify_signature(token, key) if key is not None else Verdict(Status.NOT_CHECKED, why)


def _own_place(token: Token) -> str:
    """Return the address a token names, when it is one of OrderCloud's own; a token can name any other."""
    from tui.ordercloud.environments import ENVIRONMENTS

    aud = (token.claims.aud or "").rstrip("/").lower()
    return aud if aud in {each.url.lower() for each in ENVIRONMENTS} else ""


def _with_marketplace(token: Token, url: str, remarks: list[str]) -> tuple[Verdict, Skew | None]:
    import asyncio

    from tui.ordercloud import Exchange, OrderCloud, errors
    from tui.tokens.skew import skew_of, together

    heard: list[Exchange] = []

    async def ask() -> Verdict:
        async with OrderCloud(url, on_exchange=heard.append) as client:
            try:
                return verify_signature(token, await client.certs.get(token.header.kid or ""))
            except errors.NotFound:
                return Verdict(Status.NOT_CHECKED, _UNKNOWN)
            except (errors.OrderCloudError, ValueError) as error:
                return Verdict(Status.NOT_CHECKED, f"The key could not be read from {url}: {error}")

    try:
        verdict = asyncio.run(ask())
    except ValueError as error:
        raise UsageError(f"--url {url}: {error}") from error
    remarks.append(f"Key asked for at {url}.")
    measured = (
        skew_of(each.response_header("date"), each.started_at, timedelta(milliseconds=each.total_ms)) for each in heard
    )
    return verdict, together(each for each in measured if each is not None)
