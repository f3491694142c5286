"""What is there to stay is not looked at again and again by the garbage collector."""

from __future__ import annotations

import gc


def keep_for_good() -> None:
    """Take all that is alive now out of garbage collection; what is no longer used is freed all the same.

    A full collection visits every object there is. With the modules of the console, its widgets and 10,000 API clients
    that is 100 ms in which no key is answered, and it comes every few seconds while lists are read.
    """
    gc.freeze()
