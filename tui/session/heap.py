"""What is there to stay is not looked at again and again by the garbage collector."""

from __future__ import annotations

import gc
from itertools import count

RENEWED_AFTER = 20
"""After so many calls everything is looked at again."""
_calls = count(1)


def keep_for_good() -> None:
    """Take all that is alive now out of garbage collection; what is no longer used is freed all the same.

    A full collection visits every object there is. With the modules of the console, its widgets and 10,000 API clients
    that is 100 ms in which no key is answered, and it comes every few seconds while lists are read. What is garbage
    already is collected first, which takes some milliseconds when it is done now and then. What was kept and became
    garbage later, such as the lines that were on the screen, is found when everything is looked at again.
    """
    if next(_calls) % RENEWED_AFTER == 0:
        gc.unfreeze()
    gc.collect()
    gc.freeze()
