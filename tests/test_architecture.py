"""The drawing of the house, kept true: who may know whom, no circles, no rooms for odds and ends."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.layering import Rule, circle, early_reactors, forbidden_arrows, forbidden_names, read_tree

ROOT = Path(__file__).parent.parent
PACKAGES = ("improtocol", "imtongue", "imqt", "imserver", "imclient")

DATABASES = ("sqlalchemy", "alembic", "sqlite3", "psycopg", "psycopg2", "asyncpg", "apsw")
BUSES = ("txredisapi", "redis", "hiredis", "nats")
DRIVERS = DATABASES + BUSES
SCREENS = ("prompt_toolkit", "urwid", "textual", "curses", "rich", "blessed")
ONLY_POSIX = (
    "fcntl",
    "resource",
    "pwd",
    "grp",
    "termios",
    "pty",
    "tty",
    "syslog",
    "posix",
    "curses",
    "readline",
)
SOCKETS = ("improtocol.codec", "imclient.core.connection", "imclient.core.link")

RULES = [
    # The language is pure: it can be tested, fuzzed and reused without a reactor.
    Rule("improtocol", never=("twisted", "zope", "PyQt5", *DRIVERS, "imserver", "imclient")),
    # Whoever speaks to people stands on it; it knows nobody, and loads quickly.
    Rule("imtongue", never=("twisted", "zope", "PyQt5", "improtocol", "imqt", "imserver", "imclient")),
    # The wire and the server's log are English.
    Rule("improtocol", never=("imtongue", "imqt")),
    Rule("imserver", never=("imtongue",), apart=("imserver.window",)),
    # Windows stand on it; it knows nobody.
    Rule("imqt", never=("improtocol", "imserver", "imclient")),
    # The two wings meet on the wire.
    Rule("imserver", never=("imclient",)),
    Rule("imclient", never=("imserver",)),
    # A client starts wherever there is Python and Qt.
    *(Rule(who, never=ONLY_POSIX) for who in ("improtocol", "imqt")),
    # (But where a terminal only prints it is asked to show no password, if there is a way to ask it.)
    Rule("imclient", never=ONLY_POSIX, apart=("imclient.terminal.dumb",)),
    # Three front ends, one client.
    Rule(
        "imclient.core",
        never=("PyQt5", "qt5reactor", *SCREENS, "imclient.qt", "imclient.terminal", "imclient.bot"),
    ),
    # A front end holds a client; it never sees a socket, nor another front end.
    Rule("imclient.qt", never=(*SOCKETS, "imclient.terminal", "imclient.bot")),
    Rule("imclient.terminal", never=(*SOCKETS, "imclient.qt", "imclient.bot")),
    Rule("imclient.bot", never=(*SOCKETS, "imclient.qt", "imclient.terminal")),
    # A session can be driven by a test, a gateway, a socket.
    Rule(
        "imserver.session",
        never=("imserver.connection", "imserver.features", "improtocol.codec", "twisted"),
        but=("twisted.internet.defer",),
    ),
    # A feature knows rules, not wires or tables; what two share goes down a floor.
    Rule(
        "imserver.features.*",
        never=("imserver.connection", "improtocol.codec", "imserver.storage", "imserver.bus", *DRIVERS),
        but=("imserver.storage.interface", "imserver.storage.records"),
        siblings=True,
    ),
    # They hold records and strings; they know no protocol.
    *(
        Rule(who, never=("improtocol", "imserver.features", "imserver.mailroom", "imserver.session"))
        for who in ("imserver.storage", "imserver.bus")
    ),
    # A server loads nothing of what its operator types now and then.
    Rule(
        "imserver",
        never=("imserver.operator", "click"),
        apart=("imserver.operator", "imserver.window", "imserver.__main__"),
    ),
    # The server runs without a screen.
    Rule("imserver", never=("imserver.window", "imqt", "PyQt5"), apart=("imserver.window",)),
]
#: The reactor and the clock are handed in; Qt's reactor must come first.
MAY_LOAD_THE_REACTOR = ("*/app.py", "imserver/service.py")
#: Everything would lean on them, and they on everything.
NEVER_A_NAME = frozenset({"utils", "misc", "helpers", "common", "base"})


def complaints(root: Path) -> list[str]:
    """Say all that is wrong with the tree below root."""
    modules = read_tree(root, (*PACKAGES, "twisted"))
    loop = circle(modules)
    return [
        *forbidden_arrows(modules, RULES),
        *early_reactors(modules, MAY_LOAD_THE_REACTOR),
        *forbidden_names(modules, NEVER_A_NAME),
        *([f"a circle: {' -> '.join(loop)}"] if loop else []),
    ]


class HouseTests(SynchronousTestCase):
    """The tree as it stands."""

    def test_house(self) -> None:
        """No module knows what its floor must not know, and no circle, early reactor or odd room exists."""
        self.assertEqual(complaints(ROOT), [])

    def test_tests(self) -> None:
        """The tests have no room for odds and ends either."""
        self.assertEqual(forbidden_names(read_tree(ROOT, ["tests"]), NEVER_A_NAME), [])

    def test_drawing(self) -> None:
        """docs/architecture.md names every package there is."""
        drawing = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
        packages = {
            str(path.parent.relative_to(ROOT))
            for package in PACKAGES
            for path in (ROOT / package).rglob("__init__.py")
        }
        self.assertEqual(sorted(package for package in packages if package not in drawing), [])


class PlantedTests(SynchronousTestCase):
    """The checker goes red for what is planted, and stays green for its innocent neighbour."""

    def complaints_about(self, **files: str) -> list[str]:
        """Write a small tree (`imserver__session="import x"`) and say what is wrong with it."""
        root = Path(self.mktemp())
        for name, source in files.items():
            path = root.joinpath(*name.split("__")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
        return complaints(root)

    def assert_red(self, name: str, source: str, imported: str) -> None:
        """Plant one import in one file and expect it to be named, once, with its line."""
        path = "/".join(name.split("__")) + ".py"
        self.assertEqual(self.complaints_about(**{name: f"\n{source}"}), [f"{path}:2 imports {imported}"])

    def test_red(self) -> None:
        """For every row of the table a planted arrow is named with file and line."""
        for name, source, imported in [
            ("improtocol__codec", "from twisted.internet import defer", "twisted.internet.defer"),
            ("improtocol__names", "import sqlite3", "sqlite3"),
            ("improtocol__codec", "from imserver.session import Session", "imserver.session.Session"),
            ("imqt__theme", "import improtocol", "improtocol"),
            ("imtongue__number", "import improtocol", "improtocol"),
            ("improtocol__errors", "import imtongue", "imtongue"),
            ("imserver__session", "from imtongue import tr", "imtongue.tr"),
            ("imserver__service", "from imclient.core import client", "imclient.core.client"),
            ("imclient__core__client", "import imserver.users", "imserver.users"),
            ("imclient__core__client", "from PyQt5.QtCore import QObject", "PyQt5.QtCore.QObject"),
            ("imclient__core__slash", "from imclient import terminal", "imclient.terminal"),
            ("imclient__qt__tray", "from ..core import link", "imclient.core.link"),
            ("imclient__terminal__prompt", "from improtocol import codec", "improtocol.codec"),
            ("imclient__bot__bot", "from imclient.qt import app", "imclient.qt.app"),
            ("imserver__session", "from twisted.internet import task", "twisted.internet.task"),
            ("imserver__session", "from .connection import Connection", "imserver.connection.Connection"),
            ("imserver__service", "from .operator import backups", "imserver.operator.backups"),
            ("imserver__features__login", "from . import roster", "imserver.features.roster"),
            ("imserver__features__login", "from imserver.storage import schema", "imserver.storage.schema"),
            ("imserver__features__login", "import imserver.bus.interface", "imserver.bus.interface"),
            ("imserver__features__login", "import psycopg", "psycopg"),
            ("imserver__storage__writer", "from improtocol import limits", "improtocol.limits"),
            ("imserver__bus__local", "from imserver import mailroom", "imserver.mailroom"),
            ("imserver__users", "import imqt.theme", "imqt.theme"),
            ("imserver__service", "from imserver.window import app", "imserver.window.app"),
        ]:
            self.assert_red(name, source, imported)

    def test_hidden(self) -> None:
        """An arrow inside a function, or for types only, is an arrow."""
        for source in ["def f():\n import zope", "if TYPE_CHECKING:\n import zope", "class C:\n import zope"]:
            self.assertEqual(self.complaints_about(improtocol__x=source), ["improtocol/x.py:2 imports zope"])

    def test_green(self) -> None:
        """What the table allows is not complained about."""
        innocent = {
            "improtocol__codec": "from __future__ import annotations\nimport zoper, twistedly",
            "imserver__session": "from twisted.internet.defer import Deferred\n"
            "from twisted.internet import defer",
            "imserver__features__login": "from imserver.storage.interface import Accounts\n"
            "from imserver.storage import records\nfrom . import login",
            "imserver__window__app": "from PyQt5 import QtWidgets\n"
            "from imqt import theme\nimport imserver.window.log",
            "imclient__core__client": "from imclient.core import link",
            "imclient__qt__tray": "from imclient.core.client import Client",
        }
        self.assertEqual(self.complaints_about(**innocent), [])

    def test_circle(self) -> None:
        """A loop of three modules is found and named, also when one step hides in a function."""
        (complaint,) = self.complaints_about(
            imserver__a="from imserver import b",
            imserver__b="def f():\n from .c import thing",
            imserver__c="import imserver.a",
            imserver__d="import imserver.a",
        )
        loop = complaint.removeprefix("a circle: ").split(" -> ")
        following = {"imserver.a": "imserver.b", "imserver.b": "imserver.c", "imserver.c": "imserver.a"}
        self.assertEqual(len(loop), 4)
        self.assertEqual(loop[1:], [following[name] for name in loop[:-1]])

    def test_circle_of_types(self) -> None:
        """Whoever names another's type knows it: nothing is loaded for that, and it closes a circle."""
        (complaint,) = self.complaints_about(
            imserver__a="import imserver.b",
            imserver__b="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n from imserver.a import A",
        )
        self.assertIn("a circle: ", complaint)

    def test_reactor(self) -> None:
        """The reactor is loaded with a module in app.py and service.py alone, and in functions."""
        loads = "from twisted.internet import reactor"
        self.assertEqual(
            self.complaints_about(
                imserver__service=loads,
                imclient__qt__app=loads,
                imserver__throttle=f"def f():\n {loads}",
                imserver__portal__service=f"try:\n {loads}\nexcept ImportError: pass",
                imserver__users=loads,
            ),
            [
                "imserver/portal/service.py:2 imports the reactor at module level",
                "imserver/users.py:1 imports the reactor at module level",
            ],
        )

    def test_names(self) -> None:
        """A module or a package called utils and the like is named."""
        self.assertEqual(
            self.complaints_about(imserver__utils="", imclient__core__common__x="", imqt__basement=""),
            ["imclient/core/common/x.py is called common", "imserver/utils.py is called utils"],
        )
