"""What TLS costs the server: memory for each connection, CPU for each handshake (promise B8).

``python -m bench.tls_cost [CONNECTIONS]`` starts a server, has that many come by TLS and stay, once as
strangers and once logged in, and prints what /proc says of the server before and after.
"""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .running import HERE, PATIENCE, TWISTD, free_port

#: Bytes for one connection, its session and all it takes in Python.
TARGET_KIB = 64
#: So many of them come in; a password costs time.
USERS = 200


def rss_kib(pid: int) -> int:
    """Say how much memory a process has."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1])


def cpu_seconds(pid: int) -> float:
    """Say how much time a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def served(folder: str, port: int) -> subprocess.Popen[str]:
    """Start a server that takes TLS alone."""
    words = [
        *("--data", folder, "--listen", f"ssl:{port}:interface={HERE}"),
        *("--limit", "all=none"),
    ]
    server = subprocess.Popen(
        [*TWISTD, "-n", "--pidfile=", "imserver", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex((HERE, port)) == 0:
                return server
        time.sleep(0.02)
    server.kill()
    raise OSError("the server does not begin")


def called(port: int, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Come by TLS, and wait for HELLO."""
    wire = context.wrap_socket(socket.create_connection((HERE, port), timeout=PATIENCE))
    assert wire.recv(1000).startswith(b"* HELLO")
    return wire


def said(wire: ssl.SSLSocket, line: str, until: bytes) -> None:
    """Say a line, and read up to its answer."""
    wire.sendall(line.encode() + b"\n")
    heard = b""
    while until not in heard:
        heard += wire.recv(4096)


def measured(server: subprocess.Popen[str], port: int, count: int) -> float:
    """Print what so many strangers cost, then what they cost when they have come in; gives KiB for one."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    first = called(port, context)
    said(first, "REGISTER alice :correct horse", b"OK REGISTER")
    said(first, "LOGIN alice :correct horse", b"* LIVE")
    time.sleep(0.5)
    before, begun = rss_kib(server.pid), cpu_seconds(server.pid)
    wires = [called(port, context) for _ in range(count)]
    cpu, strangers = cpu_seconds(server.pid) - begun, rss_kib(server.pid)
    print(f"handshake, HELLO and all    {cpu / count * 1000:6.2f} ms of CPU, {count / cpu:.0f} in a second")
    print(f"a stranger by TLS           {(strangers - before) / count:6.1f} KiB")
    for number, wire in enumerate(wires[:USERS]):
        said(wire, f"REGISTER user{number} :correct horse", b"OK REGISTER")
        said(wire, f"LOGIN user{number} :correct horse", b"* LIVE")
        said(wire, f"SEND user{number} :{'x' * 4000}", b"OK SEND")
    time.sleep(0.5)
    more = (rss_kib(server.pid) - strangers) / min(USERS, count)
    most = (strangers - before) / count + more
    print(f"a user who has said 4 KiB   {most:6.1f} KiB")
    for wire in wires:
        wire.close()
    return most


def main() -> int:
    """Measure; the exit status says whether the promise holds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = served(folder, port)
        try:
            most = measured(server, port, count)
        finally:
            server.terminate()
            server.wait(PATIENCE)
    print(f"promised: {TARGET_KIB} KiB at most")
    return 0 if most <= TARGET_KIB else 1


if __name__ == "__main__":
    sys.exit(main())
