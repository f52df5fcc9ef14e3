"""The operator's commands against a real server: what is said is true, and so is the exit status."""

from __future__ import annotations

import re
import signal
import stat
import sys
import threading
from pathlib import Path

from imserver.operator import backups

from .case import HERE, free_port
from .operator_case import OperatorCase
from .patience import eventually


class ActsTests(OperatorCase):
    """What an administrator does with people."""

    def setUp(self) -> None:
        super().setUp()
        self.running = self.server()
        self.log_in(self.running)

    def test_login(self) -> None:
        """Who comes in by the first line is an administrator; what is kept only its owner may read."""
        self.assertEqual(["administrator", "everyone"], self.typed_json("users")[0]["rights"])
        kept = list(self.folder.glob("login-*.json"))
        self.assertEqual(2, len(kept))
        for path in kept:
            self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
            self.assertNotIn("correct horse", path.read_text())
        kept[0].chmod(0o644)
        kept[1].chmod(0o644)
        self.assertIn("Others may read", self.typed("users", status=1))

    def test_nobody_drops_out(self) -> None:
        """A command that is done leaves with a word: the log and the counts speak of no drop-out."""
        self.typed("users")
        self.typed("doctor", "--data", str(self.data), f"{HERE}:{self.port}")
        ended = {one["name"]: one["number"] for one in self.typed_json("stats", "ended")}
        self.assertEqual({"ended.left"}, set(ended))

    def test_invites(self) -> None:
        """Somebody invited comes in; an invite that was taken back lets nobody in."""
        made = self.typed_json("invite", "--count", "2")
        bob = self.typist()
        bob.expect("* HELLO")
        self.assertEqual("OK REGISTER bob", bob.ask(f"REGISTER bob invite={made['code']} :battery staple"))
        (shown,) = self.typed_json("invites")
        self.assertEqual((1, "ada"), (shown["left"], shown["by"]))
        self.typed("uninvite", str(shown["invite"]))
        self.assertEqual([], self.typed_json("invites"))
        self.assertIn("no invite", self.typed("uninvite", "99", status=1))

    def test_people(self) -> None:
        """Reset, suspend, restore, disconnect, rights: they hold at once, and the log names who did it."""
        bob = self.person("bob")
        self.typed("disconnect", "bob")
        self.assertRegex(bob.rest()[-1], r"^\* BYE disconnected")
        password = self.typed_json("reset", "bob")["password"]
        bob = self.typist()
        bob.expect("* HELLO")
        self.assertRegex(bob.ask(f"LOGIN bob :{password}"), "^OK LOGIN")
        self.typed("suspend", "bob", "until", "we", "have", "talked")
        self.assertRegex(bob.rest()[-1], r"^\* BYE suspended :until we have talked")
        self.assertTrue(self.typed_json("users")[1]["suspended"])
        self.typed("restore", "bob")
        self.typed("grant", "bob", "administrator")
        self.typed("revoke", "bob", "administrator")
        self.assertIn("somebody else's", self.typed("suspend", "ada", status=1))
        self.assertIn("no user called nobody1", self.typed("suspend", "nobody1", status=1))
        self.assertIn("administrator or everyone", self.typed("grant", "bob", "cake", status=2))
        self.assertRegex(self.log(), r" suspended session=\d+ user=ada whom=bob\n")

    def test_saying(self) -> None:
        """Who is there hears what is told and announced, and who is away finds it."""
        bob = self.person("bob")
        self.typed("tell", "bob", "a", "word")
        self.assertRegex(bob.expect("* MESSAGE"), r"ada bob at=\S+ :a word$")
        self.assertEqual(1, self.typed_json("announce", "We rest at six.")["to"])
        self.assertRegex(bob.expect("* MESSAGE"), r"announce=yes :We rest at six\.$")

    def test_looking(self) -> None:
        """Sessions and figures are those of now."""
        self.person("bob")
        self.assertIn("bob", [one.get("user") for one in self.typed_json("sessions")])
        figures = {one["name"]: one["number"] for one in self.typed_json("stats")}
        self.assertGreaterEqual(figures["connections"], 2)

    def test_watching(self) -> None:
        """What happens is shown as it happens, while other commands go on; Ctrl-C ends it well."""
        watching = self.began("watch", "--lines")
        eventually(lambda: "WATCH" in self.typed("sessions"), within=60)
        self.person("bob")
        eventually(lambda: watching.out, lambda said: "registered" in said)
        self.assertNotIn("correct horse", watching.out)
        second = self.began("watch")
        self.assertEqual(1, second.ended(within=30))
        watching.send(signal.SIGINT)
        self.assertEqual(0, watching.ended(within=30), watching.err)

    def test_many_at_once(self) -> None:
        """Commands that are begun at once are all done, one behind the other."""
        many = [self.began("announce", f"number {n}") for n in range(4)]
        self.assertEqual([0] * 4, [one.ended(within=60) for one in many], [one.err for one in many])

    def test_nothing_is_acknowledged(self) -> None:
        """What waits for the administrator goes on waiting, whatever commands are typed."""
        bob = self.person("bob")
        said = bob.ask("SEND ada :for your eyes")
        self.typed("users")
        self.typed("users")
        number = re.findall(r"^OK SEND (\d+)", said)[0]
        self.assertIn(" delivered=0 ", bob.ask(f"RECEIPTS {number}"))

    def test_no_administrator(self) -> None:
        """Who is none is told so at login, and refused."""
        self.person("bob")
        said = self.enter(f"{HERE}:{self.port}", "bob")
        self.assertIn("no administrator", said)
        self.assertIn("administrator", self.typed("users", status=1))

    def test_nobody_there(self) -> None:
        """A server that does not run, a wrong password, a token that was revoked: each has its sentence."""
        self.assertIn("Wrong name or password", self.enter(f"{HERE}:{self.port}", "nobody1", status=1))
        self.typed("logout")
        self.assertIn("imserver login ADDRESS NAME", self.typed("users", status=1))
        self.assertIn("cannot be reached", self.enter(f"{HERE}:{free_port()}", "ada", status=3))
        self.assertIn("ADDRESS is HOST", self.enter("what:is:this", "ada", status=2))


class EncryptedTests(OperatorCase):
    """A server that speaks TLS."""

    @property
    def listen(self) -> str:
        return f"ssl:{self.port}:interface={HERE}"

    def test_pinned(self) -> None:
        """The server is known by its fingerprint; by another nothing is said to it."""
        self.assertIn("#sha256:", self.log_in(self.server()))
        self.assertEqual("ada", self.typed_json("users")[0]["name"])
        wrong = f"imserver://{HERE}:{self.port}/#sha256:{'0' * 64}"
        self.assertIn("Another server answers", self.enter(wrong, "ada", status=3))


class BackupTests(OperatorCase):
    """A backup of a server under load, and another server that is made of it."""

    def test_under_load(self) -> None:
        """Every message that was answered OK before a backup began is in it, once; the log has no hole."""
        server = self.server("--limit", "all=none")
        ana, bea = self.person("ana"), self.person("bea")
        answered: list[int] = []
        ended = threading.Event()

        def load() -> None:
            while not ended.is_set():
                ana.say(*(f"SEND bea :{len(answered)} {'x' * 200}" for _ in range(50)))
                for _ in range(50):
                    answered.append(int(re.findall(r"^OK SEND (\d+)", ana.expect("OK SEND"))[0]))

        loading = threading.Thread(target=load)
        loading.start()
        try:
            for n in range(5):
                before = eventually(lambda: answered[-1] if answered else 0)
                file = self.folder / f"{n}.backup"
                self.typed("backup", str(file), f"--data={self.data}")
                found = self.found_in(file)
                self.assertEqual([], found.wrong)
                self.assertGreaterEqual(found.entries, before)
        finally:
            ended.set()
            loading.join(60)
        del bea
        last = answered[-1]
        server.end()
        self.typed("restore-backup", str(file), f"--data={self.data}", "--replace")
        epoch = backups.findings(self.data / "imserver.db").epoch
        self.server()
        ana = self.typist()
        ana.expect("* HELLO")
        entered = ana.ask("LOGIN ana :correct horse")
        self.assertNotEqual(found.epoch, epoch)
        self.assertIn(f"epoch={epoch}", entered)
        self.assertIn("* LIVE", ana.expect("* LIVE"))
        self.assertLessEqual(found.entries, last)

    def test_there(self) -> None:
        """On a server elsewhere a backup is made by a line, where its operator said, and so is its end."""
        kept = self.folder / "kept"
        server = self.server(f"--backups={kept}")
        self.log_in(server)
        made = self.typed_json("backup", "--there")
        self.assertEqual([Path(made["file"])], list(kept.iterdir()))
        self.assertEqual(
            (made["bytes"], 0o600),
            (Path(made["file"]).stat().st_size, Path(made["file"]).stat().st_mode & 0o777),
        )
        self.assertEqual([], self.found_in(Path(made["file"])).wrong)
        self.assertIn("read back, and whole", self.typed("backup", "--there"))
        self.typed("backup", "--there", "elsewhere.backup", status=2)
        bob = self.person("bob")
        self.typed("stop", "--back", "60", "A", "new", "disk.")
        self.assertEqual("* BYE shutdown retry-after=60 :A new disk.", bob.rest()[-1])
        self.assertEqual(0, server.ended())
        self.assertRegex(self.log(), r" stopping session=\d+ user=\w+ back=60\n(.*\n)* *\S+ stopped\n$")

    def found_in(self, file: Path) -> backups.Findings:
        unpacked = self.folder / "unpacked.db"
        backups.unpack(file, "imserver.db", unpacked)
        return backups.findings(unpacked, alone=True)

    def test_in_use(self) -> None:
        """Over a folder that a server uses nothing is restored, and the server is not disturbed."""
        self.server()
        ana = self.person("ana")
        file = self.folder / "kept.backup"
        self.typed("backup", str(file), f"--data={self.data}")
        said = self.typed("restore-backup", str(file), f"--data={self.data}", "--replace", status=1)
        self.assertIn("Another imserver is using the data folder", said)
        self.assertEqual("OK PING", ana.ask("PING"))

    def test_after_a_crash(self) -> None:
        """Of a server that was killed all that was answered OK is in a backup."""
        server = self.server()
        ana = self.person("ana")
        ana.ask("SEND ana :a note")
        server.send(signal.SIGKILL)
        server.ended()
        file = self.folder / "kept.backup"
        self.typed("backup", str(file), f"--data={self.data}")
        self.assertEqual(2, self.found_in(file).entries)
        self.assertIn("2 entries", self.typed("verify", f"--data={self.data}"))


class RunTests(OperatorCase):
    """`imserver run`."""

    def test_it_is_twistd(self) -> None:
        """It is told the same, serves, and ends by Ctrl-C in order."""
        made = self.began("run", f"--data={self.data}", f"--listen={self.listen}")
        eventually(lambda: made.out + made.err, lambda said: "is ready" in said or not made.running)
        ana = self.person("ana")
        made.send(signal.SIGINT)
        self.assertRegex(ana.rest()[-1], r"^\* BYE shutdown")
        self.assertEqual(-signal.SIGINT, made.ended())

    def test_nothing_of_this_at_start(self) -> None:
        """A server loads neither click nor pydantic, nor any of the commands."""
        program = "import imserver.service, sys; print(sorted(sys.modules))"
        made = self.child(sys.executable, "-c", program)
        self.assertEqual(0, made.ended(), made.err)
        for name in ("click", "pydantic", "imserver.operator", "tomllib"):
            self.assertNotIn(f"'{name}'", made.out)
