"""A request as an `.http` file, which editors send."""

from __future__ import annotations

from tui.ordercloud.copy_as.parts import FORM, Request, Slot, Text, form_text, pieces


def write(request: Request, *, values: bool) -> str:
    """Write a request as a file of its own, with the variables it takes from the environment on top."""
    names = request.variables(values=values)
    head = "".join(f"@{name} = {{{{$processEnv {name}}}}}\n" for name in names)
    if request.form is not None and any(isinstance(each, Slot) for each in _form(request, values=values)):
        head += "# Variables in a form are sent as they are: write them URL-encoded.\n"
    lines = [f"{_line(request.method)} {_text(request.url, values=values)}"]
    lines += [f"{_line(name)}: {_text(value, values=values)}" for name, value in request.headers]
    body = ""
    if request.form is not None:
        lines.append(f"Content-Type: {FORM}")
        body = "\n" + _filled(_form(request, values=values))
    elif request.has_body and request.is_json:
        # A text in JSON can hold every sign by its number, so no brace of it is taken for a variable.
        parts = (
            each.replace("{{", "{\\u007b") if isinstance(each, str) else each
            for each in pieces(request.body_text(), values=values)
        )
        body = "\n" + _filled(tuple(parts))
    elif request.has_body:
        body = "\n# The body is neither JSON nor a form, and is left out."
    return (f"{head}\n" if head else "") + "\n".join(lines) + f"\n{body}".rstrip("\n") + "\n"


def _form(request: Request, *, values: bool) -> tuple[str | Slot, ...]:
    return pieces(form_text(request.form or (), values=values), values=values)


def _filled(parts: tuple[str | Slot, ...]) -> str:
    return "".join(each if isinstance(each, str) else f"{{{{{each.name}}}}}" for each in parts)


def _text(text: Text, *, values: bool) -> str:
    parts = pieces(text, values=values)
    return _filled(tuple(_line(each) if isinstance(each, str) else each for each in parts))


def _line(text: str) -> str:
    """Keep a text on its line, and its braces from meaning a variable."""
    return text.replace("\r", "%0D").replace("\n", "%0A").replace("{{", "%7B%7B")
