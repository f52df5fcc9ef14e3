"""``imserver run``: the server itself, told the same as ``twistd imserver``."""

from __future__ import annotations

import sys

import click


class Run(click.Command):
    """Everything behind ``run`` is twistd's to read, so that nothing is said twice."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words as they are."""
        ctx.params = {"words": tuple(args)}
        return []


@click.command(cls=Run)
def run(words: tuple[str, ...]) -> None:
    """Run a server until Ctrl-C: the same as `twistd -n imserver`, and told the same.

    `imserver run --help` shows what it can be told, `imserver run --limits` its limits.
    """
    from twisted.scripts import twistd  # noqa: PLC0415

    # No file with the process's number: what keeps a server running knows it, and the folder is locked.
    sys.argv = ["twistd", "--nodaemon", "--pidfile=", "imserver", *words]
    twistd.run()


COMMANDS = {"run": run}
