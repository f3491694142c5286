"""A marketplace in a box: the rules of access and the reading of tokens, served over OrderCloud's wire protocol."""

from tui.sandbox.errors import (
    NotASandbox,
    SandboxError,
    SandboxLocked,
    SandboxReadOnly,
    SandboxServed,
    SandboxTooNew,
)
from tui.sandbox.passwords import DEFAULT, FAST, Hashing
from tui.sandbox.planting import Planting
from tui.sandbox.sandbox import IN_PROCESS_URL, SEEDS, Sandbox, SeedName, SignInSheet

__all__ = [
    "DEFAULT",
    "FAST",
    "IN_PROCESS_URL",
    "SEEDS",
    "Hashing",
    "NotASandbox",
    "Planting",
    "Sandbox",
    "SandboxError",
    "SandboxLocked",
    "SandboxReadOnly",
    "SandboxServed",
    "SandboxTooNew",
    "SeedName",
    "SignInSheet",
]
