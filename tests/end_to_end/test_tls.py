"""TLS between a real server and OpenSSL's own client, over the loopback."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from hashlib import sha256

from imclient.core.statuses import Status
from imserver.certificate import make
from imserver.operator.doctor import BAD, GOOD, examine

from .case import HERE, EndToEndCase
from .child import Child
from .patience import eventually

OPENSSL = shutil.which("openssl")


class TLSTests(EndToEndCase):
    """A server that speaks nothing but TLS."""

    @property
    def listen(self) -> str:
        return f"ssl:{self.port}:interface={HERE}"

    def call(self) -> ssl.SSLSocket:
        """Connect by TLS, believing whatever is shown."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        wire = context.wrap_socket(socket.create_connection((HERE, self.port), timeout=5))
        self.addCleanup(wire.close)
        return wire

    def fingerprint(self) -> str:
        """Say what certificate is shown."""
        return sha256(self.call().getpeercert(binary_form=True) or b"").hexdigest()

    def test_by_hand(self) -> None:
        """It is whole with the very line of the welcome; R and Q are no commands to openssl."""
        if OPENSSL is None:
            self.skipTest("there is no openssl")
        said = self.server().out
        (command,) = re.findall(r"openssl (s_client -quiet -connect \S+)", said)
        child = self.child(OPENSSL, *command.split(), stdin=subprocess.PIPE)
        assert child.process.stdin is not None
        self.addCleanup(child.process.stdin.close)
        for line, answer in (
            ("REGISTER alice :correct horse", "OK REGISTER alice"),
            ("LOGIN alice :correct horse", "* LIVE 1 told=0"),
            ("RECEIPTS 1", "ERR RECEIPTS"),
            ("QUIT", "OK QUIT"),
        ):
            child.process.stdin.write(line.encode() + b"\n")
            child.process.stdin.flush()
            eventually(lambda: child.out, lambda heard, answer=answer: answer in heard)
        child.ended()

    def test_in_clear(self) -> None:
        """A client that speaks in clear hears no line, is gone at once, and the log says why."""
        self.server()
        with socket.create_connection((HERE, self.port), timeout=5) as wire:
            wire.sendall(b"REGISTER mallory :correct horse\n")
            began = time.monotonic()
            try:
                heard = wire.recv(100)
            except ConnectionResetError:
                heard = b""
            self.assertLess(time.monotonic() - began, 1)
            self.assertNotIn(b"HELLO", heard)
        log = eventually(self.log, lambda log: "speaks\\sin\\sclear" in log)
        self.assertNotIn("registered", log)

    def test_doctor(self) -> None:
        """Who looks the folder over calls as the server speaks, and must be shown its certificate."""
        self.server()
        address = (f"{HERE}:{self.port}",)
        for how in (GOOD, BAD):
            (found,) = [one for one in examine(self.data, address) if one.what == "listener"]
            self.assertEqual(how, found.how, found.sentence)
            (self.data / "certificate.pem").unlink()
            make(self.data / "certificate.pem")  # which the server has not read yet
        self.assertIn("Another server", found.sentence)

    def test_the_same_tomorrow(self) -> None:
        """The fingerprint that is told is the one shown, also after the next start."""
        for _ in range(2):
            server = self.server()
            (told,) = set(re.findall(r"#sha256:(\w+)$", server.out, re.MULTILINE))
            self.assertEqual(told, self.fingerprint())
            server.end()

    def test_renewed(self) -> None:
        """SIGHUP has a renewed certificate read at once; a broken one changes nothing."""
        own = self.folder / "own.pem"
        make(own)
        server = self.server(f"--certificate={own}")
        first = self.fingerprint()
        make(own)
        server.send(signal.SIGHUP)
        second = eventually(self.fingerprint, lambda shown: shown != first)
        own.write_text("Dear diary")
        server.send(signal.SIGHUP)
        eventually(self.log, lambda log: "certificate-kept" in log)
        self.assertEqual(second, self.fingerprint())
        self.assertTrue(server.running)

    def test_client(self) -> None:
        """A client takes the line of the welcome as pasted; by another fingerprint nothing is sent."""
        server = self.server()
        (invite,) = re.findall(r"others paste (\S+)$", server.out, re.MULTILINE)
        self.person_by_tls("ana")
        wrong = invite[:-4] + ("0000" if invite[-4:] != "0000" else "1111")
        for pasted, status in ((f" <{invite}>", 0), (f"{HERE} {self.port}", 0), (wrong, Status.NOT_KNOWN)):
            child = self.imclient(*pasted.split(" ") if pasted.startswith(HERE) else [pasted])
            self.assertEqual(status, child.ended(within=30), child.err)
        self.assertIn("Another server answers", child.err)
        self.assertEqual(2, self.log().count(" sent "))
        self.assertEqual(2, self.log().count(" logged-in "))

    def imclient(self, *words: str) -> Child:
        """Say something by the client without a window."""
        lines = self.folder / "lines"
        lines.write_text("/all hello\n")
        home = {"XDG_DATA_HOME": str(self.folder), "IMCLIENT_PASSWORD": "correct horse"}
        command = [sys.executable, "-m", "imclient", "--terminal", "--name", "ana", *words]
        with lines.open() as stdin:
            made = Child(
                command,
                self.folder,
                f"imclient-{time.monotonic_ns()}",
                environment=home,
                stdin=stdin.fileno(),
            )
        self.addCleanup(made.end)
        return made

    def person_by_tls(self, name: str) -> None:
        """Take a name."""
        wire = self.call()
        wire.sendall(f"REGISTER {name} :correct horse\nQUIT\n".encode())
        heard = b""
        while more := wire.recv(1000):
            heard += more
        self.assertIn(b"OK REGISTER", heard)

    def test_stopped(self) -> None:
        """A server that is stopped tells those who came by TLS, and need not wait for them."""
        server = self.server()
        wire = self.call()
        heard = wire.recv(1000)
        server.send(signal.SIGTERM)
        while more := wire.recv(1000):
            heard += more
        wire.close()
        self.assertIn(b"* BYE shutdown", heard)
        began = time.monotonic()
        self.assertEqual(-signal.SIGTERM, server.ended())
        self.assertLess(time.monotonic() - began, 3)
