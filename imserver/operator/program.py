"""``imserver``: all commands by name; only the one that is asked for is loaded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from improtocol.version import __version__

#: Where each command is, in the order of ``--help``.
COMMANDS = {
    "run": "running",
    "config": "running",
    "window": "running",
    "login": "entering",
    "logout": "entering",
    "invite": "acts",
    "invites": "acts",
    "uninvite": "acts",
    "users": "acts",
    "sessions": "acts",
    "stats": "acts",
    "watch": "acts",
    "tell": "acts",
    "announce": "acts",
    "disconnect": "acts",
    "reset": "acts",
    "suspend": "acts",
    "restore": "acts",
    "grant": "acts",
    "revoke": "acts",
    "stop": "acts",
    "backup": "upkeep",
    "restore-backup": "upkeep",
    "verify": "upkeep",
    "export": "upkeep",
    "import": "upkeep",
    "prune": "upkeep",
    "appoint": "upkeep",
    "doctor": "upkeep",
}


class Program(click.Group):
    """The commands, each in the module it is loaded from when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give their names, in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".{COMMANDS[cmd_name]}", __package__)
        found: click.Command | None = module.COMMANDS.get(cmd_name)
        return found

    def main(self, args: Sequence[str] | None = None, *more: Any, **keys: Any) -> Any:
        """Do what the words ask for; whoever asked for JSON gets it of what was mistyped, too."""
        words = sys.argv[1:] if args is None else list(args)
        if "--json" not in words:
            return super().main(args, *more, **keys)
        from .saying import NotDone, Say, Status  # noqa: PLC0415

        try:
            return super().main(args, *more, **{**keys, "standalone_mode": False})
        except click.ClickException as wrong:
            sentence = f"{wrong.format_message()} `imserver --help` tells more."
            code = "mistyped" if wrong.exit_code == Status.MISTYPED else "not-done"
            Say(as_json=True).fail(NotDone(sentence, code=code, status=Status(wrong.exit_code)))
        except click.Abort:
            Say(as_json=True).fail(NotDone("You ended it.", code="ended"))


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="imserver")
def program() -> None:
    """Run an instant messenger, and look after it.

    The commands about people (invite to stop) speak to a running server as an administrator: begin with
    `imserver login ADDRESS NAME`.  Those behind them work on the data folder, on the server's own machine.
    The exit status is 0 only if what was asked is done and true; 1: it is not; 2: mistyped; 3: no server
    answered.  With --json each prints JSON; why something was not done is an object on standard error, with
    a code as `error` and its `sentence`.
    """


def main() -> None:
    """Do what the command line asks for."""
    program()
