"""What is wrong with a file of settings, said so that a person can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ConfigProblem:
    """One thing wrong in one file.

    key is the dotted name as it would be written in the file, "" when the whole file is meant; line counts from 1 and
    is None when it is not known; message says what is there and what is wanted, and never repeats a secret.
    """

    file: Path
    message: str
    key: str = ""
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line is not None else str(self.file)
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"
