"""What the sandbox's server is measured against: `python -m tests.bench.bare`.

The same server with the same settings, and two routes that only do what cannot be left out: `/token` signs one RS256
token as the sandbox signs its own, `/resource/N` sends the Nth of the answers that it was given on standard input as
a JSON list of texts.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys

import uvicorn
from starlette.types import Receive, Scope, Send

from tui.sandbox.fields import compact
from tui.sandbox.keys import SigningKey, new_key
from tui.tokens.token import JSON


class Bare:
    """The application."""

    def __init__(self, resources: list[str]) -> None:
        self._resources = {f"/resource/{at}": each.encode() for at, each in enumerate(resources)}
        self._key = SigningKey(*new_key())
        self._claims: dict[str, JSON] = {
            "usr": "harbor-admin",
            "cid": "5f0c9a1e",
            "role": "FullAccess",
            "exp": 1,
            "nbf": 0,
            "iat": 0,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"] == "/token":
            await receive()
            body = compact({"access_token": self._key.sign(self._claims)}).encode()
        else:
            body = self._resources[scope["path"]]
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve on a free port, whose number is the first line on standard output."""
    app = Bare(json.load(sys.stdin))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:  # as the sandbox's server
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            app,
            http="h11",
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            date_header=False,
            server_header=False,
            proxy_headers=False,
        )
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
