"""Scripts and bots as processes: lines in a pipe, imsend, a bot that is killed, a bot in asyncio."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from .case import HERE, EndToEndCase, free_port
from .child import Child
from .patience import LONG, eventually
from .typist import Typist

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PASSWORD = "correct horse"

IN_ASYNCIO = """
import asyncio, sys
from imclient.bot import Bot, Message

bot = Bot("ticker", port=int(sys.argv[1]))


@bot.on_message
async def answer(message: Message) -> str:
    await asyncio.sleep(0.01)  # asyncio's own
    number = await message.reply("one moment")
    await bot.sleep(0.01)
    return f"done behind {number}"


async def main() -> None:
    task = asyncio.create_task(bot.serve(sys.argv[2]))
    ticks = 0
    while not task.done():
        await asyncio.sleep(0.05)
        ticks += 1
    await task

asyncio.run(main())
"""


class ScriptsCase(EndToEndCase):
    """A test with a password's file and a home of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.file = self.folder / "password"
        self.file.write_text(f"{PASSWORD}\n", encoding="utf-8")
        self.environment = {
            **os.environ,
            "XDG_DATA_HOME": str(self.folder / "home"),
            "PYTHONWARNINGS": "",
            "IMCLIENT_PASSWORD_FILE": str(self.file),
            "PYTHONPATH": str(ROOT),
        }

    def ran(self, *command: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run something to its end; a byte that is no UTF-8 is written as PEP 383 does."""
        return subprocess.run(
            command,
            input=said,
            errors="surrogateescape",
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=3 * LONG,
            check=False,
        )

    def terminal(
        self, name: str, *lines: str, host: str = HERE, more: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run the terminal client on lines."""
        words = ["--terminal", "--profile", name, "--name", name, *more, host, str(self.port)]
        return self.ran(str(BIN / "imclient"), *words, said="".join(f"{line}\n" for line in lines))

    def imsend(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run imsend as Ana."""
        return self.ran(str(BIN / "imsend"), "--as", "ana", "--port", str(self.port), *words, said=said)

    def bot(self, *command: str, name: str) -> Child:
        """Start a bot."""
        made = Child([sys.executable, *command], self.folder, name, environment=self.environment)
        self.addCleanup(made.end)
        return made

    def hears(self, who: Typist, *ends: str) -> None:
        """Wait until somebody was told messages that end so, one after the other."""
        for end in ends:
            while (line := who.hear(LONG)) is not None and not line.endswith(end):
                pass
            self.assertIsNotNone(line, end)


class PipeTests(ScriptsCase):
    """`imclient --terminal` without a terminal."""

    def test_lines(self) -> None:
        """It registers, says what its lines say, prints what is said, and tells by its status how it went."""
        self.server()
        bo = self.person("bo")
        new = self.terminal("ana", "yes", PASSWORD, "/whisper bo one\\ntwo", "/to bo", "three", "/who")
        self.assertEqual((0, ["Wrong name or password.", "ana is registered."]), (new.returncode, _said(new)))
        self.hears(bo, ":one\\ntwo", ":three")
        self.assertRegex(
            new.stdout, r"you to bo: one\n      two\n\d\d:\d\d #\d+ you to bo: three\nbo: online\n$"
        )
        wrong = self.terminal("ana", "/whisper nobody-there x", "/all still said")
        self.assertEqual(8, wrong.returncode)
        self.hears(bo, ":still said")
        self.assertEqual(0, self.terminal("ana", r"/all C:\\new\nline").returncode)
        self.hears(bo, r":C:\\new\nline")
        self.file.write_text("not the password", encoding="utf-8")
        self.assertEqual(8, self.terminal("ana").returncode)

    def test_not_utf8(self) -> None:
        """At a line that is no UTF-8 it ends, and says so: the next may have been an answer to that one."""
        self.server()
        bo, cy = self.person("bo"), self.person("cy")
        self.person("ana").leave()
        ended = self.terminal("ana", "/whisper bo said", "dm", "cy", "Gr\udcfc\udcdfe", "for nobody else")
        self.assertEqual(1, ended.returncode)
        self.assertRegex(ended.stderr, r"^imclient: Line 4 is not UTF-8, .* The lines behind it were not")
        self.hears(bo, ":said")
        new = self.terminal("dora", "\udcfcs", "all sorts", "yes", "all sorts")
        self.assertEqual(8, new.returncode)
        self.assertIn("Line 1 is not UTF-8", new.stderr)
        self.assertEqual(2, self.imsend("--all", said="two\nGr\udcfc\udcdfe\n").returncode)
        self.assertEqual(2, self.imsend("--all", "Gr\udcfc\udcdfe").returncode)
        self.assertEqual(0, self.imsend("--to", "cy", "Gr\u00fc\u00dfe").returncode)
        self.assertTrue(cy.expect("* MESSAGE").endswith(":Gr\u00fc\u00dfe"))
        self.assertEqual(0, self.imsend("--to", "bo", "the next thing said").returncode)
        self.assertTrue(bo.expect("* MESSAGE").endswith(":the next thing said"))

    def test_logout(self) -> None:
        """/logout ends behind what was said, and leaves nothing that opens the account, nor does a copy."""
        self.server()
        self.person("ana").leave()
        bo = self.person("bo")
        self.assertEqual(0, self.terminal("ana", more=["--remember"]).returncode)
        profiles = self.folder / "home" / "imclient" / "profiles"
        shutil.copytree(profiles / "ana", profiles / "thief")
        del self.environment["IMCLIENT_PASSWORD_FILE"]
        out = self.terminal("ana", "/whisper bo last words", "/logout", "/whisper bo never said")
        self.assertEqual((0, []), (out.returncode, _said(out)))
        self.assertEqual("{}", (profiles / "ana" / "tokens.json").read_text("utf-8"))
        self.hears(bo, ":last words")
        thief = self.terminal("thief", more=["--name", "ana"])
        self.assertEqual(
            (2, ["there is no line for the question: Password."]), (thief.returncode, _said(thief))
        )

    def test_output(self) -> None:
        """A sign that cannot be shown keeps no line back; lines that cannot be written are no success."""
        self.server()
        self.person("ana").leave()
        words = [str(BIN / "imclient"), "--terminal", "--name", "ana", HERE, str(self.port)]
        self.environment["PYTHONIOENCODING"] = "ascii"
        done = self.ran(*words, said="/all snow \N{SNOWMAN}\n/all more\n")
        self.assertEqual((0, 2), (done.returncode, done.stdout.count("you to everyone: ")), done.stdout)
        full = self.ran("sh", "-c", '"$@" > /dev/full', "sh", *words, said="/all on a full disk\n")
        self.assertEqual((1, 1), _ended(full))
        words = [str(BIN / "imsend"), "--as", "ana", "--port", str(self.port), "--to", "ana", "noted"]
        kept = self.ran("sh", "-c", '"$@" > /dev/full', "sh", *words)
        self.assertEqual((0, 1), _ended(kept))
        self.assertRegex(kept.stderr, r"It is stored as \d+\. That could not be printed")

    def test_code(self) -> None:
        """The code of an invite registers a new name with the password that is kept, and no line is lost."""
        server = self.server("--register=invite")
        invite = re.search(r"imserver://\S+", server.out)
        assert invite is not None, server.out
        for said in ("one", "two"):
            words = ["--terminal", "--profile", "new", "--name", "new", invite[0]]
            new = self.ran(str(BIN / "imclient"), *words, said=f"/whisper new {said}\n")
            self.assertEqual(0, new.returncode, new.stderr)
            self.assertRegex(new.stdout, f": {said}\n$")
        self.assertEqual([], _said(new))

    def test_statuses(self) -> None:
        """No such computer, nobody listens, no imserver: one sentence each, and a status that tells which."""
        self.assertEqual((4, 1), _ended(self.terminal("ana")))
        self.assertEqual((3, 1), _ended(self.terminal("ana", host="no-such-host.invalid")))
        with socket.create_server((HERE, self.port)) as other:
            threading.Thread(target=_greet, args=(other,), daemon=True).start()
            self.assertEqual((5, 1), _ended(self.terminal("ana")))

    def test_server_gone(self) -> None:
        """A server that goes away: one sentence, and status 7."""
        server = self.server()
        self.person("ana", keys="")
        ana = Child(
            [str(BIN / "imclient"), "--terminal", "--name", "bo", HERE, str(self.port)],
            self.folder,
            "bo",
            environment=self.environment,
            stdin=subprocess.PIPE,
        )
        self.addCleanup(ana.end)
        assert ana.process.stdin is not None
        ana.process.stdin.write(f"yes\n{PASSWORD}\n/who\n".encode())
        ana.process.stdin.flush()
        eventually(lambda: ana.out, lambda said: "ana: online" in said)
        server.send(signal.SIGTERM)
        self.assertEqual(7, ana.ended())
        self.assertIn("The connection was lost.", ana.err)
        ana.process.stdin.close()


class ImsendTests(ScriptsCase):
    """imsend, as a script calls it."""

    def test_truth(self) -> None:
        """0 only when it is true; other statuses for not in time, refused, not reached; twice is once."""
        self.server()
        self.person("ana").leave()
        bo = self.person("bo")
        done = self.imsend("--to", "bo", "--wait", "stored", said="build broken\n")
        self.assertEqual((0, "It is stored as 3.\n"), (done.returncode, done.stdout), done.stderr)
        self.hears(bo, ":build broken")
        late = self.imsend("--to", "bo", "--wait", "delivered", "--within", "1", "--ref", "x", "second")
        self.assertEqual((9, "imsend: It is stored as 4; 0 of 1 have it.\n"), (late.returncode, late.stderr))
        self.hears(bo, ":second")
        bo.say("ACK 4")
        again = self.imsend("--to", "bo", "--wait", "delivered", "--ref", "x", "second")
        self.assertEqual((0, "It is stored as 4; 1 of 1 have it.\n"), (again.returncode, again.stdout))
        everyone = self.imsend("--all", "--quiet", "all of you")
        self.assertEqual((0, "", ""), (everyone.returncode, everyone.stdout, everyone.stderr))
        self.hears(bo, ":all of you")
        self.assertEqual((8, 1), _ended(self.imsend("--to", "nobody-there", "x")))
        self.environment["IMCLIENT_PASSWORD_FILE"] = ""
        self.environment["IMCLIENT_PASSWORD"] = "not the password"
        self.assertEqual((8, 1), _ended(self.imsend("--all", "x")))
        self.port = free_port()
        self.assertEqual((4, 1), _ended(self.imsend("--all", "--within", "1", "x")))


class BotTests(ScriptsCase):
    """Bots as programs."""

    def test_killed(self) -> None:
        """A bot that was killed answers what came meanwhile when it starts again; Ctrl-C ends it in order."""
        self.server()
        bo = self.person("bo")
        words = [str(ROOT / "examples" / "echo_bot.py"), HERE, str(self.port), "--register"]
        first = self.bot(*words, name="first")
        self.hears(bo, "* USER echo online")
        bo.say("SEND echo :one")
        self.hears(bo, ":one")
        first.process.kill()
        self.hears(bo, "* USER echo offline")
        bo.say("SEND echo :two")
        second = self.bot(*words, name="second")
        self.hears(bo, ":two")
        second.send(signal.SIGINT)
        self.assertEqual(0, second.ended())
        self.assertEqual("", second.err)
        self.hears(bo, "* USER echo offline")

    def test_in_asyncio(self) -> None:
        """In an asyncio program handlers await what asyncio can, and what the bot gives."""
        self.server()
        bo = self.person("bo")
        ticker = self.typist()
        ticker.come_in("ticker")
        ticker.leave()
        program = self.folder / "program.py"
        program.write_text(IN_ASYNCIO, encoding="utf-8")
        bot = self.bot(str(program), str(self.port), "correct horse", name="asyncio")
        self.hears(bo, "* USER ticker offline", "* USER ticker online")
        bo.say("SEND ticker :x")
        self.hears(bo, ":one moment", ":done behind 4")
        bot.send(signal.SIGINT)
        bot.ended()
        self.hears(bo, "* USER ticker offline")

    def test_trouble(self) -> None:
        """Nobody listens: one sentence, and the status that tells so."""
        words = [str(ROOT / "examples" / "echo_bot.py"), HERE, str(self.port)]
        done = self.ran(sys.executable, *words)
        self.assertEqual((4, 1), _ended(done))


def _said(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.removeprefix("imclient: ") for line in done.stderr.splitlines()]


def _ended(done: subprocess.CompletedProcess[str]) -> tuple[int, int]:
    """Give the status, and how many lines were complained."""
    return done.returncode, len(done.stderr.splitlines())


def _greet(server: socket.socket) -> None:
    peer, _ = server.accept()
    peer.sendall(b"SSH-2.0-nothing\r\n")
    peer.close()
