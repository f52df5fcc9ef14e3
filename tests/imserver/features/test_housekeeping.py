"""What any session may ask at any time."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from improtocol import PROTOCOL, __version__
from improtocol.commands import Help, Logout, Ping, Quit, Version
from improtocol.errors import Offline, UnknownVerb
from improtocol.replies import Helped, HelpLine, Left, Versioned
from improtocol.vocabulary import Command
from tests.imserver.guest import Guest
from tests.stage import Stage


class HousekeepingTests(SynchronousTestCase):
    """HELP, VERSION, QUIT."""

    def setUp(self) -> None:
        self.stage = Stage()
        self.stranger = Guest(self.stage)
        self.alice = Guest(self.stage).enter("alice")

    def help(self, guest: Guest, verb: str | None = None) -> str:
        """Ask for help, and give its lines."""
        reply = guest.ask(Help(verb))
        assert isinstance(reply, Helped)
        lines = [item.line for item in reply.items if isinstance(item, HelpLine)]
        self.assertEqual(len(lines), reply.count)
        return "\n".join(lines)

    def test_help(self) -> None:
        """HELP says what may be said now: to a stranger how to come in, to a user how to say something."""
        self.assertIn("LOGIN", self.help(self.stranger))
        self.assertNotIn("SEND", self.help(self.stranger))
        self.assertIn("SEND", self.help(self.alice))
        self.alice.ask(Logout())
        self.assertIn("LOGIN", self.help(self.alice))

    def test_help_on_each(self) -> None:
        """HELP VERB tells about every command, in every state."""
        for verb in Command.by_verb:
            for guest in (self.stranger, self.alice):
                self.assertIn(verb, self.help(guest, verb))

    def test_help_on_nothing(self) -> None:
        """HELP on what is no command is refused as that command would be."""
        self.assertEqual(self.stranger.refused(Help("DANCE")), UnknownVerb())

    def test_version(self) -> None:
        """VERSION says what server this is and what it speaks."""
        expected = Versioned("imserver", __version__, protocol=PROTOCOL)
        for guest in (self.stranger, self.alice):
            self.assertEqual(guest.ask(Version()), expected)

    def test_quit(self) -> None:
        """QUIT leaves at once: the user is offline before the connection is closed."""
        bob = Guest(self.stage).enter("bob")
        self.assertEqual(self.alice.ask(Quit()), Left())
        self.assertEqual(bob.refused(Ping("alice")), Offline("alice"))
        self.assertEqual(self.stranger.ask(Quit()), Left())
