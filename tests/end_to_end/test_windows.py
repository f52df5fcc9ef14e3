"""A server and the windows of two users, each a process of its own, as `make run` shows them."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from pathlib import Path

from . import screen
from .case import HERE, EndToEndCase, free_port
from .child import Child
from .patience import eventually
from .windows import Windows

#: Two windows side by side, on the screen of `make end-to-end`.
LEFT, RIGHT = "--geometry=0,0,690,860", "--geometry=700,0,690,860"
#: Seconds in which a client that waits has tried again.
BACK = 20.0


class WindowsCase(EndToEndCase):
    """A server, and windows."""

    def setUp(self) -> None:
        super().setUp()
        if screen.there():
            self.manage_screen()
        self.running = self.server()

    def windows(self, profile: str, *arguments: str, port: int | None = None) -> Windows:
        """Open the start window of a user."""
        place = RIGHT if profile == "bob" else LEFT
        made = Windows(self.folder, profile, HERE, str(port or self.port), place, "--theme=light", *arguments)
        self.addCleanup(made.end)
        return made

    def user(self, name: str) -> Windows:
        """Let a user register and log in, in a window."""
        made = self.windows(name)
        made.come_in(name)
        return made

    def kill_server(self) -> None:
        """End the server without a chance to say good-bye."""
        self.running.send(signal.SIGKILL)
        self.running.ended()

    def picture(self, name: str, *users: Windows) -> None:
        """Keep a picture of the screen, which must show something."""
        if screen.there():
            self.assertGreater(screen.colours(screen.picture(name)), 100, "the screen is blank")
        for user in users:
            screen.PICTURES.mkdir(parents=True, exist_ok=True)
            path = screen.PICTURES / f"{name}-{user.profile}.png"
            self.assertTrue(user.do("grab", path=str(path)))
            self.assertGreater(screen.colours(path), 100, "the window is blank")


class TalkTests(WindowsCase):
    """Two users talk."""

    def test_three_send_modes(self) -> None:
        """To one, to those chosen in the roster, to all; each reader sees from whom and to whom."""
        carol = self.person("carol", keys="device=desk")
        alice, bob = self.user("alice"), self.user("bob")
        eventually(lambda: alice.do("roster"), lambda rows: "Connected, 2 of 2" in rows)
        alice.write_to("bob")
        alice.say("Lunch at one?")
        alice.transcript("Lunch at one?, delivered to bob")
        eventually(lambda: bob.do("tabs"), lambda tabs: "alice" in tabs)
        bob.write_to("alice")
        bob.reads("Lunch at one?")
        bob.transcript("alice at").index("to you: Lunch at one?")
        bob.say("Yes, one is good")
        alice.reads("Lunch at one?", "Yes, one is good")

        carol.leave()
        eventually(lambda: alice.do("roster"), lambda rows: "Not connected, 1" in rows)
        alice.write_to("bob", "carol")
        self.assertEqual("bob, carol", alice.do("tab"))
        alice.sees("hint", "carol is not connected: it will wait for carol.")
        alice.say("Port 7 is up")
        bob.open_tab("alice, carol")
        bob.reads("Port 7 is up")
        bob.transcript("to you, carol: Port 7 is up")

        alice.click("modeEveryone")
        alice.say("The lab closes at six.")
        bob.open_tab("Everyone")
        bob.reads("The lab closes at six.")
        bob.transcript("alice at").index("to everyone: The lab closes at six.")
        bob.say("Thanks")
        alice.reads("The lab closes at six.", "Thanks")
        self.picture("talk", alice, bob)

        carol = self.typist()
        carol.ask("LOGIN carol device=desk :correct horse")
        self.assertRegex(carol.expect("* MESSAGE"), "alice bob,carol .* :Port 7 is up$")
        self.assertRegex(carol.expect("* MESSAGE"), r"alice \* .* :The lab closes at six\.$")

    def test_find(self) -> None:
        """What was said in any conversation is found, also without the server, and gone to."""
        alice, bob = self.user("alice"), self.user("bob")
        bob.write_to("alice")
        bob.say("The patch cable is in the drawer")
        alice.open_tab("bob")
        alice.reads("The patch cable is in the drawer")
        alice.click("modeEveryone")
        alice.say("Lunch?")
        self.kill_server()
        alice.do("trigger", name="findInAll")
        alice.do("type", name="findSaid", text="CABLE")
        found = eventually(lambda: alice.do("found"))
        self.assertEqual(1, len(found))
        self.assertRegex(found[0], r"^bob, \d\d:\d\d: The patch cable is in the drawer$")
        self.assertEqual("Everyone", alice.do("tab"))
        alice.do("key", name="findSaid", key="Return")
        self.assertEqual("bob", alice.do("tab"))
        alice.sees("findWhich", "1 of 1")

    def test_ping_and_wire(self) -> None:
        """The Ping button tells the round trip; the wire view shows every line, and no password."""
        alice, bob = self.user("alice"), self.user("bob")
        alice.write_to("bob")
        alice.click("ping")
        alice.sees("news", "bob answered in ")
        self.assertRegex(alice.transcript("bob answered"), r"in (\d+ ms|less than 1 ms)\.$")
        for user, other in ((alice, "bob"), (bob, "alice")):
            user.click("wireToggle")
            user.wire(f"PING {other} token=")
            user.wire(f"PONG {other} token=")
            self.assertIn(f"LOGIN {user.profile}", user.wire("●●●"))
            self.assertNotIn("correct horse", "\n".join(user.do("wire")))
        self.picture("wire", alice, bob)

    def test_closing_a_window(self) -> None:
        """Who closes the window is gone from the table at once, and the program ends."""
        alice, bob = self.user("alice"), self.user("bob")
        eventually(lambda: alice.do("roster"), lambda rows: "Connected, 1 of 1" in rows)
        bob.do("close")
        self.assertEqual(0, bob.child.ended(within=5), bob.child.err)
        self.assertEqual("", bob.child.err)
        eventually(lambda: alice.do("roster"), lambda rows: "Not connected, 1" in rows)
        self.assertRegex(self.log(), r"logged-out session=\d+ user=bob why=quit")

    def test_started_again(self) -> None:
        """Whoever starts the program again is shown the open window; after a kill, a new one opens."""
        self.folder = Path(tempfile.mkdtemp())  # a short path, as people have
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.start_again()

    def test_started_again_in_a_deep_folder(self) -> None:
        """So it is where the path is longer than the place of a socket may be."""
        self.folder = Path(tempfile.mkdtemp()) / ("deep" * 40)
        self.addCleanup(shutil.rmtree, self.folder.parent, ignore_errors=True)
        self.folder.mkdir()
        self.start_again()

    def start_again(self) -> None:
        """Start it again and again, while a window is open and after it was killed."""
        alice = self.user("alice")
        again = (sys.executable, "-m", "imclient", "--profile=alice")
        folders = {"XDG_DATA_HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder / "runtime")}
        for _ in range(2):
            self.assertEqual(0, Child(again, self.folder, "again", environment=folders).ended())
        self.assertEqual("alice - imclient", alice.do("title"))
        self.assertIn("Connected to", alice.do("text", name="linkState"))
        alice.child.send(signal.SIGKILL)
        alice.child.ended()
        anew = self.windows("alice")
        self.assertTrue(anew.do("visible", name="startLogIn"))
        anew.do("close")
        self.assertEqual((0, ""), (anew.child.ended(), anew.child.err))
        left = (self.folder / "imclient" / "profiles" / "alice").glob("window*")
        self.assertEqual([], [path.name for path in left])


class RefusedTests(WindowsCase):
    """What is refused in the start window leaves the window as it is, with a sentence, to try again."""

    def test_sentences(self) -> None:
        """Wrong port, wrong host, taken name, wrong password: each has its sentence, and then it succeeds."""
        self.person("alice").leave()
        nobody = free_port()
        alice = self.windows("alice", port=nobody)
        alice.fill(startName="alice", startPassword="wrong horse")
        alice.click("startLogIn")
        alice.sees("startError", f"{HERE} answers, but nobody listens at port {nobody}.")
        alice.fill(startHost="lab.invalid", startPort=self.port)
        alice.click("startLogIn")
        alice.sees("startError", "There is no computer called lab.invalid.")
        alice.fill(startHost=HERE)
        self.assertEqual("", alice.text("startError"), "it is forgiven when it is changed")
        alice.click("startRegister")
        alice.sees("startError", "taken")
        self.picture("refused", alice)
        alice.fill(startName="1st")
        alice.click("startRegister")
        alice.sees("startError", "name")
        alice.fill(startName="alice")
        alice.click("startLogIn")
        alice.sees("startError", "Wrong name or password. New here? Then register this name.")
        alice.fill(startPassword="correct horse")
        alice.click("startLogIn")
        eventually(lambda: alice.do("title"), lambda title: title.endswith("alice - imclient"))


class BrokenLinkTests(WindowsCase):
    """The server is killed, and started again."""

    def test_nothing_lost_or_doubled(self) -> None:
        """The state is shown, what is written waits, and all of it arrives once when the server is back."""
        alice, bob = self.user("alice"), self.user("bob")
        alice.write_to("bob")
        alice.say("one")
        eventually(lambda: bob.do("tabs"), lambda tabs: "alice" in tabs)
        bob.write_to("alice")
        bob.reads("one")
        self.kill_server()
        alice.sees("linkState", "Not connected, trying again")
        bob.sees("linkState", "What you write waits here.")
        alice.say("two")
        alice.say("three")
        self.assertEqual("2 messages wait in the outbox", alice.text("outboxState"))
        alice.transcript("two, waiting")
        eventually(lambda: alice.do("roster"), lambda rows: "Was connected, 1 of 1" in rows)
        self.picture("waiting", alice, bob)
        self.running = self.server()
        for user in (alice, bob):
            user.sees("linkState", f"Connected to {HERE}:{self.port}", within=BACK)
        alice.sees("outboxState", "Outbox empty")
        bob.reads("one", "two", "three")
        bob.say("four")
        alice.reads("one", "two", "three", "four")
        arrived = ("three, delivered to bob", "three, read by bob")
        eventually(lambda: [line for line in alice.do("transcript") if line.endswith(arrived)])


class KeyboardTests(WindowsCase):
    """Real keys, by way of the screen."""

    def test_keyboard_alone(self) -> None:
        """One registers, logs in, finds a person and writes to them without a mouse."""
        if not screen.there():
            return  # then there is no keyboard either
        bob = self.person("bob")
        alice = self.windows("alice")
        eventually(screen.active_window, lambda title: title == "Log in - imclient")
        screen.type_in("alice")
        screen.press("Return")
        screen.type_in("correct horse")
        screen.press("Tab", "Tab", "Return")  # over "Stay logged in" to Register
        alice.sees("startDone", "alice is registered")
        screen.press("Return")
        eventually(screen.active_window, lambda title: title.endswith("alice - imclient"))
        # The window hears of it a little later than the screen, and of who there is later still.
        eventually(lambda: alice.do("active"))
        eventually(lambda: alice.do("roster"), lambda rows: any("bob" in row for row in rows))
        screen.press("ctrl+k")
        screen.type_in("bo")
        screen.press("Return")
        eventually(lambda: alice.do("tab"), lambda tab: tab == "bob")
        screen.type_in("typed by hand")
        screen.press("Return")
        self.assertRegex(bob.expect("* MESSAGE"), "alice bob .*:typed by hand$")
        alice.reads("typed by hand")
        self.picture("keyboard")
