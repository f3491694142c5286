"""Scenarios as TOML files: read with the place of every problem, and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from tui.config.problems import ConfigProblem
from tui.config.toml_reader import Table, describe, parse_toml
from tui.session.scenarios.document import (
    NO_TOKEN,
    UNKNOWN_TOKEN,
    Advance,
    Ask,
    Call,
    Deed,
    Expect,
    Grant,
    PasswordKind,
    Revoke,
    Scenario,
    SecretKind,
    Step,
    Tell,
)
from tui.session.scenarios.facts_toml import facts_values, read_facts
from tui.session.scenarios.tour_toml import (
    Earlier,
    call_values,
    check_step,
    expected_of_tours_values,
    read_call,
    read_claims,
    read_expected_of_tours,
    read_words,
    whole_number,
    words_values,
)
from tui.tokens.durations import format_minutes, parse_minutes

FORMAT: Final = 1
MOST_BYTES: Final = 4 << 20

_HEADER = """\
# A scenario for `ocgate run`: what is tried, and what is expected of it. Passwords and secrets are never in here.

"""
_SECRETS = ("ClientSecret", "RefreshToken", "AccessToken", "Token")
_NOT_HERE = "a secret has no place in a scenario; PasswordFrom and SecretFrom name a variable that holds it"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_SECONDS = re.compile(r"(?P<rest>.*?)\s*\b(?P<seconds>\d{1,9})\s*s(?:ec(?:onds?)?)?$")
_DEEDS = ("Grant", "Call", "Advance", "Revoke")

E = TypeVar("E", bound=StrEnum)


class NotAScenario(Exception):
    """A file is no scenario; `problems` says everything that is wrong, each with its place."""

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


# -- reading ----------------------------------------------------------------------------------------------------------


def read_scenario(file: Path) -> Scenario:
    """Read a file. Raises NotAScenario, also when it is not there."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotAScenario([ConfigProblem(file, f"could not be read: {error.strerror or error}")]) from None
    return from_toml(content, file)


def from_toml(content: bytes, source: Path) -> Scenario:
    """Read the text of a file. Raises NotAScenario."""
    problems: list[ConfigProblem] = []
    if len(content) > MOST_BYTES:
        raise NotAScenario([ConfigProblem(source, "is too large for a scenario")])
    table = parse_toml(content, source, problems)
    scenario = None if table is None else _scenario(table, source)
    if scenario is None or problems:
        raise NotAScenario(problems)
    return scenario


def _scenario(table: Table, source: Path) -> Scenario:
    version = table.value("Format")
    if version != FORMAT or isinstance(version, bool):
        said = "is missing" if version is None else f"must be {FORMAT}, not {describe(version)}"
        table.report("Format", f"{said}; this version of ocgate reads format {FORMAT}: write Format = {FORMAT}")
    facts = table.table("Facts")
    demo, world = (False, None) if facts is None else read_facts(facts)
    profile = table.text("Profile") or ""
    if facts is not None and profile:
        table.report("Profile", "a scenario brings facts, or names a profile to run with; take one out")
    tables = table.tables("Steps")
    if not tables and not table.problems:
        table.report("Steps", "is missing; a scenario has steps, each written [[Steps]]")
    steps: list[Step] = []
    for number, each in enumerate(tables, 1):
        step = _step(each, number, Earlier.of(steps))
        if step is None:
            continue
        if any(step.name == other.name for other in steps):
            each.report("Name", f'another step is named "{step.name}", too; names tell steps apart')
        _check_names(each, step, world)
        steps.append(step)
    scenario = Scenario(
        table.text("Name") or source.stem,
        tuple(steps),
        table.text("About") or "",
        profile,
        demo,
        world,
        _moment(table, "Now"),
    )
    if scenario.now is not None and not scenario.is_planted:
        table.report("Now", "only a scenario with facts of its own can say what time it is")
    if scenario.changes and not scenario.is_planted:
        table.report("", 'only a scenario with facts of its own can change something: write [Facts] with Seed = "demo"')
    table.done()
    return scenario


def _moment(table: Table, entry: str) -> datetime | None:
    value = table.value(entry)
    if value is None:
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    table.report(entry, f"must be a time with its offset, as 2026-11-23T09:00:00Z, not {describe(value)}")
    return None


def _step(table: Table, number: int, earlier: Earlier) -> Step | None:
    for name in _SECRETS:
        if table.value(name) is not None:
            table.refuse(name, _NOT_HERE)
    deeds = [name for name in _DEEDS if name in table.names()]
    expected = table.table("Expect")
    words = read_words(table, earlier)
    if len(deeds) > 1 or not (deeds or words.text):
        table.report("", f"a step has one of {', '.join(_DEEDS)}; this has {' and '.join(deeds) or 'none'}")
        return None
    read: Mapping[str, Callable[[Table, Earlier], Deed | None]] = {
        "Grant": _ask,
        "Call": read_call,
        "Advance": _advance,
        "Revoke": _revoke,
    }
    before = len(table.problems)
    deed = read[deeds[0]](table, earlier) if deeds else Tell()
    expect = Expect() if expected is None else _expect(expected)
    step = table.text("Name") or f"step {number}"
    why = table.text("Why") or ""
    table.done()
    if deed is None or len(table.problems) > before:
        return None
    return Step(step, deed, expect, why, 0, words.text, words.notice, words.look)


def _ask(table: Table, earlier: Earlier) -> Ask | None:
    grant = table.text("Grant", choices=[each.value for each in Grant])
    api_client = table.text("ApiClient", "the name or ID of an API client")
    if api_client is None and not table.problems:
        table.report("", "ApiClient is missing: the name or ID of the API client that is asked")
    user = table.text("User") or ""
    if grant and Grant(grant).names_user and not user:
        table.report("", "User is missing: who signs in, or who is acted as")
    caller = (table.text("With") or "") if grant == Grant.IMPERSONATION else ""
    if caller:
        check_step(table, "With", caller, {*earlier.asked})
    refreshing = table.text("Refreshing") or ""
    if grant == Grant.REFRESH:
        check_step(table, "Refreshing", refreshing, {*earlier.asked, UNKNOWN_TOKEN, NO_TOKEN})
    secret_of = table.text("SecretOf") or ""
    if secret_of:
        check_step(table, "SecretOf", secret_of, earlier.called)
    ask = Ask(
        Grant(grant) if grant else Grant.PASSWORD,
        api_client or "",
        user,
        _kind(table, "Password", PasswordKind),
        _variable(table, "PasswordFrom"),
        _kind(table, "Secret", SecretKind),
        _variable(table, "SecretFrom"),
        table.texts_or_text("Scope", "a list of roles") or (),
        refreshing,
        table.text("Visitor") or "",
        caller,
        secret_of,
    )
    return ask if grant and api_client else None


def _kind(table: Table, entry: str, kind: type[E]) -> E:
    """Read which password or secret is sent. What is no such word may be a secret, and is not repeated."""
    value = table.value(entry)
    if value is None:
        return next(iter(kind))
    known = [each.value for each in kind]
    if isinstance(value, str) and value in known:
        return kind(value)
    table.report(entry, f"must be one of {', '.join(known)}; {_NOT_HERE}")
    return next(iter(kind))


def _variable(table: Table, entry: str) -> str:
    value = table.value(entry)
    if value is None or (isinstance(value, str) and _VARIABLE.fullmatch(value)):
        return value or ""
    table.report(entry, "must be the name of an environment variable: letters, digits and _")
    return ""


def _advance(table: Table, earlier: Earlier) -> Advance | None:
    text = table.text("Advance", "a duration: 10h, 9h 59m 59s, 30d") or ""
    by = parse_duration(text)
    if by is None or by <= timedelta(0):
        table.report("Advance", "must be a duration: 10h, 9h 59m 59s, 30d")
        return None
    return Advance(by)


def parse_duration(text: str) -> timedelta | None:
    """Read a duration to the second; None when it is none."""
    found = _SECONDS.fullmatch(text.strip())
    rest, seconds = (found["rest"], int(found["seconds"])) if found else (text, 0)
    try:
        minutes = parse_minutes(rest) if rest.strip() or not found else 0
        return timedelta(minutes=minutes, seconds=seconds)
    except (ValueError, OverflowError):
        return None


def format_duration(by: timedelta) -> str:
    """Write a duration so that it is read again."""
    minutes, seconds = divmod(int(by.total_seconds()), 60)
    parts = ([format_minutes(minutes)] if minutes else []) + ([f"{seconds}s"] if seconds else [])
    return " ".join(parts) or "0s"


def _revoke(table: Table, earlier: Earlier) -> Revoke | None:
    user = table.text("Revoke", "the name of a user")
    return None if user is None else Revoke(user)


def _expect(table: Table) -> Expect:
    claims = table.table("Claims")
    expect = Expect(
        table.flag("Allowed"),
        table.texts_or_text("Roles", "a list of roles"),
        whole_number(table, "AccessMinutes"),
        whole_number(table, "RefreshMinutes"),
        table.text("Error") or "",
        table.text("ErrorCode") or "",
        whole_number(table, "Status"),
        {} if claims is None else read_claims(claims),
        *read_expected_of_tours(table),
    )
    if expect.allowed and (expect.error or expect.code):
        table.report("Allowed", "true and an error go not together; take one out")
    table.done()
    return expect


def _check_names(table: Table, step: Step, world: object) -> None:
    """Report names that the scenario's own facts do not hold, unless that is what is tried."""
    from tui.access.world import World

    deed = step.deed
    if not isinstance(world, World) or not isinstance(deed, Ask):
        return
    if world.client(deed.api_client) is None and step.expect.code != "ApiClient.InvalidClientID":
        _unknown(table, "ApiClient", deed.api_client, [each.client.app_name for each in world.clients])
    unknown_is_tried = step.expect.code == "Auth.InvalidUsernameOrPassword" or (
        deed.grant is Grant.OPENID and step.expect.allowed is False
    )
    if deed.user and world.user(deed.user) is None and not unknown_is_tried:
        _unknown(table, "User", deed.user, [each.username for each in world.users])


def _unknown(table: Table, entry: str, name: str, known: Iterable[str]) -> None:
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    table.report(entry, f'the facts hold no "{name}"{meant}')


# -- writing ----------------------------------------------------------------------------------------------------------


def to_toml(scenario: Scenario) -> str:
    """Return the file."""
    import tomli_w

    values: dict[str, object] = {"Format": FORMAT, "Name": scenario.name}
    if scenario.about:
        values["About"] = scenario.about
    if scenario.profile:
        values["Profile"] = scenario.profile
    if scenario.now is not None:
        values["Now"] = scenario.now
    if scenario.demo:
        values["Facts"] = {"Seed": "demo"}
    elif scenario.world is not None:
        values["Facts"] = facts_values(scenario.world)
    values["Steps"] = [_step_values(step) for step in scenario.steps]
    return _HEADER + tomli_w.dumps(values)


def _step_values(step: Step) -> dict[str, object]:
    values: dict[str, object] = {"Name": step.name}
    match step.deed:
        case Ask() as ask:
            values |= _ask_values(ask)
        case Call() as call:
            values |= call_values(call)
        case Advance() as advance:
            values["Advance"] = format_duration(advance.by)
        case Revoke() as revoke:
            values["Revoke"] = revoke.user
        case Tell():
            pass
    if step.why:
        values["Why"] = step.why
    expected = _expect_values(step.expect)
    return values | words_values(step) | ({"Expect": expected} if expected else {})


def _ask_values(ask: Ask) -> dict[str, object]:
    said = {
        "User": ask.user,
        "Password": "" if ask.password is PasswordKind.RIGHT else ask.password.value,
        "PasswordFrom": ask.password_from,
        "Secret": "" if ask.secret is SecretKind.RIGHT else ask.secret.value,
        "SecretFrom": ask.secret_from,
        "Scope": [*ask.scope],
        "Refreshing": ask.refreshing,
        "Visitor": ask.visitor,
        "With": ask.caller,
        "SecretOf": ask.secret_of,
    }
    return {
        "Grant": ask.grant.value,
        "ApiClient": ask.api_client,
        **{name: value for name, value in said.items() if value},
    }


def _expect_values(expect: Expect) -> dict[str, object]:
    said: Mapping[str, object] = {
        "Allowed": expect.allowed,
        "Roles": None if expect.roles is None else [*expect.roles],
        "AccessMinutes": expect.access_minutes,
        "RefreshMinutes": expect.refresh_minutes,
        "Error": expect.error or None,
        "ErrorCode": expect.code or None,
        "Status": expect.status,
        "Claims": {name: [*each] if isinstance(each, tuple) else each for name, each in expect.claims.items()} or None,
        **expected_of_tours_values(expect),
    }
    return {name: value for name, value in said.items() if value is not None}
