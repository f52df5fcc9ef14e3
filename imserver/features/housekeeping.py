"""HELP, VERSION, QUIT."""

from __future__ import annotations

from improtocol import PROTOCOL, __version__, commands, replies
from improtocol.errors import UnknownVerb
from improtocol.reference import help_for, help_on
from improtocol.vocabulary import Command

from ..dispatch import answers
from ..session import Session


class Housekeeping:
    """What any session may ask at any time."""

    @answers(commands.Help)
    async def help(self, session: Session, command: commands.Help) -> replies.Helped:
        """Say what may be said now, or all about one command."""
        if command.verb_ is None:
            lines = help_for(session.state, session.may_say())
        elif command.verb_ in Command.by_verb:
            lines = help_on(Command.by_verb[command.verb_])
        else:
            raise UnknownVerb()
        return replies.Helped(len(lines)).behind(*map(replies.HelpLine, lines))

    @answers(commands.Version)
    async def version(self, session: Session, command: commands.Version) -> replies.Versioned:
        """Say what server this is."""
        return replies.Versioned("imserver", __version__, protocol=PROTOCOL)

    @answers(commands.Quit)
    async def quit(self, session: Session, command: commands.Quit) -> replies.Left:
        """Leave; the connection closes behind the answer."""
        session.log_out("quit")
        return replies.Left()
