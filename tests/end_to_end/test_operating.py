"""docs/operating.md, done: every block of commands on a machine made up for it, one behind the other."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from imserver.operator import backups

from .case import HERE, EndToEndCase
from .patience import eventually

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "docs" / "operating.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
#: A path of the machine, which is made up in a folder.
PATHS = re.compile(r"(?<![\w./-])/(?=(?:var|tmp)/)")

SYSTEMCTL = """\
#!/bin/bash
# Begins and ends the server as systemd would.
stop() { kill "$(cat server.pid)" && while kill -0 "$(cat server.pid)" 2> /dev/null; do sleep 0.1; done; }
start() {
    : > started
    setsid imserver run --data var/lib/imserver --listen LISTEN > started 2>&1 < /dev/null &
    echo $! > server.pid
    for _ in $(seq 150); do grep -q "is ready" started && break; sleep 0.2; done
    cat started >> journal
    grep -q "is ready" started
}
case "$*" in
    "start imserver" | "enable --now imserver imserver-backup.timer") start ;;
    "stop imserver") stop ;;
    "restart imserver") stop; start ;;
    *) exit 1 ;;
esac
"""


def blocks() -> Iterator[tuple[str, str]]:
    """Give the blocks of commands, each with the heading it stands under."""
    for part in re.split(r"^## ", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        heading = part.partition("\n")[0]
        for block in BLOCK.findall(part):
            yield heading, block


class OperatingTests(EndToEndCase):
    """An operator who reads nothing but the document."""

    def setUp(self) -> None:
        super().setUp()
        self.data = self.folder / "var" / "lib" / "imserver"
        for name in ("var/lib", "var/backups/imserver", "tmp", "bin"):
            (self.folder / name).mkdir(parents=True)
        self.program("systemctl", SYSTEMCTL.replace("LISTEN", self.listen))
        self.program("journalctl", "#!/bin/sh\ncat journal\n")
        self.program("chown", "#!/bin/sh\n")  # here everything is one user's
        self.program("imserver", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m imserver "$@"\n')
        self.addCleanup(self.end)

    def program(self, name: str, text: str) -> None:
        """Put a command on the path."""
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def end(self) -> None:
        """End the server that the document began."""
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.folder / "server.pid").read_text()), signal.SIGKILL)

    def typed(self, block: str) -> str:
        """Type a block; whoever is asked for a password always says the same."""
        block = PATHS.sub(f"{self.folder}/", block).replace(":12000", f":{self.port}")
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        environment = {"PATH": path, "HOME": str(self.folder), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        with subprocess.Popen(["yes", "correct horse"], stdout=subprocess.PIPE) as answers:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block],
                stdin=answers.stdout,
                capture_output=True,
                text=True,
                cwd=self.folder,
                env=environment,
                timeout=180,
                start_new_session=True,  # without a terminal, or the tests' own would be asked
                check=False,
            )
            answers.kill()
        self.assertEqual(0, done.returncode, f"{block}\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_all_of_it(self) -> None:
        """Install, invite three, back up, lose the machine, restore, upgrade: each block does it."""
        told = blocks()
        said: dict[str, list[str]] = {}

        def upto(heading: str, count: int) -> None:
            for _ in range(count):
                found, block = next(told)
                self.assertEqual(heading, found)
                said.setdefault(heading, []).append(self.typed(block))

        upto("Install", 1)
        self.typed("systemctl start imserver")
        upto("The first hour", 2)
        self.assertIn("ada", said["The first hour"][0])
        (code,) = re.findall(r"(?m)^  code +(\S+)", said["The first hour"][1])
        for name in ("bea", "cy", "dan"):
            person = self.typist()
            person.expect("* HELLO")
            self.assertEqual(
                f"OK REGISTER {name}", person.ask(f"REGISTER {name} invite={code} :correct horse")
            )
            person.ask(f"LOGIN {name} :correct horse")
            person.ask(f"SEND {'bea' if name != 'bea' else 'ada'} :I am here")
        upto("The first hour", 2)
        for name in ("ada", "bea", "cy", "dan"):
            self.assertIn(f"\n{name} ", said["The first hour"][2])
        self.assertIn("answers in", said["The first hour"][3])
        upto("Backup", 2)
        before = backups.findings(self.data / "imserver.db")
        self.end()  # the machine is lost
        self.data.rename(self.folder / "lost")
        upto("Restore, and another machine", 1)
        after = backups.findings(self.data / "imserver.db")
        self.assertEqual((before.entries, before.accounts), (after.entries, after.accounts))
        self.assertNotEqual(before.epoch, after.epoch)
        bea = self.typist()
        bea.expect("* HELLO")
        entered = bea.ask(
            f"LOGIN bea device=phone since={before.entries} epoch={before.epoch} :correct horse"
        )
        self.assertRegex(entered, r"cursor=0 ")
        self.assertRegex(bea.expect("* MESSAGE"), "I am here$")
        upto("Restore, and another machine", 1)
        upto("Upgrade", 2)
        upto("Keeping less", 1)
        self.assertIn("0 messages were let go", said["Keeping less"][0])
        upto("What was said, as lines", 1)
        upto("When something is wrong", 2)
        self.assertIn("ada is an administrator, with the password", said["When something is wrong"][1])
        self.assertEqual([], list(told))
        self.typed("systemctl stop imserver")
        eventually(lambda: "stopped" in self.log())

    def test_socket(self) -> None:
        """systemd may hold the port, and is told when the server is ready."""
        activate = Path("/usr/bin/systemd-socket-activate")
        if not activate.exists():
            self.skipTest("there is no systemd here")
        listen = "--listen=systemd:domain=INET:name=imserver"
        self.child(
            str(activate), "--fdname=imserver", "-l", f"{HERE}:{self.port}",
            sys.executable, "-m", "imserver", "run", f"--data={self.data}", listen,
        )  # fmt: skip
        eventually(self.answers)

    def answers(self) -> bool:
        """Say whether somebody is greeted."""
        with contextlib.suppress(OSError):
            return (self.typist().hear() or "").startswith("* HELLO")
        return False


class UnitTests(EndToEndCase):
    """What systemd is given."""

    def test_units(self) -> None:
        """systemd finds nothing wrong with the units, and the server's is hardened."""
        analyze = "/usr/bin/systemd-analyze"
        if not Path(analyze).exists():
            self.skipTest("there is no systemd here")
        for path in (ROOT / "packaging").glob("imserver*.*"):
            text = path.read_text().replace("/opt/imserver/bin/imserver", "/bin/true")
            (self.folder / path.name).write_text(text)
        units = sorted(str(path) for path in self.folder.glob("imserver*.*"))
        done = subprocess.run(
            [analyze, "verify", *units], capture_output=True, text=True, check=False, timeout=60
        )
        complaints = [line for line in done.stderr.splitlines() if str(self.folder) in line]
        self.assertEqual((0, []), (done.returncode, complaints), done.stderr)
        service = str(self.folder / "imserver.service")
        judged = subprocess.run(
            [analyze, "security", "--offline=true", "--threshold=20", service],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        self.assertEqual(0, judged.returncode, judged.stdout[-300:])

    def test_reload(self) -> None:
        """A file that cannot be used fails the reload, and the server hears nothing of it."""
        unit = (ROOT / "packaging/imserver.service").read_text()
        (line,) = re.findall(r"^ExecReload=(.*)$", unit, re.MULTILINE)
        for program, heard in (("true", "-HUP 7\n"), ("false", "")):
            words = shlex.split(line.replace("/opt/imserver/bin/imserver", program).replace("kill ", "echo "))
            told = {**os.environ, "MAINPID": "7"}
            done = subprocess.run(words, env=told, capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual((heard, bool(heard)), (done.stdout, done.returncode == 0), done.stderr)

    def test_container(self) -> None:
        """The container is built of every package that there is."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
        copied = re.findall(
            r"^COPY (\S+) /source/\1$", (ROOT / "packaging/Containerfile").read_text(), re.MULTILINE
        )
        self.assertEqual(sorted(packages), sorted(copied))

    def test_install(self) -> None:
        """Every file that is to be copied is there."""
        text = DOCUMENT.read_text("utf-8")
        for path in re.findall(r"packaging/[\w.-]+\w", text):
            self.assertTrue((ROOT / path).exists(), path)
