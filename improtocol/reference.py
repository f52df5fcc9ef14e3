"""Prints the vocabulary: HELP's lines and the tables of protocol_spec.md, so that neither can go stale.

``python -m improtocol.reference --write protocol_spec.md`` puts the tables between their marks,
``--check`` says whether they are there as they would be printed.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

from . import commands, events, limits, replies
from .errors import ALWAYS, BadLine, Declared, Refusal
from .fields import Kind
from .states import State
from .vocabulary import Command, Event, Item, Message, Reply

_declared = (commands, events, replies)
WIDTH = 100  #: of HELP's lines: a terminal beside another still shows them whole


# --- HELP -----------------------------------------------------------------------------------------------


def help_for(state: State, may: Iterable[type[Command[Reply]]] | None = None) -> list[str]:
    """Say what may be said in a state, a line each that can be typed; else what anybody may say in it."""
    if may is None:
        may = [c for c in Command.by_verb.values() if state in c.allowed_in and c.right is None]
    may = list(may)
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
    lines = [command.syntax()]
    for paragraph in _paragraphs(command, code=""):
        lines += textwrap.wrap(paragraph, WIDTH)
    lines += [f"{a.key}: {a.kind.rule}" for a in command.arguments()]
    lines.append(f"For example: {command.example}")
    lines.append("In state: " + ", ".join(_states(command)))
    if command.right is not None:
        lines.append(f"Needs the right: {command.right}")
    if command.refused_with:
        lines += textwrap.wrap(
            "May be refused with: " + ", ".join(r.code for r in command.refused_with), WIDTH
        )
    return lines


def _paragraphs(described: type[Message] | type[Refusal], *, code: str = "`") -> list[str]:
    """Give what the docstring says, with what is typed between marks of code."""
    text = (described.__doc__ or "").replace("``", code).strip()
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
    """Print every command with its states and its refusals."""

    def states(command: type[Command[Reply]]) -> str:
        before = "any" if len(command.allowed_in) == len(State) else ", ".join(_states(command))
        if command.right is not None:
            before += f" as {command.right}"
        return f"{before} -> {command.enters.value}" if command.enters else before

    return _table(
        ("Command", "In state", "Means", "May be refused with"),
        (
            (f"`{c.syntax()}`", states(c), _paragraphs(c)[0], _codes(c.refused_with))
            for c in sorted(Command.by_verb.values(), key=lambda c: c.verb)
        ),
    )


def _codes(refusals: Iterable[type[Refusal]]) -> str:
    return ", ".join(f"`{refusal.code}`" for refusal in refusals)


def _messages(family: type[Message]) -> str:
    return _table(
        ("Line", "Means"),
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
    """Print every refusal, with the commands that name it."""

    def shape(refusal: type[Refusal]) -> str:
        words = [refusal.code, *refusal.word_fields()]
        keys = [f"[{name.replace('_', '-')}=]" for name in refusal.key_fields() if name != "retry_after"]
        return " ".join(words + keys)

    def whose(refusal: type[Refusal]) -> str:
        if refusal in ALWAYS:
            return "any command"
        return ", ".join(f"`{c.verb}`" for c in Command.by_verb.values() if refusal in c.refused_with)

    return _table(
        ("Code and what follows it", "Of", "Means"),
        ((f"`{shape(r)}`", whose(r), " ".join(_paragraphs(r))) for _, r in sorted(Declared.by_code.items())),
    )


def bad_lines_table() -> str:
    """Print why a line cannot be read."""
    rows = ((f"`{why}`", sentence.format(limit="N")) for why, sentence in BadLine.WHY.items())
    return _table(("Word behind `bad-line`", "Sentence"), rows)


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
        ("Kind", "Is", "At most", "In the grammar"),
        (
            (f"`{k.name}`", k.rule, f"{k.limit:d} {k.limit.unit}" if k.limit else "", f"`{k.abnf}`")
            for _, k in sorted(kinds.items())
        ),
    )


# --- the grammar of the specification ---------------------------------------------------------------------


def grammar() -> str:
    """Print a rule for every line that can be said, in ABNF; the rules it stands on are in the prose."""
    families: dict[str, type[Message]] = {"ask": Command, "ok": Reply, "item": Item, "told": Event}
    rules = []
    for name, family in families.items():
        members = sorted(family.by_verb.items())
        rules += [f"{name + '-' + verb.lower():13} = {_rule(described)}" for verb, described in members]
        rules.append(f"{name:13} = " + " / ".join(f"{name}-{verb.lower()}" for verb, _ in members))
    folded = [
        "\n".join(textwrap.wrap(rule, WIDTH, subsequent_indent=" " * 16, break_on_hyphens=False))
        for rule in rules
    ]
    return "\n".join(["```abnf", *folded, "```"])


def _rule(described: type[Message]) -> str:
    """Write the rule of one line: a command as it may be typed, any other as it is written."""
    asked = issubclass(described, Command)
    blank = "BL" if asked else "SP"
    parts = [f'"{described.verb}"' if asked else f'%s"{described.opening}"']
    for argument in described.word_arguments:
        word = f"{blank} {argument.kind.abnf}"
        parts.append(word if argument.required else f"[ {word} ]")
    keys = {a: f'%s"{key}=" {a.kind.abnf}' for key, a in described.key_arguments.items()}
    if asked and keys:  # in any order
        parts.append(f"*( BL ( {' / '.join(keys.values())} ) )")
    else:
        parts += [f"SP {rule}" if a.required else f"[ SP {rule} ]" for a, rule in keys.items()]
    text = described.text_argument
    if text is not None:
        rule = f'{blank} ":" {text.kind.abnf}'
        parts.append(rule if text.required else f"[ {rule} ]")
    elif asked:
        parts.append("[ BL ]")
    return " ".join(parts)


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
    "grammar": grammar,
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
