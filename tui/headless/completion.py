"""Completion for shells, written from the parser: whatever the command line takes, it completes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class _Word:
    """Something that can stand on the command line, with what it is for, and the values that may follow it."""

    names: tuple[str, ...]
    help: str
    takes_value: bool = False
    choices: tuple[str, ...] = ()
    is_file: bool = False


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script that a shell reads: bash, zsh or fish."""
    commands = _commands(parser)
    writers = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    return writers[shell](parser, commands)


def _commands(parser: argparse.ArgumentParser) -> Mapping[str, tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:  # noqa: SLF001 - argparse tells its actions nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            helps = {each.dest: each.help or "" for each in action._choices_actions}  # noqa: SLF001
            return {name: (helps.get(name, ""), each) for name, each in action.choices.items()}
    return {}


def _words(parser: argparse.ArgumentParser) -> Iterator[_Word]:
    for action in parser._actions:  # noqa: SLF001 - as above
        if isinstance(action, argparse._SubParsersAction) or action.help == argparse.SUPPRESS:  # noqa: SLF001
            continue
        choices = tuple(map(str, action.choices or ()))
        is_file = action.metavar in ("FILE", "DIR")
        takes = action.nargs != 0
        yield _Word(tuple(action.option_strings), _plain(action.help or ""), takes, choices, is_file)


def _plain(text: str) -> str:
    return re.sub(r"[^\w ,.;:()/+*-]", "", text)


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return [name for word in _words(parser) for name in word.names]


def _first_choices(parser: argparse.ArgumentParser) -> list[str]:
    """Return the values of what stands without an option's name."""
    return [choice for word in _words(parser) if not word.names for choice in word.choices]


def _takes_file(parser: argparse.ArgumentParser) -> bool:
    return any(word.is_file for word in _words(parser) if not word.names)


def _values(parsers: Sequence[argparse.ArgumentParser]) -> Mapping[str, _Word]:
    """Return the options that want a value, those of all commands together: of one name, the values of each."""
    found: dict[str, _Word] = {}
    for parser in parsers:
        for word in _words(parser):
            if not word.takes_value or not (word.choices or word.is_file):
                continue
            for name in word.names:
                before = found.get(name, word)
                found[name] = replace(before, choices=tuple(dict.fromkeys((*before.choices, *word.choices))))
    return found


def _bash(parser: argparse.ArgumentParser, commands: Mapping[str, tuple[str, argparse.ArgumentParser]]) -> str:
    lines = [
        "# Completion of ocgate for bash:  source <(ocgate completion bash)",
        "_ocgate() {",
        '    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command="" each',
        "    COMPREPLY=()",
        '    for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
        f'        case "$each" in {"|".join(commands)}) command="$each"; break;; esac',
        "    done",
        '    case "$before" in',
    ]
    for name, word in _values([parser, *(each for _, each in commands.values())]).items():
        what = "-f" if word.is_file else f'-W "{" ".join(word.choices)}"'
        lines.append(f'        {name}) COMPREPLY=($(compgen {what} -- "$word")); return;;')
    lines += ["    esac", '    case "$command" in']
    for name, (_, each) in commands.items():
        words = " ".join([*_first_choices(each), *_options(each)])
        files = ' $(compgen -f -- "$word")' if _takes_file(each) else ""
        lines.append(f'        {name}) COMPREPLY=($(compgen -W "{words}" -- "$word"){files});;')
    words = " ".join([*commands, *_options(parser)])
    lines += [f'        *) COMPREPLY=($(compgen -W "{words}" -- "$word"));;', "    esac", "}"]
    return "\n".join([*lines, "complete -F _ocgate ocgate", ""])


def _zsh(parser: argparse.ArgumentParser, commands: Mapping[str, tuple[str, argparse.ArgumentParser]]) -> str:
    lines = [
        "#compdef ocgate",
        "# Completion of ocgate for zsh:  ocgate completion zsh > a folder of $fpath, named _ocgate",
        "_ocgate() {",
        '    local command="" each',
        '    for each in "${(@)words[2,CURRENT-1]}"; do',
        f'        case "$each" in {"|".join(commands)}) command="$each"; break;; esac',
        "    done",
        '    case "${words[CURRENT-1]}" in',
    ]
    for name, word in _values([parser, *(each for _, each in commands.values())]).items():
        what = "_files" if word.is_file else f"compadd -- {' '.join(word.choices)}"
        lines.append(f"        {name}) {what}; return;;")
    lines += ["    esac", '    case "$command" in']
    for name, (_, each) in commands.items():
        files = "; _files" if _takes_file(each) else ""
        lines.append(f"        {name}) compadd -- {' '.join([*_first_choices(each), *_options(each)])}{files};;")
    described = " ".join(f"'{name}:{_plain(told)}'" for name, (told, _) in commands.items())
    lines += [
        f"        *) each=({described}); _describe command each; compadd -- {' '.join(_options(parser))};;",
        "    esac",
        "}",
    ]
    lines[3] = '    local command=""\n    local -a each'
    lines[4] = '    for one in "${(@)words[2,CURRENT-1]}"; do'
    lines[5] = f'        case "$one" in {"|".join(commands)}) command="$one"; break;; esac'
    return "\n".join(
        [*lines, 'if [ "$funcstack[1]" = "_ocgate" ]; then _ocgate "$@"; else compdef _ocgate ocgate; fi', ""]
    )


def _fish(parser: argparse.ArgumentParser, commands: Mapping[str, tuple[str, argparse.ArgumentParser]]) -> str:
    lines = ["# Completion of ocgate for fish:  ocgate completion fish | source", "complete -c ocgate -f"]
    none = f"not __fish_seen_subcommand_from {' '.join(commands)}"
    lines += [_fish_option(none, word) for word in _words(parser) if word.names]
    for name, (told, each) in commands.items():
        lines.append(f"complete -c ocgate -n '{none}' -a {name} -d '{_plain(told)}'")
        when = f"__fish_seen_subcommand_from {name}"
        lines += [_fish_option(when, word) for word in _words(each) if word.names]
        if choices := _first_choices(each):
            lines.append(f"complete -c ocgate -n '{when}' -a '{' '.join(choices)}'")
        if _takes_file(each):
            lines.append(f"complete -c ocgate -n '{when}' -F")
    return "\n".join([*lines, ""])


def _fish_option(when: str, word: _Word) -> str:
    names = [f"-l {each[2:]}" if each.startswith("--") else f"-s {each[1:]}" for each in word.names]
    values = f" -a '{' '.join(word.choices)}'" if word.choices else ""
    takes = " -x" if word.takes_value and not word.is_file else " -r -F" if word.is_file else ""
    return f"complete -c ocgate -n '{when}' {' '.join(names)}{takes}{values} -d '{word.help}'"
