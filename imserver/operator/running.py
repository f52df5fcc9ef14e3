"""``imserver run``: the server, told the same as ``twistd imserver``; ``window``: with a window, too."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from .saying import Say, telling


class Run(click.Command):
    """Everything behind it is another's to read, so that nothing is said twice."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words as they are."""
        ctx.params = {"words": tuple(args)}
        return []


@click.command(cls=Run)
def run(words: tuple[str, ...]) -> None:
    """Run a server until Ctrl-C: the same as `twistd -n imserver`, and told the same.

    `imserver run --help` shows what it can be told, `imserver run --limits` its limits.
    """
    from twisted.python.usage import UsageError  # noqa: PLC0415
    from twisted.scripts import twistd  # noqa: PLC0415

    maker = import_module("twisted.plugins.imserver_plugin").imserver

    class Only(twistd.ServerOptions):  # type: ignore[misc, name-defined]
        """What twistd is told, by somebody who knows which plug-in is wanted.

        To look for others means to import them all, at every start where their list cannot be kept: as under
        systemd, which lets the server write to its data folder alone.
        """

        _getPlugins = staticmethod(lambda interface: [maker])

    # No file with the process's number: what keeps a server running knows it, and the folder is locked.
    # Where it was typed the server's own user may have no right to be: as root's folder, by operator.sh.
    here = [] if os.access(".", os.X_OK) else ["--rundir=/"]
    sys.argv = ["twistd", "--nodaemon", "--pidfile=", *here, "imserver", *words]
    told = Only()
    try:
        told.parseOptions()
    except UsageError as wrong:
        raise click.UsageError(str(wrong)) from None
    twistd.runApp(told)


@click.command()
@click.option("--data", metavar="FOLDER", help="The server's data folder.")
@click.option(
    "--config", "file", metavar="FILE", help="The file that is read; else imserver.toml in the folder."
)
@telling
def config(say: Say, data: str | None, file: str | None) -> None:
    """Print the whole configuration as a server has it that is started now, as an imserver.toml.

    Each option stands with what it does; what is not said anywhere, and is as ever, stands behind a #.
    """
    from .configuring import options_of, whole  # noqa: PLC0415

    options = options_of(data, file)
    say.facts(whole(options), options.facts)


@click.command(cls=Run)
def window(words: tuple[str, ...]) -> None:
    """Run a server with a window, or look at one that runs, with --attach HOST:PORT.

    `imserver window --help` shows what it can be told: all that `run` is told, and what is the window's.
    """
    try:
        # By its name: the server's wing knows no window, and most servers have no Qt.
        program = import_module("imserver.window.app")
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"A window needs {error.name}: in the checkout, pip install '.[gui]'"
        ) from None
    sys.exit(program.main(words))


COMMANDS = {"run": run, "config": config, "window": window}
