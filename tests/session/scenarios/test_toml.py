"""Scenarios as files: everything they say is read, written and read again; what is wrong has its place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.session.scenarios.examples import WHOLE
from tui.session.scenarios.document import Advance, Ask, Scenario, SecretKind
from tui.session.scenarios.toml import NotAScenario, format_duration, from_toml, parse_duration, read_scenario, to_toml

FILE = Path("life.toml")
HEAD = "Format = 1\n[Facts]\n"
STEP = '[[Steps]]\nGrant = "anonymous"\nApiClient = "x"\n'


def read(text: str) -> Scenario:
    return from_toml(text.encode(), FILE)


def problems(text: str) -> list[str]:
    with pytest.raises(NotAScenario) as caught:
        read(text)
    return [str(each) for each in caught.value.problems]


def test_a_scenario_is_written_so_that_it_is_read_again() -> None:
    scenario = read(WHOLE)
    assert scenario.world is not None
    assert [each.client.app_name for each in scenario.world.clients] == ["Shop"]
    assert [each.id for each in scenario.world.clients[0].companies] == ["anchor", "gale"]
    assert scenario.steps[0].expect.claims["usrtype"] == "buyer"
    assert scenario.steps[2].deed == Advance(timedelta(minutes=9, seconds=59))
    asked = [each.deed for each in scenario.steps if isinstance(each.deed, Ask)]
    assert asked[3].secret is SecretKind.EXPIRED
    assert read(to_toml(scenario)) == scenario
    demo = read(f'{HEAD}Seed = "demo"\n{STEP}PasswordFrom = "ADAS_PASSWORD"\nVisitor = "v"\n')
    assert demo.demo
    assert demo.name == "life"
    assert read(to_toml(demo)) == demo
    there = read(f'Format = 1\nProfile = "staging"\n{STEP}')
    assert (there.profile, there.is_planted) == ("staging", False)
    assert read(to_toml(there)) == there


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "life.toml: Format: is missing"),
        ("Format = 2\n", "life.toml:1: Format: must be 1, not the number 2"),
        ("Format = 1\n", "life.toml: Steps: is missing"),
        ("Format = 1\nSteps = 3\n", "life.toml:2: Steps: must be a list of tables"),
        (f"Format = 1\nNow = 3\n{STEP}", "life.toml:2: Now: must be a time with its offset"),
        (f"Format = 1\nNow = 2026-11-23T09:00:00Z\n{STEP}", "only a scenario with facts"),
        (f'Format = 1\nProfile = "x"\n[Facts]\nSeed = "demo"\n{STEP}', "life.toml:2: Profile:"),
        (f'{HEAD}Seed = "large"\n{STEP}', 'life.toml:3: Facts.Seed: must be one of "demo"'),
        (f'{HEAD}Sed = "demo"\n{STEP}', "life.toml:3: Facts.Sed: unknown key; did you mean Seed?"),
        (f"{HEAD}[[Facts.Users]]\n{STEP}", "life.toml:3: Facts.Users[1]: Username is missing"),
        (f'{HEAD}[[Facts.Users]]\nUsername = "a"\nBuyer = "b"\n{STEP}', "life.toml:5: Facts.Users[1].Buyer: the facts"),
        (
            f'{HEAD}[[Facts.Users]]\nUsername = "a"\n[[Facts.Users]]\nUsername = "A"\n{STEP}',
            '"a" is there more than once',
        ),
        (
            f'{HEAD}[[Facts.ApiClients]]\nAppName = "y"\n{STEP}',
            'life.toml:7: Steps[1].ApiClient: the facts hold no "x"',
        ),
        (
            f'{HEAD}[[Facts.ApiClients]]\nAppName = "x"\nAccessTokenDuration = "1h"\n{STEP}',
            "life.toml:5: Facts.ApiClients[1].AccessTokenDuration: must be a number of minutes",
        ),
        (
            'Format = 1\n[[Steps]]\nGrant = "implicit"\nApiClient = "x"\n',
            "life.toml:3: Steps[1].Grant: must be one of",
        ),
        ('Format = 1\n[[Steps]]\nGrant = "anonymous"\n', "life.toml:2: Steps[1]: ApiClient is missing"),
        ('Format = 1\n[[Steps]]\nGrant = "password"\nApiClient = "x"\n', "life.toml:2: Steps[1]: User is missing"),
        ('Format = 1\n[[Steps]]\nWhy = "x"\n', "life.toml:2: Steps[1]: a step has one of"),
        (f'Format = 1\n{STEP}Advance = "1h"\n', "this has Grant and Advance"),
        ('Format = 1\n[[Steps]]\nAdvance = "soon"\n', "life.toml:3: Steps[1].Advance: must be a duration"),
        ('Format = 1\n[[Steps]]\nAdvance = "0"\n', "life.toml:3: Steps[1].Advance: must be a duration"),
        ('Format = 1\n[[Steps]]\nCall = "/v1/me"\nWith = "in"\n', 'Steps[1].With: there is no step "in"'),
        (
            f'Format = 1\n{STEP}Name = "in"\n[[Steps]]\nCall = "FETCH /v1/me"\nWith = "in"\n',
            "before it or nothing",
        ),
        (
            f'Format = 1\n{STEP}[[Steps]]\nCall = "DELETE /v1/me"\n',
            "only a scenario with facts of its own can change something",
        ),
        (
            f'Format = 1\n{STEP}Name = "in"\n{STEP}Name = "in"\n',
            'life.toml:9: Steps[2].Name: another step is named "in"',
        ),
        (
            'Format = 1\n[[Steps]]\nGrant = "refresh"\nApiClient = "x"\nRefreshing = "later"\n',
            'life.toml:5: Steps[1].Refreshing: there is no step "later"',
        ),
        (f"Format = 1\n{STEP}[Steps.Expect]\nStatus = -1\n", "life.toml:6: Steps.Expect.Status"),
        (f'Format = 1\n{STEP}[Steps.Expect]\nAllowed = true\nErrorCode = "x"\n', "go not together"),
        (f"Format = 1\n{STEP}[Steps.Expect.Claims]\nx = 1.5\n", "must be text, a number, true, false or a list"),
        ("Format = 1\n[[", "is not TOML"),
    ],
)
def test_what_is_wrong_has_its_place(text: str, wrong: str) -> None:
    told = problems(text)
    assert any(wrong.replace("Steps.Expect", "Steps[1].Expect") in each for each in told), told


@pytest.mark.parametrize(
    "text",
    [
        f'Format = 1\n{STEP}Password = "Hunter-2-Hunter-2"\n',
        f'Format = 1\n{STEP}Secret = "Hunter-2-Hunter-2"\n',
        f'Format = 1\n{STEP}ClientSecret = "Hunter-2-Hunter-2"\n',
        f'Format = 1\n{STEP}RefreshToken = "Hunter-2-Hunter-2"\n',
        f'Format = 1\n{STEP}PasswordFrom = "Hunter-2-Hunter-2"\n',
        f'{HEAD}[[Facts.Users]]\nUsername = "a"\nPassword = "Hunter-2-Hunter-2"\n{STEP}',
        f'{HEAD}[[Facts.ApiClients]]\nAppName = "x"\nClientSecret = "Hunter-2-Hunter-2"\n{STEP}',
    ],
)
def test_a_secret_is_refused_and_not_repeated(text: str) -> None:
    told = problems(text)
    assert any("a secret has no place" in each or "name of an environment variable" in each for each in told)
    assert "Hunter" not in "".join(told)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotAScenario, match="could not be read: No such file"):
        read_scenario(tmp_path / "x.toml")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10", 600),
        ("1h 30m", 5400),
        ("9m 59s", 599),
        ("1s", 1),
        ("30d", 2_592_000),
        ("s", None),
        ("", None),
        ("1x", None),
    ],
)
def test_durations_to_the_second(text: str, seconds: int | None) -> None:
    read = parse_duration(text)
    assert read == (None if seconds is None else timedelta(seconds=seconds))
    if read is not None:
        assert parse_duration(format_duration(read)) == read
