"""What TLS costs the server: memory for each connection, CPU for each handshake (promises B1, B8).

``python -m bench.tls_cost [--connections 2000]`` starts a server, has that many come by TLS and stay, once as
strangers and once logged in, and prints what the system says of the server before and after.  Then a
thousand begin a handshake at another and go no further.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from imserver.bounds import BOUNDS
from imserver.memory import RESTED
from imserver.portal.passwords import OWASP

from .alone import alone
from .caller import Caller
from .house import house
from .process import KIB, MIB, processor, resident
from .running import HERE, free_port

#: Bytes for one connection, its session and all it takes in Python.
TARGET_KIB = 64
#: So many begin a handshake and go no further, and MiB that they may cost all together.
HALF_DONE, MOST_MIB = 1000, 32
#: So many of them come in; a password costs time.
USERS = 200
FIRST = "alice"
#: Seconds after the last login until the memory of its hash is given back.
REST = RESTED + 1


def measured(pid: int, port: int, count: int, names: Sequence[str]) -> float:
    """Print what so many strangers cost, then what they cost when they have come in; gives KiB for one."""
    Caller(port, tls=True).come_in(FIRST)
    time.sleep(REST)
    before, begun = resident(pid) / KIB, processor(pid)
    callers = [Caller(port, tls=True) for _ in range(count)]
    for caller in callers:
        caller.hear(r"\* HELLO")
    cpu, strangers = processor(pid) - begun, resident(pid) / KIB
    print(f"handshake, HELLO and all    {cpu / count * 1000:6.2f} ms of CPU, {count / cpu:.0f} in a second")
    print(f"a stranger by TLS           {(strangers - before) / count:6.1f} KiB")
    for caller, name in zip(callers, names, strict=False):
        caller.come_in(name)
        caller.ask(f"SEND {name} :{'x' * 4000}")
    time.sleep(REST)
    more = (resident(pid) / KIB - strangers) / len(names)
    most = (strangers - before) / count + more
    print(f"a user who has said 4 KiB   {most:6.1f} KiB")
    for caller in callers:
        caller.leave()
    return most


def half_done(limit: str) -> float:
    """Print what half-done handshakes cost at most, all together; gives MiB."""
    port = free_port()
    words = ["--listen", f"ssl:{port}:interface={HERE}", "--limit", f"handshakes={limit}"]
    with house([FIRST], more=words, hasher=OWASP) as running, ExitStack() as wires:
        running.wait_until_open(port)
        before = most = resident(running.pid)
        for number in range(HALF_DONE):
            wires.enter_context(socket.create_connection((HERE, port))).sendall(_client_hello())
            if number % 20 == 0:
                most = max(most, resident(running.pid))
        for _ in range(20):
            time.sleep(0.1)
            most = max(most, resident(running.pid))
    cost = (most - before) / MIB
    print(f"{HALF_DONE:,} half done, {limit:>4} at once {cost:6.1f} MiB")
    return cost


def _client_hello() -> bytes:
    """Say what a client says first."""
    said = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), said).do_handshake()
    return said.read()


def prove(connections: int, *, evidence: bool) -> bool:
    """Measure; say whether the promise holds."""
    port, names = free_port(), [f"user{number}" for number in range(min(USERS, connections))]
    # A hash that were too cheap would be made anew at each login, and its memory counted.
    more = ["--listen", f"ssl:{port}:interface={HERE}"]
    with house([FIRST, *names], more=more, hasher=OWASP) as running:
        running.wait_until_open(port)
        most = measured(running.pid, port, connections, names)
    together, unbounded = half_done(f"{BOUNDS.handshakes:.0f}"), half_done("none")
    print(f"promised: {TARGET_KIB} KiB, and {MOST_MIB} MiB together, at most")
    if unbounded <= MOST_MIB:
        print("    without the limit they cost no more, so this proves nothing")
    return most <= TARGET_KIB and together <= MOST_MIB < unbounded


if __name__ == "__main__":
    alone(prove, __doc__, connections=2000)
