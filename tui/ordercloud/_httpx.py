"""The one place that imports httpx: everything else takes its names from here.

With `click` installed, `import httpx` also loads httpx's own command line, which costs 17 ms and is never used. A
`None` in `sys.modules` makes that import fail, which httpx expects (the command line is an optional part of it).
"""

from __future__ import annotations

import sys

_guard = "httpx._main" not in sys.modules
if _guard:
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # None is Python's own mark for "cannot be imported"
try:
    import httpx
    from httpx import (
        URL,
        ASGITransport,
        AsyncBaseTransport,
        AsyncByteStream,
        AsyncClient,
        Headers,
        InvalidURL,
        Limits,
        Request,
        Response,
    )
finally:
    if _guard:
        sys.modules.pop("httpx._main", None)

__all__ = [
    "URL",
    "ASGITransport",
    "AsyncBaseTransport",
    "AsyncByteStream",
    "AsyncClient",
    "Headers",
    "InvalidURL",
    "Limits",
    "Request",
    "Response",
    "httpx",
]
