"""Themes: those that come with ocgate are complete and readable, and a person's mistakes are named."""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path

import pytest
from textual.app import App
from textual.color import Color

from tui.config import themes as themes_module
from tui.config.problems import ConfigProblem
from tui.config.themes import (
    DEFAULT_THEME,
    PLAIN_THEME,
    SEMANTIC,
    Themes,
    ThemeSpec,
    choose_theme,
    read_theme,
    theme_folders,
)


def load_themes(user: Path | None) -> tuple[dict[str, ThemeSpec], tuple[ConfigProblem, ...]]:
    themes = Themes(user)
    return dict(themes), themes.problems


THEMES = load_themes(None)[0]
COLOURED = [name for name, theme in THEMES.items() if not theme.ansi]  # how the terminal's own look, only it knows
TEXTS = (
    "foreground",
    "primary",
    "secondary",
    "accent",
    "success",
    "warning",
    "error",
    "footer-key-foreground",
    *SEMANTIC,
)
PAIRS = (
    *product(TEXTS, ("background", "surface", "panel")),
    ("foreground", "boost"),
    ("foreground", "input-selection-background"),
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
)

GOOD = (theme_folders(None)[0] / "harbor.toml").read_text(encoding="utf-8").replace('"harbor"', '"mine"')


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [value / 255 for value in Color.parse(colour).rgb]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2 defines it, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_the_standards_own() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_themes_that_come_with_ocgate() -> None:
    assert load_themes(None)[1] == ()
    assert {DEFAULT_THEME, PLAIN_THEME, "daylight", "contrast"} <= set(THEMES)
    assert [THEMES[name].dark for name in ("harbor", "daylight")] == [True, False]


@pytest.mark.parametrize("name", COLOURED)
def test_text_is_readable(name: str) -> None:
    theme = THEMES[name]
    colours = {**theme.colours, **theme.variables}
    wanted = 7 if name == "contrast" else 4.5
    poor = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < wanted} == {}


@pytest.mark.parametrize("name", COLOURED)
def test_environments_can_be_told_apart(name: str) -> None:
    variables = THEMES[name].variables
    colours = [variables[each] for each in SEMANTIC if each.startswith("env-")]
    assert len(set(colours)) == len(colours)


@pytest.mark.parametrize("name", ["contrast", "harbor"])
def test_allowed_and_refused_differ_in_blue_too(name: str) -> None:
    """Red-green colour blindness keeps blue and brightness: one of the two must differ clearly."""
    variables = THEMES[name].variables
    allowed, refused = Color.parse(variables["allowed"]), Color.parse(variables["refused"])
    brightness = contrast(variables["allowed"], variables["refused"])
    assert abs(allowed.b - refused.b) >= 100 if name == "contrast" else brightness >= 1.2


def test_plain_has_no_colours() -> None:
    theme = THEMES[PLAIN_THEME]
    named = {value for name, value in {**theme.colours, **theme.variables}.items() if "style" not in name}
    assert named == {"ansi_default"}
    generated = theme.to_textual().to_color_system().generate()
    told = {value.split()[0] for name, value in generated.items() if "style" not in name}
    assert told <= {"ansi_default", "transparent"}


@pytest.mark.parametrize("name", sorted(THEMES))
async def test_textual_takes_every_theme(name: str) -> None:
    class Probe(App[None]):
        CSS = "Screen { color: $allowed; background: $background; } " + " ".join(
            f".{variable} {{ color: ${variable}; }}" for variable in SEMANTIC
        )

        def get_theme_variable_defaults(self) -> dict[str, str]:
            return dict.fromkeys(SEMANTIC, "red")

    app = Probe()
    async with app.run_test():
        app.register_theme(THEMES[name].to_textual())
        app.theme = name
        variables = app.get_css_variables()
        assert {each: variables[each] for each in SEMANTIC} == {each: THEMES[name].variables[each] for each in SEMANTIC}


def test_the_persons_theme_replaces_ours(tmp_path: Path) -> None:
    (tmp_path / "harbor.toml").write_text(
        GOOD.replace('"mine"', '"harbor"').replace('title = "Harbor"', 'title = "My harbor"')
    )
    (tmp_path / "mine.toml").write_text(GOOD)
    found, problems = load_themes(tmp_path)
    assert problems == ()
    assert (found["harbor"].title, found["mine"].file) == ("My harbor", tmp_path / "mine.toml")


def test_a_broken_theme_of_the_person_leaves_ours(tmp_path: Path) -> None:
    (tmp_path / "harbor.toml").write_text("name = ")
    found, problems = load_themes(tmp_path)
    assert found["harbor"] == THEMES["harbor"]
    assert [problem.file.name for problem in problems] == ["harbor.toml"]


def test_the_package_comes_before_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "tui"
    (package / "config").mkdir(parents=True)
    monkeypatch.setattr(themes_module, "__file__", str(package / "config" / "themes.py"))
    assert theme_folders(None) == (tmp_path / "site" / "themes",)
    shutil.copytree(THEMES["harbor"].file.parent, package / "themes")
    assert theme_folders(Path("user")) == (package / "themes", Path("user"))
    assert set(load_themes(None)[0]) == set(THEMES)


@pytest.mark.parametrize(
    ("change", "key", "message"),
    [
        (('name = "mine"', 'name = "other"'), "name", 'must be "mine", like the file'),
        (('name = "mine"\n', ""), "name", "is missing; it must be the theme's name"),
        (("dark = true\n", ""), "dark", "is missing; it must be true or false"),
        (("dark = true", 'dark = "yes"'), "dark", 'must be true or false, not "yes"'),
        (('primary = "#56b8dc"\n', ""), "colours.primary", "is missing; it must be a colour"),
        (('primary = "#56b8dc"', 'primary = "blau"'), "colours.primary", '"ansi_default", not "blau"'),
        (('primary = "#56b8dc"', "primary = 5"), "colours.primary", "must be a colour"),
        (("[colours]\n", '[colours]\npimary = "#000000"\n'), "colours.pimary", "unknown key; did you mean primary?"),
        (('allowed = "#72d6a5"', 'allowed = "auto"'), "variables.allowed", 'not "auto"'),
        (('muted = "#8fabb9"', 'Muted = "#8fabb9"'), "variables.Muted", "is no name for a variable"),
        (("[variables]\n", '[variables]\nlink-style = "x"\n'), "variables.link-style", '"bold underline", not "x"'),
        (("[variables]\n", "[variables]\nlink-color = true\n"), "variables.link-color", "must be a colour"),
        (("dark = true", "dark = true\nlight = false"), "light", "unknown key"),
    ],
)  # fmt: skip
def test_each_mistake_is_named(tmp_path: Path, change: tuple[str, str], key: str, message: str) -> None:
    assert change[0] in GOOD
    file = tmp_path / "mine.toml"
    file.write_text(GOOD.replace(*change, 1))
    theme, problems = read_theme(file)
    assert theme is None
    (problem,) = problems
    assert (problem.file, problem.key) == (file, key)
    assert message in problem.message
    if "missing" not in message:
        assert problem.line is not None


def test_no_colours_at_all(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\ndark = true\n')
    (problem,) = read_theme(file)[1]
    wanted = "primary, secondary, accent, foreground, background, surface, panel, success, warning, error"
    assert str(problem).endswith(f"colours: is missing; it must be a table with {wanted}")


def test_a_short_theme_borrows_the_variables_from_its_colours(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD[: GOOD.index("[variables]")])
    theme, problems = read_theme(file)
    assert problems == ()
    assert theme is not None
    assert theme.variables["env-production"] == theme.colours["error"]


def chosen(
    themes: dict[str, ThemeSpec] = THEMES,
    *,
    option: str | None = None,
    no_color: bool = False,
    remembered: str | None = None,
    configured: str | None = None,
) -> tuple[str, int]:
    theme, missing = choose_theme(
        themes, option=option, no_color=no_color, remembered=remembered, configured=configured
    )
    return theme.name, len(missing)


def test_the_order_of_choice() -> None:
    assert chosen() == (DEFAULT_THEME, 0)
    assert chosen(configured="dusk") == ("dusk", 0)
    assert chosen(configured="dusk", remembered="daylight") == ("daylight", 0)
    assert chosen(configured="dusk", remembered="daylight", no_color=True) == (PLAIN_THEME, 0)
    assert chosen(option="contrast", no_color=True) == ("contrast", 0)
    assert chosen(configured="dusk", remembered="gone") == ("dusk", 1)
    assert chosen(configured="gone too", remembered="gone") == (DEFAULT_THEME, 2)
    with pytest.raises(LookupError, match="There is no theme 'harbor'"):
        chosen({})
