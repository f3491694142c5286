"""The sandbox on a port, until it is told to stop."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from tui.sandbox.errors import SandboxError
from tui.sandbox.sandbox import SEEDS, Sandbox

if TYPE_CHECKING:
    from uvicorn import Server

OK = 0
CANNOT_SERVE = 3
"""Exit codes: stopped when told to; no address to listen on, or no database to use."""

_GRACE_SECONDS = 3


def serve(*, host: str, port: int, path: Path | None, seed: str) -> int:
    """Serve the marketplace in a file, or a new one in memory (None), and give the exit code.

    Port 0 takes a free one. The first line on standard output is the sign-in sheet as one JSON object; SIGINT and
    SIGTERM end it. Raises ValueError for an unknown seed.
    """
    if seed not in SEEDS:
        raise ValueError(f"a seed is one of {', '.join(SEEDS)}")
    try:
        listener = _listen(host, port)
    except OSError as error:
        _tell(f"The sandbox cannot listen on {host}, port {port}: {error.strerror or error}.")
        return CANNOT_SERVE
    with listener:
        try:
            asyncio.run(_serve(listener, path, seed))
        except SandboxError as error:
            _tell(str(error))
            return CANNOT_SERVE
    return OK


def _listen(host: str, port: int) -> socket.socket:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.socket(family, kind, socket.IPPROTO_TCP)  # without the protocol, Nagle's delay stays on
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


async def _serve(listener: socket.socket, path: Path | None, seed: str) -> None:
    host, port = listener.getsockname()[:2]
    sandbox = await Sandbox.open(path, seed="empty" if seed == "empty" else "demo", base_url=_url(host, port))
    try:
        server = _server(sandbox)
        with _stopped_by_signals(server):
            if not ip_address(host).is_loopback:
                _warn_of_strangers(host, port)
            with suppress(BrokenPipeError):
                print(json.dumps(asdict(sandbox.sign_in)), flush=True)  # noqa: T201 - standard output is the interface
            await server.serve(sockets=[listener])
    finally:
        await sandbox.close()


def _server(sandbox: Sandbox) -> Server:
    import uvicorn

    class QuietServer(uvicorn.Server):
        """A server that leaves signals to us: uvicorn's would end the process by the signal, not with exit code 0."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return QuietServer(
        uvicorn.Config(
            sandbox.app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            date_header=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )


@contextmanager
def _stopped_by_signals(server: Server) -> Iterator[None]:
    def stop(*_: object) -> None:
        server.should_exit = True

    kept = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _url(host: str, port: int) -> str:
    """Give the address to reach it at; for all addresses of the machine that is loopback."""
    address = ip_address(host)
    if address.is_unspecified:
        address = ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"http://[{address}]:{port}" if address.version == 6 else f"http://{address}:{port}"


def _warn_of_strangers(host: str, port: int) -> None:
    text = f"The sandbox listens on {host}, port {port}: other machines can reach it, and its passwords are public."
    _tell(f"\x1b[1;31m{text}\x1b[0m" if _has_colour() else text)


def _has_colour() -> bool:
    return "NO_COLOR" not in os.environ and (sys.stderr.isatty() or "FORCE_COLOR" in os.environ)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - standard error is for people
