"""A message body as it went over the wire: its bytes, and what they say as a form or as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote_plus

from tui.ordercloud.redact import Secrets, redact_json, redact_pairs, redact_text

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON

KEPT_BYTES = 256 * 1024
"""How much of a body an exchange keeps."""
_MAX_DEPTH = 100
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotJSON(ValueError):  # it says what the text is, like NotADirectoryError
    """The text is no JSON; `truncated` when it only stops too early."""

    def __init__(self, reason: str, *, truncated: bool = False) -> None:
        super().__init__(reason)
        self.truncated = truncated


def parse_json(content: bytes) -> JSON:
    """Read JSON as OrderCloud sends it: UTF-8, perhaps with a byte order mark. Raises NotJSON.

    Halves of surrogate pairs become U+FFFD, for no other text can hold them; `NaN` and the infinities are refused.
    """
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data"
        raise NotJSON("it is not UTF-8", truncated=cut) from None
    if not text:
        raise NotJSON("it is empty", truncated=True)
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        cut = text[0] in "{[" and (error.pos >= len(text) or error.msg.startswith("Unterminated string"))
        raise NotJSON(f"{error.msg} at character {error.pos}", truncated=cut) from None
    except RecursionError:
        raise NotJSON("it is nested too deeply") from None
    except ValueError as error:
        raise NotJSON(str(error)) from None
    if text.count("[") + text.count("{") > _MAX_DEPTH and _deeper(value, _MAX_DEPTH):
        raise NotJSON("it is nested too deeply")
    if "\\ud" in text or "\\uD" in text:
        value = _without_surrogates(value)
    return value  # type: ignore[no-any-return]  # json.loads gives JSON


def _refuse_constant(name: str) -> None:
    raise NotJSON(f"{name} is no JSON number")


def _deeper(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        inside: list[Any] = []
        for one in level:
            if isinstance(one, dict | list):
                inside.extend(one.values() if isinstance(one, dict) else one)
        if not inside:
            return False
        level = inside
    return True


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(each) for each in value]
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(each) for name, each in value.items()}
    return value


@dataclass(frozen=True)
class Body:
    """A body of a request or of an answer; `size` is its whole length in bytes, of which KEPT_BYTES are kept."""

    content: bytes = field(default=b"", repr=False)
    content_type: str = ""
    size: int = 0

    @classmethod
    def of(cls, content: bytes, content_type: str = "") -> Body:
        """Keep a body, or the beginning of a large one."""
        return cls(content[:KEPT_BYTES], content_type, len(content))

    @property
    def truncated(self) -> bool:
        """Tell whether only the beginning was kept."""
        return self.size > len(self.content)

    @property
    def is_form(self) -> bool:
        """Tell whether the body was sent as a form."""
        return self.content_type.partition(";")[0].strip().casefold() == "application/x-www-form-urlencoded"

    @cached_property
    def form(self) -> tuple[tuple[str, str], ...] | None:
        """The fields of a form in their order; None for any other body."""
        if not self.is_form:
            return None
        text = self.content.decode("utf-8", "replace")
        return tuple(parse_qsl(text, keep_blank_values=True))

    @cached_property
    def _parsed(self) -> tuple[JSON] | None:
        if not self.content or self.truncated or self.is_form:
            return None
        try:
            return (parse_json(self.content),)
        except NotJSON:
            return None

    @property
    def is_json(self) -> bool:
        """Tell whether the body is JSON, whatever its content type says."""
        return self._parsed is not None

    @property
    def json(self) -> JSON:
        """The JSON value; None when there is none (or when it is `null`: see `is_json`)."""
        return self._parsed[0] if self._parsed else None

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 become U+FFFD."""
        return self.content.decode("utf-8-sig", "replace")

    @property
    def pretty(self) -> str:
        """The body for reading: a form line by line, JSON indented, anything else as it is; a cut body says so."""
        if self.form is not None:
            shown = "\n".join(f"{name}={value}" for name, value in self.form)
        elif self.is_json:
            shown = json.dumps(self.json, indent=2, ensure_ascii=False)
        else:
            shown = self.text
        if self.truncated:
            shown += f"\n… {len(self.content):,} of {self.size:,} bytes kept"
        return shown

    def redacted(self, secrets: Secrets) -> Body:
        """Give the same body without credentials; `size` stays what it was."""
        if not self.content:
            return self
        if self.form is not None:
            pairs = redact_pairs(self.form, secrets)
            masked = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
        elif self.is_json:
            masked = json.dumps(redact_json(self.json, secrets), ensure_ascii=False)
        else:
            masked = redact_text(self.text, secrets, named=True)
        content = masked.encode("utf-8", "replace")
        return Body(content, self.content_type, self.size if self.truncated else len(content))
