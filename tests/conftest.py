"""What every test gets: a home of its own, an environment that says nothing, and no way to the network."""

from __future__ import annotations

import gc
import os
import socket
import uuid
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import settings
from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.screen import Screen


def pytest_configure() -> None:
    """Set up the collector of garbage and the makers of examples.

    Unreachable cycles are looked for less often: a console is a large heap, and tests open hundreds of them. Examples
    are the same in every run, so that what fails is the change's own; `--hypothesis-profile explore` makes others.
    """
    gc.set_threshold(50_000, 20, 20)
    settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
    settings.register_profile("explore", deadline=None, print_blob=True)
    settings.load_profile("steady")


def pytest_sessionfinish() -> None:
    """Have the interpreter end without looking through everything once more."""
    gc.freeze()


PAINT = Compositor.render_update


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paint all the same, for a test of what is painted."""
    monkeypatch.setattr(Compositor, "render_update", PAINT)


@pytest.fixture(autouse=True, scope="session")
def nothing_painted_for_nobody() -> Iterator[None]:
    """Leave out the painting that a headless app throws away: half of what a console costs here.

    What a test looks at is drawn when it looks (`Console.text`, screenshots).
    """

    def only_whole(
        self: Compositor, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
    ) -> RenderableType | None:
        if full:
            return PAINT(self, full, screen_stack, simplify)
        visible_screen_stack.set([] if screen_stack is None else screen_stack)
        self._dirty_regions.clear()
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compositor, "render_update", only_whole)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the tests of screens understand."""
    parser.addoption("--update-pictures", action="store_true", help="write the pictures of screens anew")


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Point ocgate's folders somewhere new (made when first written to) and drop what the developer's shell has set."""
    for name in [name for name in os.environ if name.startswith("OCGATE_")]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "TEXTUAL_ANIMATIONS", "TEXTUAL_COLOR_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OCGATE_HOME", str(tmp_path_factory.getbasetemp() / f"home-{uuid.uuid4().hex}"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that connects to another machine, or asks for the address of one."""
    connect = socket.socket.connect
    look_up = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: tuple[str, int] | str | bytes) -> None:
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            pytest.fail(f"a test connected to {address[0]}")
        connect(self, address)

    def guarded_look_up(
        host: str | bytes | None, port: str | int | bytes | None, *args: int, **kwargs: int
    ) -> Sequence[object]:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_here(name):
            raise socket.gaierror(socket.EAI_NONAME, "no names are looked up in tests")
        return look_up(host, port, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


def _is_here(host: str) -> bool:
    try:
        return host in ("", "localhost") or ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False
