"""The server's window on a screen: begun with the keyboard alone, ended by Ctrl-C and by its close button."""

from __future__ import annotations

import signal
import sys

from . import screen
from .case import HERE, EndToEndCase
from .child import Child
from .patience import eventually

#: Seconds for a window to come up on a busy machine.
UP = 40.0


class ServerWindowTests(EndToEndCase):
    """A server with a window, in one process."""

    def setUp(self) -> None:
        super().setUp()
        if screen.there():
            self.manage_screen()

    def open(self, *arguments: str) -> Child:
        """Open a window; with a screen, on it."""
        command = [sys.executable, "-m", "imserver.window", "--theme=light", *arguments]
        runtime = self.folder / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        name = f"window-{next(self._count)}"
        environment = {"XDG_RUNTIME_DIR": str(runtime), "XDG_CONFIG_HOME": str(self.folder / "config")}
        made = Child(command, self.folder, name, environment=environment)
        self.addCleanup(made.end)
        return made

    def begin(self, *, new: bool) -> Child:
        """Start a server with its window, and wait until it is looked after."""
        made = self.open(f"--data={self.data}", f"--listen={self.listen}")
        if new:
            self.comes("This server is new - imserver", made)
            screen.type_in("correct horse")
            screen.press("Return")
        self.comes(f"imserver - {HERE}:{self.port}", made)
        return made

    def comes(self, title: str, child: Child) -> None:
        """Wait until a window of this title has the keyboard."""
        eventually(lambda: screen.active_window() or not child.running, lambda said: said == title, within=UP)

    def said_at_the_end(self, child: Child) -> None:
        """It ended in order, and complained of nothing."""
        self.assertEqual(0, child.ended(within=15), child.err)
        self.assertEqual("", child.err)
        self.assertRegex(self.log(), r" stopped\n$")

    def test_ctrl_c(self) -> None:
        """One begins it, ends it by Ctrl-C, begins anew, backs up, closes it: all is kept and told."""
        if not screen.there():
            return  # then there is no keyboard
        running = self.begin(new=True)
        bob = self.person("bob")
        screen.press("ctrl+l")
        screen.type_in("/all The lab closes at six")
        screen.press("Return")
        self.assertRegex(bob.expect("* MESSAGE"), r"operator \* .*:The lab closes at six$")
        bob.ask("SEND operator :Thanks")
        screen.picture("server-window")
        running.send(signal.SIGINT)
        self.assertRegex(bob.expect("* BYE"), "^\\* BYE shutdown retry-after=5 ")
        self.said_at_the_end(running)
        again = self.begin(new=False)  # it is let in by what it was given before
        bob = self.typist()
        bob.ask("LOGIN bob :correct horse")
        bob.ask("HISTORY limit=9")
        self.assertRegex("\n".join(bob.heard), "(?s):The lab closes at six.*:Thanks")
        screen.press("ctrl+b")
        eventually(screen.active_window, lambda title: title == "Back up")
        screen.press("Return")
        eventually(lambda: list((self.data / "backups").glob("*.backup")), within=UP)
        screen.press("Escape")
        self.comes(f"imserver - {HERE}:{self.port}", again)
        screen.press("alt+F4")
        self.assertRegex(bob.expect("* BYE"), "^\\* BYE shutdown retry-after=5 ")
        self.said_at_the_end(again)

    def test_attached(self) -> None:
        """A window on a server elsewhere is closed alone: the server runs on; the next is let in."""
        if not screen.there():
            return
        server = self.server()
        code = eventually(lambda: [word for word in server.out.split() if word.startswith("invite=")])[0]
        ada = self.typist()
        ada.ask(f"REGISTER ada {code} :correct horse")
        window = self.open(f"--attach={HERE}:{self.port}", "--name=ada")
        self.comes("Attach to a running server - imserver", window)
        screen.type_in("correct horse")
        screen.press("Return")
        self.comes(f"imserver - {HERE}:{self.port}", window)
        screen.press("alt+F4")
        self.assertEqual(0, window.ended(within=15), window.err)
        self.assertEqual("", window.err)
        self.assertTrue(server.running)
        again = self.open(f"--attach={HERE}:{self.port}")
        self.comes(f"imserver - {HERE}:{self.port}", again)
        screen.press("ctrl+q")
        self.assertEqual(0, again.ended(within=15), again.err)
        self.assertRegex(self.person("bob").ask("VERSION"), "^OK VERSION")
