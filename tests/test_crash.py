"""The crash report: where it broke and what of, and nothing anybody would want to hide."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

from tests.console import open_console
from tui import crash

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET = "s3cr3t-Value-1"


def broken(password: str) -> None:
    """Fail with a secret in a local, and in the message."""
    raise ValueError(f"bad password {password}")


def caught() -> Exception:
    """Return the error of `broken`, wrapped in another."""
    try:
        try:
            broken(SECRET)
        except ValueError as error:
            raise AttributeError("no attribute 'x'") from error
    except AttributeError as error:
        found = error
    return found


def test_a_report_tells_types_and_frames_and_no_data() -> None:
    text = crash.report(caught(), NOW)
    assert "AttributeError: no attribute 'x'" in text
    assert "builtins.ValueError (message left out" in text
    assert "in broken" in text
    assert SECRET not in text
    assert str(Path.home()) not in text


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    file = crash.write_report(caught(), tmp_path / "crashes", NOW)
    assert file is not None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_made_is_no_second_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert crash.write_report(caught(), tmp_path / "file" / "crashes", NOW) is None


def assert_holds_no_secret(file: Path) -> None:
    assert SECRET not in file.read_text(encoding="utf-8")


async def test_a_fault_in_the_console_ends_it_with_code_70_and_a_report() -> None:
    error: Exception | None = None
    try:
        async with open_console() as console:
            console.app.call_later(broken, SECRET)
            await console.pilot.pause()
    except ValueError as raised:
        error = raised
    assert error is not None
    assert console.app.return_code == crash.EXIT_CODE
    assert console.app.crash_file is not None
    assert_holds_no_secret(Path(console.app.crash_file))
