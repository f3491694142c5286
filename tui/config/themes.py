"""Themes: one TOML file a theme, those that come with ocgate and the person's own.

name = "fog"                    # and the file is fog.toml
title = "Fog"                   # optional, as the theme list shows it
dark = true
ansi = false                    # optional: true for the terminal's own colours

[colours]                       # all but boost are needed: "#rrggbb", or "ansi_green" and so on
primary = "#56b8dc"
...

[variables]                     # optional: ocgate's own (SEMANTIC below) and Textual's theme variables
env-production = "#ff8f8a"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.config.problems import ConfigProblem
from tui.config.toml_reader import Table, read_toml

if TYPE_CHECKING:
    from textual.theme import Theme

DEFAULT_THEME: Final = "harbor"
PLAIN_THEME: Final = "plain"
"""The theme without colours, for NO_COLOR."""

COLOURS: Final = (
    "primary",
    "secondary",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "success",
    "warning",
    "error",
)
"""The colours every theme has to give, as Textual names them; `boost` may be added."""

SEMANTIC: Final[Mapping[str, str]] = {
    "env-sandbox": "success",
    "env-hosted-sandbox": "secondary",
    "env-staging": "warning",
    "env-production": "error",
    "env-custom": "accent",
    "allowed": "success",
    "refused": "error",
    "nullified": "secondary",
    "muted": "foreground",
    "countdown-ok": "success",
    "countdown-near": "warning",
    "countdown-over": "error",
}
"""The variables ocgate's own style sheets use, and the colour that stands in where a theme leaves one out."""

_ANSI_GAPS: Final[Mapping[str, str]] = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "foreground-disabled": "ansi_default",
    "surface-active": "transparent",
}
"""Variables that Textual's own style sheets use and that it does not make for an ANSI theme."""

_HEX = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_ANSI = re.compile(r"ansi_(?:default|(?:bright_)?(?:black|red|green|yellow|blue|magenta|cyan|white))")
_VARIABLE = re.compile(r"[a-z][a-z0-9-]*")
_PERCENT = re.compile(r"\s+\d{1,3}%")
_STYLES = frozenset({"none", "bold", "dim", "italic", "underline", "reverse", "strike", "not"})
_COLOUR_WANTED = 'a colour: "#rrggbb", or the terminal\'s own such as "ansi_green" or "ansi_default"'


@dataclass(frozen=True)
class ThemeSpec:
    """A theme as its file describes it, checked. colours has all of COLOURS, variables at least all of SEMANTIC."""

    name: str
    title: str
    dark: bool
    ansi: bool
    colours: Mapping[str, str]
    variables: Mapping[str, str]
    file: Path = field(compare=False)

    def to_textual(self) -> Theme:
        """Return the theme for `App.register_theme`."""
        from textual.theme import Theme

        colours = self.colours
        return Theme(
            name=self.name,
            primary=colours["primary"],
            secondary=colours["secondary"],
            accent=colours["accent"],
            foreground=colours["foreground"],
            background=colours["background"],
            surface=colours["surface"],
            panel=colours["panel"],
            success=colours["success"],
            warning=colours["warning"],
            error=colours["error"],
            boost=colours.get("boost"),
            dark=self.dark,
            ansi=self.ansi,
            variables={**(_ANSI_GAPS if self.ansi else {}), **self._scrollbar(), **self.variables},
        )

    def _scrollbar(self) -> dict[str, str]:
        """Return quiet scrollbars, where the theme has none of its own: Textual's stand out more than the text."""
        track, thumb, held = self.colours["surface"], self.variables.get("border-blurred"), self.colours["accent"]
        return {
            "scrollbar": thumb or self.colours["panel"],
            "scrollbar-hover": held,
            "scrollbar-active": held,
            "scrollbar-background": track,
            "scrollbar-background-hover": track,
            "scrollbar-background-active": track,
            "scrollbar-corner-color": track,
        }


def theme_folders(user: Path | None) -> tuple[Path, ...]:
    """Return where themes are looked for, in order: the package's (in a wheel) or the checkout's, then the person's."""
    package = Path(__file__).resolve().parent.parent
    own = package / "themes"
    if not own.is_dir():
        own = package.parent / "themes"
    return (own,) if user is None else (own, user)


class Themes(Mapping[str, ThemeSpec]):
    """The themes by name, each read when it is first asked for: a start needs one of them.

    Looked for in `theme_folders(user)`; a theme of the person's own replaces the one of the same name that came with
    ocgate. Nothing raises but KeyError; what is wrong with the files read so far is in `problems`.
    """

    def __init__(self, user: Path | None) -> None:
        self.problems: tuple[ConfigProblem, ...] = ()
        self._files: dict[str, list[Path]] = {}
        self._read: dict[str, ThemeSpec | None] = {}
        for folder in theme_folders(user):
            try:
                files = sorted(folder.glob("*.toml"))
            except OSError as error:
                self._report(ConfigProblem(folder, f"could not be read: {error.strerror or type(error).__name__}"))
                continue
            for file in files:
                self._files.setdefault(file.stem, []).insert(0, file)

    def _report(self, *problems: ConfigProblem) -> None:
        self.problems = (*self.problems, *problems)

    def __getitem__(self, name: str) -> ThemeSpec:
        if name not in self._read:
            self._read[name] = self._first_good(self._files.get(name, ()))
        found = self._read[name]
        if found is None:
            raise KeyError(name)
        return found

    def _first_good(self, files: Iterable[Path]) -> ThemeSpec | None:
        for file in files:
            spec, wrong = read_theme(file)
            self._report(*wrong)
            if spec is not None:
                return spec
        return None

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._files if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def read_theme(file: Path) -> tuple[ThemeSpec | None, tuple[ConfigProblem, ...]]:
    """Read one theme; None when anything about it is wrong (half a theme is unreadable). Never raises."""
    problems: list[ConfigProblem] = []
    table = read_toml(file, problems)
    if table is None:
        return None, tuple(problems)
    name = table.text("name", "the theme's name")
    title = table.text("title")
    dark, ansi = table.flag("dark"), table.flag("ansi")
    if name is not None and name != file.stem:
        table.report("name", f'must be "{file.stem}", like the file')
    for entry, value in (("name", name), ("dark", dark)):
        if value is None and entry not in table.names():
            table.report(
                entry, "is missing; it must be " + ("true or false" if entry == "dark" else "the theme's name")
            )
    colours = _read_colours(table)
    variables = _read_variables(table)
    table.done()
    if problems or name is None or dark is None:
        return None, tuple(problems)
    stand_ins = {variable: colours[colour] for variable, colour in SEMANTIC.items()}
    return ThemeSpec(name, title or name, dark, ansi or False, colours, stand_ins | variables, file), ()


def choose_theme(
    themes: Mapping[str, ThemeSpec],
    *,
    option: str | None,
    no_color: bool,
    remembered: str | None,
    configured: str | None,
) -> tuple[ThemeSpec, tuple[str, ...]]:
    """Return the theme to start with, and a sentence for each name on the way that is no theme.

    In order: the option of the command line, `plain` when NO_COLOR is set, what was chosen last in the console, the
    settings file, the default. Raises LookupError when not even the default is there (a broken installation).
    """
    wanted = (option, PLAIN_THEME if no_color else None, remembered, configured, DEFAULT_THEME)
    missing: list[str] = []
    for name in wanted:
        if name is None:
            continue
        if name in themes:
            return themes[name], tuple(missing)
        missing.append(f"There is no theme {name!r} (there are: {', '.join(sorted(themes))}).")
    raise LookupError(missing[-1])


def _read_colours(table: Table) -> dict[str, str]:
    colours: dict[str, str] = {}
    entries = table.table("colours")
    if entries is None:
        if "colours" not in table.names():
            table.report("colours", f"is missing; it must be a table with {', '.join(COLOURS)}")
        return colours
    for name in (*COLOURS, "boost"):
        value = entries.text(name, _COLOUR_WANTED)
        if value is not None and not _is_colour(value):
            entries.report(name, f'must be {_COLOUR_WANTED}, not "{value}"')
        elif value is not None:
            colours[name] = value
        elif name != "boost" and name not in entries.names():
            entries.report(name, f"is missing; it must be {_COLOUR_WANTED}")
    entries.done()
    return colours


def _read_variables(table: Table) -> dict[str, str]:
    variables: dict[str, str] = {}
    entries = table.table("variables")
    for name in () if entries is None else entries.names():
        if entries is None:
            break
        is_style = name.endswith("-style") or "-style-" in name
        wanted = 'text styles such as "bold underline"' if is_style else _COLOUR_WANTED
        value = entries.text(name, wanted)
        if value is None:
            continue
        if not _VARIABLE.fullmatch(name):
            entries.report(name, "is no name for a variable: small letters, digits and hyphens")
        elif not (set(value.split()) <= _STYLES if is_style else _is_variable_colour(value, name)):
            entries.report(name, f'must be {wanted}, not "{value}"')
        else:
            variables[name] = value
    return variables


def _is_colour(value: str) -> bool:
    return bool(_HEX.fullmatch(value) or _ANSI.fullmatch(value))


def _is_variable_colour(value: str, name: str) -> bool:
    """Say whether Textual can read it: its own variables may be see-through or automatic, ocgate's are plain."""
    if name in SEMANTIC:
        return _is_colour(value)
    share = _PERCENT.search(value)
    colour = value[: share.start()] if share and share.end() == len(value) else value
    return _is_colour(colour) or colour in ("transparent", "auto", "initial")
