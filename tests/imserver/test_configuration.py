"""``imserver.toml``: the options by their names, all that is wrong at once, and what SIGHUP changes."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from improtocol.errors import TooOften
from imserver.bounds import BOUNDS, SWITCH, listed
from imserver.cannot_start import CannotStart
from imserver.configuration import BadConfiguration, Configuration, read
from imserver.listening import HERE
from imserver.notifying import notify
from imserver.operator.configuring import options_of, whole
from imserver.options import Options
from imserver.portal.enrolling import Policy
from imserver.service import Imserver

from .test_options import options
from .test_service import ImserverCase

FULL = """
listen = ["tcp:12001:interface=127.0.0.1"]
keep = 30
everyone = ["ana", "bea"]
register = "closed"
log-json = true
[limit]
burst = 7
strangers = "none"
loopback-sources = true
"""


class FileTests(SynchronousTestCase):
    """The file alone, and with the words of a command line."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.file = self.folder / "imserver.toml"

    def wrong(self, text: str) -> str:
        self.file.write_text(text)
        return str(self.assertRaises(BadConfiguration, read, self.file))

    def options(self, *words: str) -> Options:
        return options(f"--data={self.folder}", *words)

    def test_the_same_names(self) -> None:
        """The file knows every option of the command line, and no other."""
        there = {one[0] for one in (*Options.optParameters, *Options.optFlags)} - {"config"}
        fields = {field.alias for field in Configuration.model_fields.values()}
        self.assertEqual(there | {"listen", "limit"}, fields)

    def test_what_it_says(self) -> None:
        """A server on the folder is told what the file says, as if it were typed."""
        self.file.write_text(FULL)
        made = self.options()
        typed = options(
            "--listen=tcp:12001:interface=127.0.0.1", "--keep=30", "--everyone=ana,bea", "--register=closed",
            "--log-json", "--limit=burst=7", "--limit=strangers=none", "--limit=loopback-sources=on",
        )  # fmt: skip
        self.assertEqual({**typed, "data": str(self.folder)}, dict(made))

    def test_words_count_more(self) -> None:
        """What is typed counts more than what stands in the file, also if it is the usual."""
        self.file.write_text(FULL)
        made = self.options("--keep=5", "--register", "open", "--limit=burst=9", f"--listen={HERE}")
        self.assertEqual(("5", "open", [HERE]), (made["keep"], made["register"], made["listen"]))
        self.assertEqual(9, made["bounds"].burst)
        self.file.write_text('names = "unicode"\n')
        self.assertEqual("ascii", self.options("--names=ascii")["names"])

    def test_a_word_that_begins_another(self) -> None:
        """--data says nothing of database: only a word that is no option itself begins a longer one."""
        url = "postgresql+psycopg://imserver@localhost/imserver"
        self.file.write_text(f'database = "{url}"\nmetrics-outside = true\n')
        made = options("--data", str(self.folder), "--metrics=tcp:9100:interface=127.0.0.1")
        self.assertEqual((url, 1), (made["database"], made["metrics-outside"]))
        self.file.write_text('register = "closed"\n')
        self.assertEqual("open", self.options("--reg=open")["register"])

    def test_another_file(self) -> None:
        """--config names another one, which can name the folder."""
        other = self.folder / "other.toml"
        other.write_text(f'data = "{self.folder}/x"\n')
        self.assertEqual(f"{self.folder}/x", options(f"--config={other}")["data"])
        sentence = str(self.assertRaises(CannotStart, options, "--config=nowhere.toml"))
        self.assertIn("nowhere.toml: No such file", sentence)

    def test_all_that_is_wrong(self) -> None:
        """Everything that is wrong is named at once, each with its path; no kind is taken for another."""
        said = self.wrong('keep = "30"\nlisten = []\nlog-json = 1\nkeeep = 3\nregister = "sometimes"\n')
        for path in ("keep: ", "listen: ", "log-json: ", "keeep: there is no such option", "register: "):
            self.assertIn(path, said)
        said = self.wrong("[limit]\nburst = 0\nbrust = 3\nrate = true\n")
        for path in ("limit.burst: ", "limit.brust: ", "limit.rate: "):
            self.assertIn(path, said)
        self.assertIn("is not TOML", self.wrong("keep = = 3"))
        self.file.write_bytes(b'certificate = "\xff"')
        self.assertIn("is not TOML", str(self.assertRaises(BadConfiguration, read, self.file)))

    def test_what_to_write_instead(self) -> None:
        """What is wrong in kind, in a place or in a name is told beside all else, in words of the file."""
        said = self.wrong(
            'listen = "tcp:12000"\nregster = "open"\nlog-json = "yes"\naddress = "host:port"\nnames = 7\n'
            'metrics = "tpc:9100"\n[limit]\nbrust = 3\n'
        )
        for part in (
            'listen: should be a list: ["...", "..."]',
            "regster: there is no such option; is register meant?",
            "log-json: should be true or false, without quotes",
            "address: address is HOST or HOST:PORT",
            "names: should be 'ascii' or 'unicode'",
            "metrics: Unknown endpoint type: 'tpc'",
            "limit.brust: --limit knows no brust",
        ):
            self.assertIn(part, said)
        self.assertIn("listen.1: invalid literal", self.wrong('listen = ["tcp:1", "tcp:x"]'))
        self.assertIn("limit: should be a table", self.wrong("limit = 3"))
        self.file.write_text('listen = ["systemd:domain=INET6:name=imserver", "unix:/run/x", "ssl:12000"]')
        self.assertEqual(3, len(read(self.file)["listen"]))

    def test_may_not_be_read(self) -> None:
        """Of a file that belongs to somebody else it is said who must be able to read it."""

        class Closed(type(self.file)):  # type: ignore[misc]
            """A file that says no."""

            def read_text(self, *how: str) -> str:
                raise PermissionError(errno.EACCES, "Permission denied")

        said = str(self.assertRaises(BadConfiguration, read, Closed(self.file)))
        self.assertRegex(said, r"Permission denied: let \S+, as whom this runs, read it")

    def test_printed(self) -> None:
        """What `imserver config` prints is such a file, and says the same again."""
        self.file.write_text(FULL)
        once = whole(options_of(str(self.folder), None))
        self.file.write_text(once)
        self.assertEqual(once, whole(options_of(str(self.folder), None)))
        self.assertIn("\nkeep = 30\n", once)
        self.assertIn("\n# metrics = ", once)


class ReloadTests(ImserverCase):
    """A server that runs, and a file that changes."""

    def test_at_once(self) -> None:
        """What can hold at once does, what cannot is named, and nobody is dropped."""
        server = self.running()
        wire = self.connect()
        self.write('register = "closed"\nkeep = 3\nnames = "unicode"\n[limit]\nburst = 7\nmailbox = 8\n')
        server.reload()
        self.reactor.advance(0)
        self.assertRegex(
            self.log,
            r" reloaded changed=keep,limit.burst,limit.mailbox,register\n\S+ needs-start option=names\n$",
        )
        self.assertEqual(Policy.CLOSED, server._server.enrolling.policy)
        self.assertEqual((7, 8), (server._server.bounds.burst, server._server.bounds.mailbox))
        self.assertTrue(wire.connected)
        self.write("keep = 3\n")
        server.reload()
        self.reactor.advance(0)
        self.assertRegex(self.log, r" reloaded changed=limit.burst,limit.mailbox,register\n$")
        self.assertEqual(Policy.OPEN, server._server.enrolling.policy)

    def test_refused(self) -> None:
        """A file that cannot be used changes nothing, and the log says what is wrong."""
        server = self.running()
        self.write('register = "closed"\nkeep = 0\n')
        server.reload()
        self.reactor.advance(0)
        self.assertRegex(self.log, r" reload-refused error=\S*keep:")
        self.assertEqual(Policy.OPEN, server._server.enrolling.policy)

    def doors(self) -> list[str]:
        """Give the ports that are open."""
        return [f"{one.place.host}:{one.place.port}" for one in self.reactor.ports if one.open]  # type: ignore[union-attr]

    def test_ports(self) -> None:
        """Ports are opened and closed, also one in the place of another; who came by a closed one stays."""
        server = self.running()
        wire = self.connect()
        self.reactor.one_each = True
        self.assertEqual(["127.0.0.1:12000"], self.doors())
        for listen, open_ in (
            (
                ["tcp:12000:interface=127.0.0.1", "tcp:12001:interface=127.0.0.1"],
                ["127.0.0.1:12000", "127.0.0.1:12001"],
            ),
            (["tcp:12001:interface=127.0.0.1"], ["127.0.0.1:12001"]),
            (["tcp:12001:interface=192.0.2.7"], ["192.0.2.7:12001"]),
        ):
            self.write(f"listen = {listen}\n")
            self.reload(server)
            self.assertEqual(open_, self.doors())
            self.assertRegex(self.log, r" reloaded changed=listen\n$")
        self.assertTrue(wire.connected)
        self.assertIs(Policy.INVITE, server._server.enrolling.policy)
        self.assertRegex(server.invite_line("CODE") or "", r"^imserver://192.0.2.7:12001/CODE#sha256:")
        self.assertTrue(server._encryption._looking.running)

    def test_a_port_that_cannot_be_had(self) -> None:
        """If a port is somebody else's all stays as it was, and the log says so."""
        server = self.running()
        self.reactor.taken[12005] = errno.EADDRINUSE
        self.write(
            'register = "closed"\n'
            'listen = ["tcp:12004:interface=127.0.0.1", "tcp:12005:interface=127.0.0.1"]\n'
        )
        self.reload(server)
        self.assertEqual(["127.0.0.1:12000"], self.doors())
        self.assertRegex(self.log, r" reload-refused error=\S*12005")
        self.assertIs(Policy.OPEN, server._server.enrolling.policy)

    def test_a_port_aside(self) -> None:
        """What was opened beside those that were asked for stays open."""
        server = self.running("--listen=tcp:12001:interface=192.0.2.7")
        server.open_aside("for a test")
        self.reload(server)
        self.assertEqual(2, len(self.doors()))

    def test_every_limit(self) -> None:
        """Every limit holds at once wherever it is looked at, and no other server's is changed by it."""
        server = self.running()
        lines = "".join(f"{one.name} = {3 if one.unit != SWITCH else 'true'}\n" for one in listed(BOUNDS))
        self.write(f"[limit]\n{lines}")
        self.reload(server)
        self.assertEqual({3, True}, set(vars(server._server.bounds).values()))
        self.assertIs(server._server.bounds, server._server.strangers.bounds)
        self.assertEqual(3, server._log_file.most)
        self.assertEqual(20, BOUNDS.burst)
        came = [server._server.enrolling.ask("198.51.100.7") for _ in range(3)]
        self.assertEqual(3, len(came))
        self.assertRaises(TooOften, server._server.enrolling.ask, "198.51.100.7")

    def test_everyone(self) -> None:
        """Who may say something to everyone is said anew, but of those an administrator decided about."""
        server = self.running()
        made: list[Callable[[str], bool]] = []
        self.patch(server._server, "let_address_everyone", made.append)
        self.write('everyone = ["ana"]\n')
        self.reload(server)
        (may,) = made
        self.assertEqual((True, False), (may("ana"), may("bob")))

    def test_metrics(self) -> None:
        """The port of the counts is opened and closed."""
        server = self.running()
        for said, open_ in (('metrics = "tcp:9100:interface=127.0.0.1"\n', 2), ("", 1)):
            self.write(said)
            self.reload(server)
            self.assertEqual(open_, len(self.doors()))

    def test_a_line_for_each(self) -> None:
        """What needs a new start is named, an option a line, each time until it is done."""
        server = self.running()
        self.write('names = "unicode"\nclear-outside = true\ncertificate = "/nowhere.pem"\n')
        for _ in range(2):
            self.reload(server)
            self.assertRegex(
                self.log,
                r" reloaded\n\S+ needs-start option=certificate\n\S+ needs-start option=clear-outside\n"
                r"\S+ needs-start option=names\n$",
            )

    def reload(self, server: Imserver) -> None:
        self.reactor.wait_for(server.reload())
        self.reactor.advance(0)

    def write(self, text: str) -> None:
        (self.folder / "imserver.toml").write_text(text)


class NotifyTests(ImserverCase):
    """What systemd is told."""

    def setUp(self) -> None:
        super().setUp()
        # A socket's path is short.
        self.place = f"\0imserver-test-{os.getpid()}-{id(self)}"
        self.systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.systemd.close)
        self.systemd.bind(self.place)
        self.systemd.setblocking(False)
        for name, value in (("NOTIFY_SOCKET", f"@{self.place[1:]}"), ("WATCHDOG_USEC", "4000000")):
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name, None)

    def heard(self) -> str:
        """Give what was said, nothing if nothing was."""
        try:
            return self.systemd.recv(100).decode()
        except BlockingIOError:
            return ""

    def test_life(self) -> None:
        """It is ready when the reactor runs, is alive as long as that turns, and says when it stops."""
        server = self.running()
        self.assertEqual("WATCHDOG=1", self.heard())
        self.assertEqual("", self.heard())
        self.reactor.advance(0)
        self.assertEqual("READY=1", self.heard())
        self.reactor.advance(2)
        self.assertEqual("WATCHDOG=1", self.heard())
        self.stop(server)
        self.assertEqual("STOPPING=1", self.heard())

    def test_nobody(self) -> None:
        """Without systemd, or when it has gone, nothing fails."""
        self.systemd.close()
        notify("READY=1")
        del os.environ["NOTIFY_SOCKET"]
        notify("READY=1")
