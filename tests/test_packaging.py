"""The wheel: built, installed into an empty environment with what it says it needs and no more, and started there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tui import __version__

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJ1c3IiOiJzaG9wcGVyMDEifQ.c2ln"

START = """
import asyncio, json, os, sys
from pathlib import Path
import tui
from tui.arguments import Options, make_parser
from tui.cli import console_request
from tui.app import OcgateApp

async def start():
    request = console_request(make_parser().parse_args(["--memory"], namespace=Options()), os.environ)
    app = OcgateApp(request)
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(500):
            await pilot.pause()
            text = "\\n".join(strip.text for strip in app.screen._compositor.render_strips())
            if "Buyer Storefront" in text:
                break
            await asyncio.sleep(0.01)
        place = str(Path(tui.__file__).parent)
        print(json.dumps({"from": place, "themes": sorted(app.themes), "theme": app.theme, "text": text}))

asyncio.run(start())
"""


def needed(requirements: Iterable[str], extra: str = "") -> set[str]:
    """Return the names of everything these requirements bring along on this machine, by what is installed here."""
    found: set[str] = set()
    waiting = [(Requirement(text), extra) for text in requirements]
    while waiting:
        requirement, wanted = waiting.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": wanted}):
            continue
        key = f"{name}[{','.join(sorted(requirement.extras))}]"
        if key in found:
            continue
        found.add(key)
        try:
            below = distribution(name).requires or []
        except PackageNotFoundError:
            pytest.fail(f"{name} is needed and not installed here")
        for each in ("", *requirement.extras):
            waiting.extend((Requirement(text), each) for text in below)
    return {key.partition("[")[0] for key in found}


def copy_installed(names: Iterable[str], site: Path) -> None:
    """Copy installed distributions, as their own records list them, without their scripts."""
    for name in names:
        installed = distribution(name)
        for file in installed.files or []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(installed.locate_file(file)), target)


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "OCGATE_", "PIP_"))
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**clean, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "-q", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.iterdir()
    return built


@pytest.mark.timeout(300)
def test_the_wheel_starts_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    assert wheel.name == f"ocgate-{__version__}-py3-none-any.whl"
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    programs = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    python = programs / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    copy_installed(needed(PROJECT["dependencies"]), site)
    # Without an index pip can only check that everything the wheel asks for is there, and fails when it is not.
    run(python, "-m", "pip", "install", "-q", "--no-index", "--disable-pip-version-check", wheel, cwd=tmp_path)

    home = {"OCGATE_HOME": str(tmp_path / "home"), "TERM": "xterm-256color"}
    assert run(programs / "ocgate", "--version", cwd=tmp_path) == f"ocgate {__version__}\n"
    assert "shopper01" in run(programs / "ocgate", "decode", TOKEN, cwd=tmp_path)
    assert run(python, "-m", "tui", "--version", cwd=tmp_path) == f"ocgate {__version__}\n"

    package = site / "tui"
    tours = {file.name for file in (ROOT / "tui" / "session" / "tours").glob("*.toml")}
    assert {file.name for file in (package / "session" / "tours").glob("*.toml")} == tours
    assert tours
    themes = {file.name for file in (ROOT / "themes").iterdir()}
    assert {file.name for file in (package / "themes").iterdir()} == themes
    styles = {file.relative_to(ROOT / "tui") for file in (ROOT / "tui").rglob("*.tcss")}
    assert styles
    assert {file.relative_to(package) for file in package.rglob("*.tcss")} == styles
    assert (package / "py.typed").is_file()

    (tmp_path / "start.py").write_text(START, encoding="utf-8")
    seen = json.loads(run(python, "-W", "error", tmp_path / "start.py", cwd=tmp_path, **home).splitlines()[-1])
    assert Path(seen["from"]).samefile(package)
    assert seen["themes"] == sorted(Path(name).stem for name in themes)
    assert seen["theme"] == "harbor"
    assert "Buyer Storefront" in seen["text"]


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(wheel, tmp_path, "zip")
    assert {entry.name for entry in tmp_path.iterdir()} == {"tui", f"ocgate-{__version__}.dist-info"}
    assert not [file for file in tmp_path.rglob("*") if file.name.startswith(("test_", "conftest"))]
    assert list(tmp_path.glob("*.dist-info/licenses/LICENSE"))


def test_the_constraints_name_exact_versions_and_no_hosts() -> None:
    lines = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []
    assert lines == sorted(lines, key=str.lower)
    pinned = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}
    asked = [Requirement(text) for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])]
    assert [str(each) for each in asked if not each.specifier.contains(pinned[canonicalize_name(each.name)])] == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bring a few packages of their own")
def test_the_constraints_cover_everything_that_is_installed() -> None:
    lines = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines}
    wanted = needed((*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]))
    assert wanted - pinned == set()
    if sys.version_info[:2] == (3, 11):  # where the file is made; newer versions need fewer
        assert pinned - wanted == set()


def test_ci_runs_what_the_readme_says() -> None:
    """The README's commands for newcomers are the ones that are checked."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\s*(?:\$ )?(python3 -m venv \.venv && .+)$", readme, flags=re.MULTILINE)
    if not commands:
        pytest.skip("the README has no commands yet")
    tests = [command for command in commands if "pytest" in command]
    assert tests
    for command in tests:
        for part in command.split(" && ")[1:]:
            assert part in script, part
