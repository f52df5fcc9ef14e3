"""imsend: exit 0 only when it is true, against the real server, in memory."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path
from random import Random

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost, DNSLookupError
from twisted.trial.unittest import SynchronousTestCase

from imclient.core.agent import Agent
from imclient.core.passwords import NoPassword, find_password
from imclient.core.statuses import Status, table
from imclient.send import read_order
from imclient.sending import DELIVERED, READ, STORED, Order, Outcome, Sending
from imclient.token_file import BadTokenFile, TokenFile
from improtocol.audience import EVERYONE, Audience
from imserver.portal.enrolling import Policy
from tests.imclient.core.test_end_to_end import PASSWORD, RealCase
from tests.imclient.core.wires import Net

TO_ANA = Audience.of("ana")


class SendingTests(RealCase):
    def setUp(self) -> None:
        super().setUp()
        self.end(self.gone(self.person("ci")))
        self.ana = self.person("ana")
        self.away = self.person("bo")
        self.end(self.gone(self.away))
        self.wait(1)
        self.sender = Net(self.clock, self.serve)

    def gone(self, client):  # type: ignore[no-untyped-def]
        """Take a client out of those that are ended after the test."""
        self.addCleanup(self.dead.add, client)
        return client

    def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(3):
            if hasattr(self, "sender"):
                self.sender.settle()
            super().settle()

    def begin(self, audience: Audience = TO_ANA, wait: str = STORED, **more: object) -> Deferred[Outcome]:
        """Begin to send."""
        given = {
            "name": "ci",
            "text": "build broken",
            "ref": "r1",
            "within": 20.0,
            "secret": PASSWORD,
            **more,
        }
        order = Order(host="lab.example", port=12000, audience=audience, wait=wait, **given)  # type: ignore[arg-type]
        agent = Agent(self.clock, reach=self.sender.reach, random=Random(3), now=self.clock.seconds)
        return Deferred.fromCoroutine(Sending(self.clock, order, agent).run())

    def send(self, audience: Audience = TO_ANA, wait: str = STORED, **more: object) -> Outcome:
        """Send, and wait for the end."""
        sent = self.begin(audience, wait, **more)
        self.wait(40)
        return self.successResultOf(sent)

    def test_stored(self) -> None:
        """It is stored."""
        outcome = self.send()
        self.assertEqual(Status.DONE, outcome.status, outcome)
        self.assertEqual(["build broken"], self.real.texts())

    def test_delivered_and_read(self) -> None:
        """Delivered is delivered to all, read is read by all; not in time is another status."""
        self.assertEqual(Status.DONE, self.send(wait=DELIVERED).status)
        late = self.send(Audience.of("ana", "bo"), DELIVERED, ref="r2")
        self.assertEqual(
            (Status.NOT_IN_TIME, "It is stored as 5; 1 of 2 have it."), (late.status, late.sentence)
        )
        unread = self.begin(wait=READ, ref="r3")
        self.wait(3)
        self.assertNoResult(unread)
        self.ana.conversations.get(Audience.of("ci")).shown()
        self.wait(3)
        self.assertEqual(Status.DONE, self.successResultOf(unread).status)

    def test_everyone(self) -> None:
        """To everyone, waiting for everyone."""
        self.assertEqual(Status.NOT_IN_TIME, self.send(EVERYONE, DELIVERED).status)

    def test_repeated(self) -> None:
        """Said again under its ref it is one message, and the truth is told of that one."""
        self.send()
        self.assertEqual(Status.DONE, self.send(wait=DELIVERED).status)
        self.assertEqual(["build broken"], self.real.texts())
        other = self.send(text="other words")
        self.assertEqual(Status.REFUSED, other.status)

    def test_refused(self) -> None:
        """A wrong name or password, and nobody's name: refused, and why."""
        wrong = self.send(secret="not the one")
        self.assertEqual((Status.REFUSED, True), (wrong.status, "Wrong name or password" in wrong.sentence))
        nobody = self.send(Audience.of("ana", "nobody-there"))
        self.assertEqual("There is no user called nobody-there.", nobody.sentence)
        self.assertEqual("The text may have 4096 bytes at most.", self.send(text="y" * 5000).sentence)
        self.assertEqual([], self.real.texts())

    def test_code(self) -> None:
        """An invite's code registers a new name, once; who knows not its password is refused all the same."""
        self.real.server.enrolling.policy = Policy.INVITE
        line = f"imserver://lab.example:12000/{self.real.console}"
        for _ in range(2):
            self.assertEqual(Status.DONE, self.send(name="robot", invite=line, ref="n").status)
        self.assertEqual(["build broken"], self.real.texts())
        for invite in (line, None):
            wrong = self.send(name="robot", invite=invite, secret="not the one")
            self.assertEqual(Status.REFUSED, wrong.status)
        self.assertIn("Wrong name or password", wrong.sentence)

    def test_not_reached(self) -> None:
        """Nobody listens, no such computer, no answer: each has its status."""
        self.sender.serve = None
        outcome = self.send(within=5.0)
        self.assertEqual(Status.NOBODY_LISTENS, outcome.status)
        self.assertGreater(self.sender.attempts, 2)
        self.sender.trouble = DNSLookupError()
        self.assertEqual(Status.NO_HOST, self.send().status)
        self.sender.trouble, self.sender.silent = None, True
        self.assertEqual(Status.NOT_REACHED, self.send().status)

    def test_comes_up_meanwhile(self) -> None:
        """A server that comes in time is waited for."""
        self.sender.serve = None
        sent = self.begin()
        self.wait(5)
        self.sender.serve = self.serve
        self.wait(5)
        self.assertEqual(Status.DONE, self.successResultOf(sent).status)

    def test_cut_after_every_byte(self) -> None:
        """Wherever the line is cut, it is said once and told truly."""
        whole = self.begin(ref="whole")
        self.wait(3)
        self.successResultOf(whole)
        for budget in range(1, 700, 13):
            before = len(self.real.texts())
            self.sender.budgets = [budget]
            outcome = self.send(wait=DELIVERED, ref=f"cut{budget}")
            self.assertEqual(Status.DONE, outcome.status, (budget, outcome))
            self.assertEqual(before + 1, len(self.real.texts()))

    def test_lost_for_good(self) -> None:
        """A server that is gone after it was stored: stored, but nobody knows how far it came."""
        sent = self.begin(Audience.of("bo"), DELIVERED)
        self.wait(2)
        self.sender.serve = None
        self.sender.wire.cut(ConnectionLost())
        self.wait(40)
        self.assertEqual(Status.NOT_IN_TIME, self.successResultOf(sent).status)

    def test_by_token(self) -> None:
        """The password is said once; from then on each run comes in by the token that the one before left."""
        path = Path(self.mktemp())
        for number in range(3):
            file = TokenFile(path)
            self.assertEqual(number == 0, file.is_new)
            proof = file.proof(PASSWORD if number == 0 else None)
            outcome = self.send(ref=f"r{number}", secret=proof, device=file.device)
            self.assertEqual(Status.DONE, outcome.status, outcome)
            file.close()
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        self.assertEqual(3, len(self.real.texts()))

    def test_a_token_that_is_over(self) -> None:
        """A token that opens nothing any more is deleted, and the password is said, if there is one."""
        path = Path(self.mktemp())
        path.write_text("imsend-1 x\n", encoding="utf-8")
        file = TokenFile(path)
        outcome = self.send(secret=file.proof(None), device=file.device)
        self.assertEqual(Status.REFUSED, outcome.status, outcome)
        self.assertFalse(path.exists())
        outcome = self.send(secret=file.proof(PASSWORD), device=file.device)
        self.assertEqual(Status.DONE, outcome.status, outcome)
        file.close()

    def test_acknowledges_nothing(self) -> None:
        """What waits for the account is not taken by a program that only sends."""
        self.ana.say(Audience.of("ci"), "for the person")
        self.wait(2)
        self.send()
        self.assertEqual({"ci": "waiting"}, self.receipts_of_ana())

    def receipts_of_ana(self) -> dict[str, str]:
        """Ask how far Ana's newest came."""
        newest = self.ana.conversations.get(Audience.of("ci")).newest_own
        assert newest is not None
        assert newest.number is not None
        asked = self.ana.receipts(newest.number)
        self.wait(1)
        return {name: reached.value for name, reached in self.successResultOf(asked).items()}


class CommandLineTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.said = io.StringIO()
        self.patch(sys, "stderr", self.said)
        self.patch(sys, "stdout", self.said)
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.file = self.folder / "password"
        self.file.write_text(f"{PASSWORD}\n", encoding="utf-8")

    def read(self, *arguments: str) -> Order:
        """Read a command line."""
        return read_order(["--as", "Ci", "--password-file", str(self.file), *arguments])[0]

    def test_order(self) -> None:
        """Everything arrives; without a ref it has one of its own."""
        order = self.read(
            "--to", "bo,Ana", "--wait", "delivered", "--within", "5", "--ref", "x", "two", "words"
        )
        self.assertEqual(
            ("ci", PASSWORD, Audience.of("ana", "bo"), "two words", "x", "delivered", 5.0),
            (order.name, order.secret, order.audience, order.text, order.ref, order.wait, order.within),
        )
        self.assertNotEqual(self.read("--all", "x").ref, self.read("--all", "x").ref)
        self.assertNotIn(PASSWORD, " ".join(sys.argv))

    def test_everyone_and_ports(self) -> None:
        """Whoever means everyone is told how that is written, and a port that is none is no port."""
        for words, said in (
            (("--to", "all", "x"), "--all"),
            (("--to", "*", "x"), "--all"),
            (("--all", "--port", "99999", "x"), "from 1 to 65535"),
        ):
            self.assertEqual(2, self.assertRaises(SystemExit, self.read, *words).code)
            self.assertIn(said, self.said.getvalue())

    def test_standard_input(self) -> None:
        """Without a text it is standard input's."""
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO("snow \N{SNOWMAN}\nmore\n".encode())))
        self.assertEqual("snow \N{SNOWMAN}\nmore", self.read("--all").text)

    def test_not_utf8(self) -> None:
        """What is no UTF-8 is said, with its line and what to do, and nothing is sent."""
        latin = "Gr\u00fc\u00dfe".encode("latin-1")
        cut = "\N{SNOWMAN}".encode()[:-1]
        for raw in (b"one\n" + latin + b"\n", b"one\ntwo " + cut):
            self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
            self.assertEqual(2, self.assertRaises(SystemExit, self.read, "--all").code)
            self.assertIn("Line 2 of standard input is not UTF-8, so nothing of it was sent.", self.wrong())
        typed = latin.decode(errors="surrogateescape")
        for words, said in ((("x", typed), "The text"), (("--ref", typed, "x"), "The ref")):
            self.assertEqual(2, self.assertRaises(SystemExit, self.read, "--all", *words).code)
            self.assertIn(f"{said} is not UTF-8", self.wrong())

    def test_far_too_long(self) -> None:
        """Of what is too long not even the beginning is sent, however much of it no line could carry."""
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"rm " + b"\0" * 20_000 + b"not at all")))
        self.assertEqual(2, self.assertRaises(SystemExit, self.read, "--all").code)
        self.assertIn("The text may have 4096 bytes at most.", self.wrong())

    def wrong(self) -> str:
        """Give what was said last, in one line."""
        said, self.said = self.said.getvalue(), io.StringIO()
        self.patch(sys, "stderr", self.said)
        return " ".join(said.split())

    def test_password_in_standard_input(self) -> None:
        """The password may come in there; then the text does not, and stands on the command line."""
        for words, expected in ((["hi"], PASSWORD), ([], None)):
            self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{PASSWORD}\r\nmore\n".encode())))
            line = ["--as", "ci", "--all", "--password-file", "-", *words]
            if expected is None:
                self.assertEqual(2, self.assertRaises(SystemExit, read_order, line).code)
            else:
                self.assertEqual(expected, read_order(line)[0].secret)

    def test_wrong(self) -> None:
        """What is wrong is said, with status 2."""
        for wrong in (
            [],
            ["--to", "a b", "x"],
            ["--all", " "],
            ["--to", "me", "x"],
            ["--all", "--to", "a", "x"],
        ):
            left = self.assertRaises(SystemExit, self.read, *wrong)
            self.assertEqual(2, left.code, wrong)

    def test_help(self) -> None:
        """--help tells every exit status, and where a password is looked for."""
        self.assertRaises(SystemExit, self.read, "--help")
        self.assertIn(table(), self.said.getvalue())
        self.assertIn("IMCLIENT_PASSWORD", self.said.getvalue())

    def test_token_file(self) -> None:
        """With a token in a file no password is needed; what is no token is said, and nothing is sent."""
        path = self.folder / "token"
        path.write_text("imsend-1 tok3n\n", encoding="utf-8")
        order = read_order(["--as", "ci", "--all", "--token-file", str(path), "x"])[0]
        self.assertEqual("imsend-1", order.device)
        self.assertNotIn("tok3n", repr(order))
        path.with_name("other").write_text("nothing that is a token", encoding="utf-8")
        self.assertRaises(BadTokenFile, TokenFile, path.with_name("other"))

    def test_passwords(self) -> None:
        """A file goes before the environment; a file without one is said; none is None."""
        there = {"IMCLIENT_PASSWORD": "of the environment"}
        self.assertEqual(PASSWORD, find_password("a", "h", 1, str(self.file), there))
        self.assertEqual("of the environment", find_password("a", "h", 1, None, there))
        named = {"IMCLIENT_PASSWORD_FILE": str(self.file), **there}
        self.assertEqual(PASSWORD, find_password("a", "h", 1, None, named))
        self.assertRaises(NoPassword, find_password, "a", "h", 1, str(self.folder), {})
        self.assertRaises(NoPassword, find_password, "a", "h", 1, os.devnull, {})
        latin = "correct h\u00f6rse".encode("latin-1")
        self.file.write_bytes(latin)
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(latin)))
        typed = {"IMCLIENT_PASSWORD": latin.decode(errors="surrogateescape")}
        for file, environment in ((str(self.file), {}), ("-", {}), (None, typed)):
            said = str(self.assertRaises(NoPassword, find_password, "a", "h", 1, file, environment))
            self.assertTrue(said.startswith("The password is not UTF-8"), said)
            self.assertNotIn("f6", said, "no byte of a password is shown")
        self.assertIsNone(find_password("a", "h", 1, None, {}))
