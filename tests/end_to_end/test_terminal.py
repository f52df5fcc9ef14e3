"""Two people at terminals: all that they type and read, on real screens, against a real server."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

from . import tmux
from .case import HERE, EndToEndCase
from .patience import eventually
from .tmux import Terminal

IMCLIENT = str(Path(sys.executable).with_name("imclient"))
PASSWORD = "correct horse"


class TerminalTests(EndToEndCase):
    """What an hour at the terminal is made of, in half a minute."""

    def setUp(self) -> None:
        super().setUp()
        self.assertTrue(tmux.there(), "there is no tmux")
        self._sockets = Path("/tmp") / f"imclient-tmux-{self.port}"  # a socket's path has a longest length

    def terminal(
        self, name: str, *, host: str = HERE, size: tuple[int, int] = (90, 24), kind: str = ""
    ) -> Terminal:
        """Start the terminal client of somebody, on a kind of terminal."""
        command = (
            f"{f'TERM={kind} ' if kind else ''}{IMCLIENT} --terminal --profile {name} {host} {self.port}"
        )
        environment = {"XDG_DATA_HOME": str(self.folder / "home"), "PYTHONWARNINGS": "", "LC_ALL": "C.UTF-8"}
        socket = self._sockets.with_name(f"{self._sockets.name}-{name}")
        made = Terminal(socket, command, environment, size)
        self.addCleanup(socket.unlink, missing_ok=True)
        self.addCleanup(made.end)
        return made

    def newcomer(self, name: str, **given: object) -> Terminal:
        """Let somebody register at the prompt."""
        made = self.terminal(name, **given)  # type: ignore[arg-type]
        made.sees("Name:")
        made.say(name)
        made.sees("Password:")
        made.say(PASSWORD)
        made.sees(f"New here? Register {name}")
        made.press("C-u")
        made.say("yes")
        made.sees("The password again:")
        made.say(PASSWORD)
        made.sees(f"{name} is registered.", "You are in.", f" {name} │ 0 unread")
        return made

    def test_talk(self) -> None:
        """Registering, three modes, subsets, completion, several lines, paste, history, resize, a restart."""
        server = self.server()
        ana, bo = self.newcomer("ana"), self.newcomer("bo")
        self.say_it_three_ways(ana, bo)
        self.complete(ana, bo)
        self.write_several_lines(ana, bo)
        self.go_the_prompted_way(ana, bo)
        self.be_helped(ana)
        self.read_back(ana, bo)
        self.resize(ana, bo)
        server.send(signal.SIGTERM)
        server.ended()
        self.wait_for_the_server(ana, bo)
        self.leave(ana, bo)

    def say_it_three_ways(self, ana: Terminal, bo: Terminal) -> None:
        ana.has_seen("bo is new here.")
        ana.say("/all hello everyone")
        bo.has_seen("ana to everyone: hello everyone")
        bo.say("/whisper ana only you")
        ana.has_seen("bo to you: only you")
        carol = self.newcomer("carol")
        ana.has_seen("carol is new here.")
        ana.say("/to bo,carol")
        ana.sees("to bo, carol>")
        ana.say("you two")
        bo.has_seen("ana to you, carol: you two")
        carol.has_seen("ana to you, bo: you two")
        # While one types, what comes stands above, and what was typed is left as it was.
        bo.type_in("half a sen")
        bo.sees("> half a sen")
        ana.say("in between")
        bo.has_seen("ana to you, carol: in between")
        bo.sees("> half a sen")
        bo.press("C-u")
        carol.press("C-d")
        eventually(lambda: carol.status, lambda status: status == "0")
        ana.has_seen("carol has left.")
        carol.end()

    def complete(self, ana: Terminal, bo: Terminal) -> None:
        ana.type_in("/whis")
        ana.sees("/whisper", "say it to one")
        ana.press("Tab")
        ana.press("Enter")
        ana.type_in("b")
        ana.sees("/whisper b", "online")
        ana.press("Tab")
        ana.press("Enter")
        ana.say("completed")
        bo.has_seen("ana to you: completed")
        ana.type_in("/to bo,c")
        ana.sees("carol", "offline")
        ana.press("Tab")
        ana.press("Enter")
        ana.sees("/to bo,carol")
        ana.press("Enter")
        ana.has_seen("carol is not connected: it will wait for carol.")

    def write_several_lines(self, ana: Terminal, bo: Terminal) -> None:
        bo.say("/to ana")
        bo.type_in("first line")
        bo.press("M-Enter")
        bo.type_in("second line")
        bo.press("Enter")
        written = ana.has_seen("bo to you: first line", "second line")
        self.assertRegex(written, r"bo to you: first line\n {6}second line")
        # What is pasted is not sent line by line: it stands there until Return.
        bo.paste("pasted one\npasted two\npasted three")
        bo.sees("pasted one", "pasted two", "pasted three")
        self.assertNotIn("pasted one", ana.everything())
        bo.press("Enter")
        written = ana.has_seen("pasted three")
        self.assertRegex(written, r"bo to you: pasted one\n {6}pasted two\n {6}pasted three")
        bo.press("Up")
        bo.sees("to ana> pasted one")
        bo.press("C-c")
        bo.does_not_see("to ana> pasted one")

    def go_the_prompted_way(self, ana: Terminal, bo: Terminal) -> None:
        for typed, asked in (
            ("pm", "Text to everyone:"),
            ("by prompt", ""),
            ("dm", "To whom:"),
            ("bo", "Text to bo:"),
        ):
            ana.say(typed)
            if asked:
                ana.sees(asked)
        ana.say("by prompts")
        ana.say("dm")
        ana.sees("To whom:")
        ana.press("C-c")  # takes the step back, and does not leave
        ana.does_not_see("To whom:")
        bo.has_seen("ana to everyone: by prompt\n", "ana to you: by prompts")

    def be_helped(self, ana: Terminal) -> None:
        ana.say("/wisper bo x")
        ana.has_seen("There is no command /wisper. Did you mean /whisper?")
        ana.say("/whisper bob x")
        ana.has_seen("There is no user called bob. Did you mean bo?")
        ana.say("/to bo,nobody-there")
        ana.has_seen("There is no user called nobody-there.")
        ana.say("/help")
        ana.has_seen("/whisper NAME TEXT: say it to one", "/disc: disconnect and leave")
        ana.say("/ping bo")
        ana.has_seen("bo answered in ")
        ana.say("/away at lunch")
        ana.has_seen("You are shown as away: at lunch")
        ana.say("/devices")
        ana.has_seen("this one, last used")

    def read_back(self, ana: Terminal, bo: Terminal) -> None:
        ana.say("/to bo")
        ana.say("is it read?")
        bo.has_seen("is it read?")
        bo.say("/who")
        bo.has_seen("ana: away, at lunch")
        ana.sees("│ to bo │", " read")
        ana.say("/receipts")
        ana.has_seen("bo: read")
        ana.say("/history bo 3")
        eventually(ana.everything, lambda text: text.count("you to bo: is it read?") == 2)
        bo.sees("│ 0 unread │")

    def resize(self, ana: Terminal, bo: Terminal) -> None:
        ana.type_in("typed before")
        for size in ((50, 12), (120, 30), (90, 24)):
            ana.resize(*size)
            ana.sees("to bo> typed before", " ana │ 0 unread │ to bo")
        ana.press("Enter")
        bo.has_seen("ana to you: typed before")

    def wait_for_the_server(self, ana: Terminal, bo: Terminal) -> None:
        ana.sees("Not connected, trying again in")
        ana.say("said while it was gone")
        ana.has_seen("Waits to be sent: said while it was gone", "1 to be sent")
        self.server()
        ana.has_seen("you to bo: said while it was gone", within=90)
        bo.has_seen("ana to you: said while it was gone", within=90)
        bo.say("still here")
        ana.has_seen("bo to you: still here")
        for screen in (ana, bo):
            read = screen.everything()
            self.assertEqual(1, len(re.findall(r"(?:to bo|to you): said while it was gone", read)), read)

    def leave(self, ana: Terminal, bo: Terminal) -> None:
        ana.say("/disc")
        eventually(lambda: ana.status, lambda status: status == "0")
        # She had left once before, when the server had stopped.
        eventually(lambda: bo.everything().rpartition("still here")[2], lambda said: "ana has left." in said)
        bo.say("while you were away")
        bo.has_seen("ana is not connected: it will wait for ana.")
        again = self.terminal("ana")
        again.sees("Name: ana")
        again.press("Enter")
        again.sees("Password:")
        again.say(PASSWORD)
        again.has_seen("bo to you: while you were away")
        again.sees("unread │ to nobody yet")
        again.say("/logout")
        eventually(lambda: again.status, lambda status: status == "0")
        bo.say("/newname bobby")
        bo.has_seen("You are bobby now;")
        bo.say("/password")
        bo.sees("New password:")
        bo.say("staple battery")
        bo.sees("The new password again:")
        bo.say("staple battery")
        bo.sees("Your password as it was:")  # since it came back by a token
        bo.say(PASSWORD)
        bo.has_seen("That is your password now;")
        self.assertNotIn("staple", bo.everything())
        bo.press("C-d")
        eventually(lambda: bo.status, lambda status: status == "0")
        said = again.everything() + bo.everything()
        self.assertNotIn("Traceback", said)
        self.assertEqual("", self.trouble(), said)

    def trouble(self) -> str:
        """Give what the clients logged."""
        logs = (self.folder / "home" / "imclient" / "profiles").glob("*/terminal.log")
        return "".join(path.read_text("utf-8") for path in logs)

    def test_wrong_place(self) -> None:
        """Nobody listens there: a sentence, and another place may be typed; then a wrong password."""
        ana = self.terminal("ana")
        ana.sees("nobody listens at port", f"Server (host port or invite): {HERE} {self.port}")
        self.server()
        ana.press("Enter")
        ana.sees("Name:")
        ana.say("7up")  # no password is asked for what is no name
        eventually(ana.screen, lambda screen: screen.count("Name:") == 2 and "A name begins" in screen)
        self.assertNotIn("Password:", ana.screen())
        ana.press("C-u")
        ana.say("ana")
        ana.say("no such password")
        ana.sees("Wrong name or password.", "Register ana")
        ana.press("Enter")
        eventually(ana.screen, lambda screen: screen.count("Name:") == 3)
        asked = ana.screen().count("Password:")
        ana.press("C-u")
        ana.say("7up")  # nor after a refusal, where nothing that was kept is looked for
        eventually(ana.screen, lambda seen: (seen.count("Name:"), seen.count("A name begins")) == (4, 2))
        self.assertEqual(asked, ana.screen().count("Password:"))
        ana.press("C-c")
        eventually(lambda: ana.status, lambda status: status == "0")

    def test_not_utf8(self) -> None:
        """What is pasted from another encoding is not sent, nor mended: it is said, and one goes on."""
        self.server()
        bo = self.person("bo")
        for name, kind in (("ana", ""), ("cy", "dumb")):
            there = self.terminal(name, kind=kind)
            there.sees("Name:")
            there.paste_bytes(b"an\xfc")
            there.press("Enter")
            there.has_seen("is not UTF-8, so nothing of it was sent.")
            there.say(name)
            for answer in (PASSWORD, "yes", PASSWORD):
                there.say(answer)
            there.sees("You are in.")
            there.say("/to bo")
            there.paste_bytes(b"Gr\xfc\xdfe")
            there.press("Enter")
            eventually(there.everything, lambda text: text.count("is not UTF-8") == 2)
            there.press("C-u")
            there.say("Gr\u00fc\u00dfe")
            there.has_seen("you to bo: Gr\u00fc\u00dfe")
            self.assertTrue(bo.expect("* MESSAGE").endswith(":Gr\u00fc\u00dfe"))
            there.say("ex")
            eventually(lambda: there.status, lambda status: status == "0")  # noqa: B023
            self.assertNotIn("Traceback", there.everything())
        self.assertEqual("", self.trouble())

    def test_dumb(self) -> None:
        """A terminal that only prints has whole lines and no prompt that is drawn; no password is seen."""
        self.server()
        bo = self.person("bo")
        ana = self.terminal("ana", kind="dumb")
        ana.sees("Name:")
        ana.say("ana")
        ana.sees("Password:")
        ana.say(PASSWORD)
        ana.sees("Register ana")
        ana.say("yes")
        ana.sees("The password again:")
        ana.say(PASSWORD)
        ana.sees("You are in.")
        ana.say("/whisper bo hello")
        ana.has_seen("you to bo: hello\n")
        bo.say("SEND ana :hello yourself")
        ana.has_seen("bo to you: hello yourself\n")
        ana.say("/password")
        ana.sees("New password:")
        ana.say("staple battery")
        ana.sees("The new password again:")
        ana.say("staple battery")
        said = ana.has_seen("That is your password now")
        for secret in (PASSWORD, "staple"):
            self.assertNotIn(secret, said)
        ana.say("ex")
        eventually(lambda: ana.status, lambda status: status == "0")
