"""What an import costs: the models must not bring the HTTP library along."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tui.ordercloud


def modules_after(statement: str) -> set[str]:
    """Run a statement in a fresh interpreter and give what it loaded."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import tui.ordercloud",
        "import tui.ordercloud.models",
        "from tui.ordercloud.environments import environment_of",
        "from tui.ordercloud import Exchange, ListQuery, errors",
    ],
)
def test_no_http_library_without_a_client(statement: str) -> None:
    assert not {"httpx", "httpcore", "anyio", "ssl"} & modules_after(statement)


def test_the_client_loads_httpx_without_its_command_line() -> None:
    loaded = modules_after("import tui.ordercloud.client")

    assert "httpx" in loaded
    assert "httpx._main" not in loaded
    assert not {"click", "rich", "pygments"} & loaded


def test_only_the_guard_is_undone() -> None:
    assert "httpx._main" not in modules_after("import tui.ordercloud._httpx")


@pytest.mark.parametrize("name", tui.ordercloud.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(tui.ordercloud, name) is not None
    assert name in dir(tui.ordercloud)


def test_no_other_name_is() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = tui.ordercloud.nothing_of_the_kind
