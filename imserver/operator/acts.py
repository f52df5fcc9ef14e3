"""The commands about people: each is one of the language, with its arguments, its help and its answer."""

from __future__ import annotations

import inspect
from typing import Any

import click

from improtocol import commands
from improtocol.errors import Refusal
from improtocol.names import ANY_NAMES
from improtocol.vocabulary import Argument, Command, Event, Message

from .entering import acting, watching
from .saying import NotDone, Say, Status, telling, written

ACTS: dict[str, type[Command[Any]]] = {
    "invite": commands.Invite,
    "invites": commands.Invites,
    "uninvite": commands.Uninvite,
    "users": commands.Accounts,
    "sessions": commands.Sessions,
    "stats": commands.Stats,
    "tell": commands.Send,
    "announce": commands.Announce,
    "disconnect": commands.Disconnect,
    "reset": commands.Reset,
    "suspend": commands.Suspend,
    "restore": commands.Restore,
    "grant": commands.Grant,
    "revoke": commands.Revoke,
    "stop": commands.Stop,
}
#: They answer with lines.
LISTS = ("invites", "users", "sessions", "stats")
#: By these an answer is asked on with; the commands do that by themselves.
PAGES = ("after", "before")


def act(name: str, described: type[Command[Any]]) -> click.Command:
    """Make the command that says a command of the language."""

    @telling
    def do(say: Say, **words: Any) -> None:
        with acting() as call:
            answer, items = call.ask_all(meant(described, words))
        if name in LISTS:
            heads = [argument.key for argument in type(items[0]).arguments()] if items else []
            say.table(heads, [facts(item) for item in items])
        else:
            say.facts(in_lines(answer), facts(answer))

    made = click.command(
        name, params=parameters(described), help=help_of(described), short_help=described.does
    )
    return made(do)


def parameters(described: type[Command[Any]]) -> list[click.Parameter]:
    """Give a command's arguments: its words, its keys as options, its text as all that is left."""
    made: list[click.Parameter] = [
        click.Argument([argument.name], required=argument.required, metavar=_metavar(argument))
        for argument in described.word_arguments
    ]
    for key, argument in described.key_arguments.items():
        if key in PAGES:
            continue
        if argument.kind.name == "yes":
            made.append(click.Option([f"--{key}", argument.name], is_flag=True))
        else:
            made.append(
                click.Option([f"--{key}", argument.name], help=argument.kind.rule, default=argument.default)
            )
    if text := described.text_argument:
        made.append(click.Argument([text.name], nargs=-1, required=text.required, metavar=_metavar(text)))
    return made


def _metavar(argument: Argument) -> str:
    name = argument.key.upper()
    dots = "..." if argument.kind.text else ""
    return f"{name}{dots}" if argument.required else f"[{name}{dots}]"


def help_of(described: type[Command[Any]]) -> str:
    """Give what the language says of it."""
    return inspect.cleandoc(described.__doc__ or "").replace("``", "`")


def meant(described: type[Command[Any]], words: dict[str, Any]) -> Command[Any]:
    """Make the command of what was typed; raises `NotDone` if the language has no such thing."""
    values: dict[str, Any] = {}
    for argument in described.arguments():
        typed = words.get(argument.name)
        if typed is None or typed == () or typed is False or typed == argument.default:
            continue
        if argument.kind.name == "yes":
            values[argument.name] = True
            continue
        typed = " ".join(typed) if argument.kind.text else str(typed)
        try:
            values[argument.name] = argument.kind.read(typed, ANY_NAMES)
        except Refusal as refused:
            raise NotDone(str(refused), code=refused.code, status=Status.MISTYPED) from None
    return described(**values)


def facts(message: Message) -> dict[str, object]:
    """Give what a message says, as JSON can."""
    return {
        argument.key: _fact(argument, value)
        for argument in message.arguments()
        if (value := getattr(message, argument.name)) is not None
    }


def _fact(argument: Argument, value: Any) -> object:
    if argument.kind.name == "moment" or not isinstance(value, (int, tuple)):
        return argument.kind.write(value)
    return list(value) if isinstance(value, tuple) else value


def in_lines(message: Message) -> str:
    """Say what an answer means, and below it what it says."""
    lines = [f"  {key:<10} {written(value)}".rstrip() for key, value in facts(message).items()]
    return "\n".join([message.summary(), *lines])


@click.command(
    "watch", params=parameters(commands.Watch), help=f"{help_of(commands.Watch)}\n\nCtrl-C ends it."
)
@telling
def watch(say: Say, **words: Any) -> None:
    """Show what is told until somebody has seen enough."""

    def told(event: Event) -> None:
        if event.verb in ("NOTE", "LINE"):
            said = facts(event)
            shown = " ".join(map(written, sorted(said.values(), key=lambda value: value == said["line"])))
            say.line(shown, {"event": event.verb.lower(), **said})

    try:
        with watching(told) as call:
            call.ask(meant(commands.Watch, words))
            call.wait()
    except KeyboardInterrupt:
        return


COMMANDS: dict[str, click.Command] = {
    **{name: act(name, described) for name, described in ACTS.items()},
    "watch": watch,
}
