"""The sandbox on a port, until it is told to stop."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from tui.sandbox.errors import SandboxError
from tui.sandbox.guard import Doors, Guard
from tui.sandbox.lock import ServerLock
from tui.sandbox.planting import SEEDS, Planting
from tui.sandbox.remarks import DROP
from tui.sandbox.sandbox import Sandbox

if TYPE_CHECKING:
    from uvicorn import Server

    from tui.sandbox.large import LargeSize

OK = 0
CANNOT_SERVE = 3
"""Exit codes: stopped when told to; no address to listen on, or no database to use."""

_GRACE_SECONDS = 3
LARGEST_HEAD = 128 * 1024
"""Of a request's first line and headers; the guard, which can say why, refuses smaller ones."""
IMPORT_PATH = "/sandbox/seeding"
LARGEST_IMPORT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Extras:
    """What a server does beyond serving the marketplace to its own machine.

    `control` opens the control API, `doors` say who else may come in, `snapshots` is the folder for snapshots,
    `size` how large the large seed is, `deterministic` the seed of a marketplace that repeats. `open_idp` keeps the
    identity provider, which asks for no password, open where other machines can reach it.
    """

    control: bool = False
    doors: Doors = field(default_factory=Doors)
    snapshots: Path | None = None
    size: LargeSize | None = None
    deterministic: str | None = None
    open_idp: bool = False


def serve(*, host: str, port: int, path: Path | None, seed: str, extras: Extras | None = None) -> int:
    """Serve the marketplace in a file, or a new one in memory (None), and give the exit code.

    Port 0 takes a free one. The first line on standard output is the sign-in sheet as one JSON object, with `control`
    and, when other machines can reach it, `control_token` if the control API is open; SIGINT and SIGTERM end it.
    Raises ValueError for an unknown seed.
    """
    extras = extras or Extras()
    wanted = next((each for each in SEEDS if each == seed), None)
    if wanted is None:
        raise ValueError(f"a seed is one of {', '.join(SEEDS)}")
    planting = Planting(wanted, extras.size, extras.deterministic)
    try:
        listener = _listen(host, port)
    except OSError as error:
        _tell(f"The sandbox cannot listen on {host}, port {port}: {error.strerror or error}.")
        return CANNOT_SERVE
    with listener:
        try:
            asyncio.run(_serve(listener, path, planting, extras))
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


async def _serve(listener: socket.socket, path: Path | None, planting: Planting, extras: Extras) -> None:
    host, port = listener.getsockname()[:2]
    lock = None if path is None else ServerLock(path)
    try:
        sandbox = await Sandbox.open(path, planting=planting, base_url=_url(host, port))
        try:
            first_line = asdict(sandbox.sign_in)
            if extras.control:
                first_line |= _open_control(sandbox, extras, strangers=not ip_address(host).is_loopback)
            server = _server(sandbox, extras)
            with _stopped_by_signals(server):
                if not ip_address(host).is_loopback:
                    _warn_of_strangers(host, port, open_idp=extras.open_idp)
                    if not extras.open_idp:
                        sandbox.close_provider()
                with suppress(BrokenPipeError):
                    print(json.dumps(first_line), flush=True)  # noqa: T201 - standard output is the interface
                await server.serve(sockets=[listener])
        finally:
            await sandbox.close()
    finally:
        if lock is not None:
            lock.release()


def _open_control(sandbox: Sandbox, extras: Extras, *, strangers: bool) -> dict[str, str]:
    """Open the control API, and give what the first line says of it. Where strangers come by, it wants a token."""
    control = sandbox.control
    control.api.may_call = extras.doors.names
    control.state.folder = extras.snapshots or control.state.folder
    told = {"control": f"{sandbox.sign_in.url}/sandbox"}
    if strangers:
        control.api.token = told["control_token"] = secrets.token_urlsafe(32)
        _tell("Its control API wants the control_token of the first line on standard output, as a Bearer token.")
    return told


def _server(sandbox: Sandbox, extras: Extras) -> Server:
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    logging.getLogger("uvicorn.error").addHandler(logging.NullHandler())  # what callers do wrong is not our output

    class QuietServer(uvicorn.Server):
        """A server that leaves signals to us: uvicorn's would end the process by the signal, not with exit code 0."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            if extras.control:
                sandbox.control.log.close()  # whoever follows the log would hold the end up
            await super().shutdown(sockets)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def drop() -> None:
            """Break the connection off, which is not a part of ASGI."""
            for connection in tuple(server.server_state.connections):
                if isinstance(connection, H11Protocol) and connection.client == scope["client"]:
                    connection.transport.abort()
            while (await receive())["type"] != "http.disconnect":
                pass

        await guard({**scope, "extensions": {DROP: drop}}, receive, send)

    guard = Guard(sandbox.app, extras.doors, sandbox.now, ((IMPORT_PATH, LARGEST_IMPORT),) if extras.control else ())
    server = QuietServer(
        uvicorn.Config(
            app,
            http="h11",  # the one that bounds the size of headers
            h11_max_incomplete_event_size=LARGEST_HEAD,
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
    return server


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


def _warn_of_strangers(host: str, port: int, *, open_idp: bool) -> None:
    text = f"The sandbox listens on {host}, port {port}: other machines can reach it, and its passwords are public."
    if open_idp:
        text += " Its identity provider lets them sign in as anybody, without a password."
    _tell(f"\x1b[1;31m{text}\x1b[0m" if _has_colour() else text)
    if not open_idp:
        _tell("Its identity provider, which asks for no password, is closed; --open-idp opens it.")


def _has_colour() -> bool:
    return "NO_COLOR" not in os.environ and (sys.stderr.isatty() or "FORCE_COLOR" in os.environ)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - standard error is for people
