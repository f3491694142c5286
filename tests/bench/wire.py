"""A client that costs next to nothing: requests as bytes over several kept connections, for measuring servers."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping

PATIENCE = 30.0


def request(method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    """Write a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def connect(port: int, count: int) -> list[socket.socket]:
    """Open connections."""
    made = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(count)]
    for each in made:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def answer(connection: socket.socket) -> bytes:
    """Read the body of an answer. Raises RuntimeError when it is none of success, or the server has gone."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += _more(connection)
    if not head.startswith(b"HTTP/1.1 2"):
        raise RuntimeError(f"the server answered {head[:40]!r}: {body[:200]!r}")
    return body


def _more(connection: socket.socket) -> bytes:
    chunk = connection.recv(1 << 16)
    if not chunk:
        raise RuntimeError("the server has closed the connection")
    return chunk


def per_second(port: int, content: bytes, rounds: int, count: int) -> float:
    """Send a request over several new connections, again as soon as it is answered; give the answers per second."""
    connections = connect(port, count)
    began = time.perf_counter()
    for each in connections:
        each.sendall(content)
    for left in range(rounds - 1, -1, -1):
        for each in connections:
            answer(each)
            if left:
                each.sendall(content)
    took = time.perf_counter() - began
    for each in connections:
        each.close()
    return rounds * count / took


def ask(port: int, content: bytes) -> bytes:
    """Send one request over a connection of its own."""
    (connection,) = connect(port, 1)
    with connection:
        connection.sendall(content)
        return answer(connection)
