"""Prints the vocabulary: HELP's lines and the tables of protocol_spec.md, so that neither can go stale.

``python -m improtocol.reference --write protocol_spec.md`` puts the tables between their marks,
``--check`` says whether they are there as they would be printed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from . import commands, events, limits, replies
from .errors import ALWAYS, Declared, Refusal, UnknownRefusal
from .fields import Kind
from .states import State
from .vocabulary import Command, Event, Item, Message, Reply

_declared = (commands, events, replies)


# --- HELP -----------------------------------------------------------------------------------------------


def help_for(state: State) -> list[str]:
    """Say what may be said in a state, a line each that can be typed."""
    may = [command for command in Command.by_verb.values() if state in command.allowed_in]
    shown = [
        command for command in may if state is State.LOGGED_IN or State.LOGGED_IN not in command.allowed_in
    ]
    always = ", ".join(command.verb for command in may if command not in shown)
    width = max(len(command.example) for command in shown)
    lines = [f"{command.example:{width}}   {command.does}" for command in shown]
    if always:
        lines.append(f"{always:{width}}   at any time")
    return [*lines, f"{'HELP ' + shown[-1].verb:{width}}   all about {shown[-1].verb}"]


def help_on(command: type[Command[Reply]]) -> list[str]:
    """Say all about one command."""
    lines = [command.syntax(), *_paragraphs(command)]
    lines += [f"{a.key}: {a.kind.rule}" for a in command.arguments()]
    lines.append(f"For example: {command.example}")
    lines.append("In state: " + ", ".join(_states(command)))
    if command.refused_with:
        lines.append("May be refused with: " + ", ".join(r.code for r in command.refused_with))
    return lines


def _paragraphs(described: type[Message] | type[Refusal]) -> list[str]:
    """Give the docstring's lines without their marks."""
    text = (described.__doc__ or "").replace("``", "").strip()
    return [" ".join(part.split()) for part in text.split("\n\n")]


def _states(command: type[Command[Reply]]) -> list[str]:
    return [state.value for state in State if state in command.allowed_in]


# --- the tables of the specification ----------------------------------------------------------------------


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def states_table() -> str:
    """Print what each state means and how it is left, which follows from the commands."""

    def leaves(state: State) -> str:
        steps = [
            f"{c.verb} -> {c.enters.value}"
            for c in Command.by_verb.values()
            if c.enters and state in c.allowed_in
        ]
        return ", ".join(steps)

    return _table(("State", "Means", "Left by"), ((f"`{s.value}`", s.meaning, leaves(s)) for s in State))


def commands_table() -> str:
    """Print every command with its states, its reply and its refusals."""
    return _table(
        ("Command", "In", "Then", "Answered with", "May be refused with", "Meaning"),
        (
            (
                f"`{c.syntax()}`",
                "any" if len(c.allowed_in) == len(State) else ", ".join(_states(c)),
                c.enters.value if c.enters else "",
                f"`{c.reply.syntax()}`",
                ", ".join(f"`{r.code}`" for r in c.refused_with),
                _paragraphs(c)[0],
            )
            for c in sorted(Command.by_verb.values(), key=lambda c: c.verb)
        ),
    )


def _messages(family: type[Message]) -> str:
    return _table(
        ("Line", "Meaning"),
        ((f"`{m.syntax()}`", " ".join(_paragraphs(m))) for _, m in sorted(family.by_verb.items())),
    )


def replies_table() -> str:
    """Print every OK line."""
    return _messages(Reply)


def items_table() -> str:
    """Print every line of an answer that more lines follow."""
    return _messages(Item)


def events_table() -> str:
    """Print everything told unasked."""
    return _messages(Event)


def refusals_table() -> str:
    """Print every refusal."""

    def shape(refusal: type[Refusal]) -> str:
        words = [refusal.code, *refusal.word_fields()]
        keys = [f"[{name.replace('_', '-')}=]" for name in refusal.key_fields() if name != "retry_after"]
        return " ".join(words + keys)

    return _table(
        ("Code and what follows it", "Any command", "Meaning"),
        (
            (f"`{shape(r)}`", "yes" if r in ALWAYS else "", " ".join(_paragraphs(r)))
            for _, r in sorted(Declared.by_code.items())
            if r is not UnknownRefusal
        ),
    )


def bad_lines_table() -> str:
    """Print why a line cannot be read."""
    from .errors import BadLine  # noqa: PLC0415

    return _table(("Word behind `bad-line`", "Sentence"), ((f"`{w}`", s) for w, s in BadLine.WHY.items()))


def limits_table() -> str:
    """Print every number with its reason."""
    named = {name: value for name, value in vars(limits).items() if isinstance(value, limits.Limit)}
    told = {id(value): key for key, value in limits.ADVERTISED.items()}
    return _table(
        ("Limit", "Value", "Told as", "Reason"),
        (
            (
                name.lower().replace("_", " "),
                f"{value:d} {value.unit}",
                f"`{told[id(value)]}=`" if id(value) in told else "",
                value.reason,
            )
            for name, value in named.items()
        ),
    )


def kinds_table() -> str:
    """Print the kinds of argument."""
    kinds: dict[str, Kind] = {}
    for family in (Command, Reply, Item, Event):
        for described in family.by_verb.values():
            for argument in described.arguments():
                kinds.setdefault(argument.kind.name, argument.kind)
    return _table(
        ("Kind", "Is", "At most"),
        (
            (f"`{k.name}`", k.rule, f"{k.limit:d} {k.limit.unit}" if k.limit else "")
            for _, k in sorted(kinds.items())
        ),
    )


TABLES: dict[str, Callable[[], str]] = {
    "states": states_table,
    "commands": commands_table,
    "replies": replies_table,
    "items": items_table,
    "events": events_table,
    "refusals": refusals_table,
    "bad-lines": bad_lines_table,
    "kinds": kinds_table,
    "limits": limits_table,
}

_MARKED = re.compile(r"(<!-- printed: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def printed_into(document: str) -> str:
    """Give the document with each marked table as the vocabulary prints it now."""
    return _MARKED.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}\n{found[3]}", document)


def missing_from(document: str) -> list[str]:
    """Name the tables that the document has no marks for."""
    marked = {found[1] for found in _MARKED.findall(document)}
    return sorted(set(TABLES) - marked)


def main(arguments: list[str]) -> int:
    """Write the tables, or check them; the exit status says whether they were right."""
    if len(arguments) != 2 or arguments[0] not in ("--write", "--check"):
        print("python -m improtocol.reference --write|--check protocol_spec.md", file=sys.stderr)
        return 2
    path = Path(arguments[1])
    document = path.read_text(encoding="utf-8")
    if missing := missing_from(document):
        print(f"{path} has no place for: {', '.join(missing)}", file=sys.stderr)
        return 1
    printed = printed_into(document)
    if arguments[0] == "--write":
        path.write_text(printed, encoding="utf-8")
    elif printed != document:
        print(
            f"{path} differs from what the vocabulary prints: python -m improtocol.reference --write {path}"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
