"""The settings file: what it means, and every way of getting it wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.config.profiles import Profile
from tui.config.settings import Settings, load_settings

GOOD = """\
theme = "daylight"
profile = "acme"
read_only = true

[sandbox]
database = "demo.db"

[keys]
reload = "f5"
filter = ["slash", "ctrl+f"]
quit = []

[profiles.acme]
region = "europe-west"
environment = "staging"
client_id = "5f0c"
grant = "client_credentials"
scope = ["ApiClientReader", "BuyerReader"]
read_only = true

[profiles."other one"]
url = "https://api.example.com"
username = "integrator"
scope = "Shopper MeAdmin"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def problems_of(file: Path, text: str) -> list[str]:
    file.write_text(text, encoding="utf-8")
    return [str(problem).replace(str(file), "config.toml") for problem in load_settings(file)[1]]


def test_everything_there_is(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    settings, problems = load_settings(file)
    assert problems == ()
    assert settings == Settings(
        theme="daylight",
        profile="acme",
        read_only=True,
        sandbox_database=file.parent / "demo.db",
        keys={"reload": ("f5",), "filter": ("slash", "ctrl+f"), "quit": ()},
        profiles={
            "acme": Profile(
                "acme",
                region="europe-west",
                environment="staging",
                client_id="5f0c",
                grant="client_credentials",
                scope=("ApiClientReader", "BuyerReader"),
                read_only=True,
            ),
            "other one": Profile(
                "other one", url="https://api.example.com", username="integrator", scope=("Shopper", "MeAdmin")
            ),
        },
    )


def test_no_file_and_an_empty_file_are_the_defaults(file: Path) -> None:
    assert load_settings(file) == (Settings(), ())
    file.write_text("")
    assert load_settings(file) == (Settings(), ())


def test_a_byte_order_mark_is_no_mistake(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbftheme = "dusk"\n')
    assert load_settings(file) == (Settings(theme="dusk"), ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "theme = 3",
            ":1: theme: must be the name of a theme, not the number 3",
        ),
        (
            "\ntheme = ''",
            ':2: theme: must be the name of a theme, not ""',
        ),
        (
            "read_only = 'yes'",
            ':1: read_only: must be true or false, not "yes"',
        ),
        (
            "them = 'dusk'",
            ":1: them: unknown key; did you mean theme?",
        ),
        (
            "zzz = 1",
            ":1: zzz: unknown key; known here: keys, sandbox, profiles, profile, theme, read_only",
        ),
        (
            "keys = 5",
            ":1: keys: must be a table, written [keys], not the number 5",
        ),
        (
            "[keys]\nreload = 5",
            ':2: keys.reload: must be a key such as "f5", a list of keys, or [] for none, not the number 5',
        ),
        (
            "[keys]\nreload = ['f5', 6]",
            ':2: keys.reload: must be a key such as "f5", a list of keys, or [] for none, not a list',
        ),
        (
            "[keys]\nreload = 'ctrl + s'",
            ':2: keys.reload: \'ctrl + s\' is no key; write it like "f5", "ctrl+s", "T" or "question_mark"',
        ),
        (
            "[sandbox]\nfile = 'x'",
            ":2: sandbox.file: unknown key; known here: database",
        ),
        (
            "profile = 'nope'",
            ":1: profile: there is no [profiles.nope] in this file",
        ),
        (
            "[profiles]\nacme = 1",
            ":2: profiles.acme: must be a table, written [profiles.acme], not the number 1",
        ),
        (
            "[profiles.a]\ngrant = 'magic'",
            ':2: profiles.a.grant: must be one of "password", "client_credentials", not "magic"',
        ),
        (
            "[profiles.a]\nscope = 1",
            ':2: profiles.a.scope: must be roles, as a list or as text such as "Shopper MeAdmin", not the number 1',
        ),
        (
            "[profiles.a]\nusernam = 'x'",
            ":2: profiles.a.usernam: unknown key; did you mean username?",
        ),
        (
            "[profiles.a]\nurl = 'https://x.example'\nregion = 'us-east'",
            ":2: profiles.a.url: give either url, or region and environment, not both; url is taken",
        ),
        (
            "theme = ",
            ": is not TOML: Invalid value (at end of document)",
        ),
        (
            "a = 1\na = 2",
            ": is not TOML: Cannot overwrite a value (at end of document)",
        ),
        (
            "[profiles.a\n",
            ":1: is not TOML: Expected ']' at the end of a table declaration (column 12)",
        ),
        (
            "theme = 'a'\nread_only = nope\n",
            ":2: is not TOML: Invalid value (column 13)",
        ),
    ],
)
def test_each_mistake_is_named_with_its_place(file: Path, text: str, problem: str) -> None:
    assert problems_of(file, text) == ["config.toml" + problem]


def test_a_mistake_costs_only_its_own_entry(file: Path) -> None:
    file.write_text("theme = 'dusk'\nread_only = 1\n[keys]\nquit = 'ctrl+q'\nreload = 1\n")
    settings, problems = load_settings(file)
    assert (settings.theme, settings.read_only, settings.keys) == ("dusk", False, {"quit": ("ctrl+q",)})
    assert len(problems) == 2


def test_a_profile_that_was_meant_to_be_careful_is_careful(file: Path) -> None:
    file.write_text("[profiles.production]\nread_only = 'yes'\n")
    assert load_settings(file)[0].profiles["production"].read_only


@pytest.mark.parametrize(
    "key", ["password", "client_secret", "client-secret", "Password", "secret", "access_token", "refresh_token"]
)
@pytest.mark.parametrize("table", ["", "[profiles.acme]\n"])
def test_secrets_are_refused_and_never_repeated(file: Path, table: str, key: str) -> None:
    (problem,) = problems_of(file, f'{table}"{key}" = "hunter2"\n')
    assert "do not belong in this file" in problem
    assert key in problem
    assert "hunter2" not in problem
    if "token" not in key:
        assert ("OCGATE_PASSWORD" if "assword" in key else "OCGATE_CLIENT_SECRET") in problem


def test_what_is_no_text_at_all(file: Path) -> None:
    file.write_bytes(b'theme = "\xff"')
    settings, (problem,) = load_settings(file)
    assert settings == Settings()
    assert problem.message == "is not UTF-8 text (byte 9)"


def test_a_folder_in_the_files_place(file: Path) -> None:
    file.mkdir()
    settings, (problem,) = load_settings(file)
    assert settings == Settings()
    assert problem.message.startswith("could not be read")


def test_the_file_is_left_as_it_is(file: Path) -> None:
    text = GOOD + "# a comment\n" + "broken"
    file.write_text(text, encoding="utf-8")
    load_settings(file)
    assert file.read_text(encoding="utf-8") == text


def test_the_example_in_the_documentation_is_right(file: Path) -> None:
    import tui.config.settings as module

    example = [line[4:] for line in (module.__doc__ or "").splitlines() if line.startswith("    ") or not line]
    assert problems_of(file, "\n".join(example)) == []
