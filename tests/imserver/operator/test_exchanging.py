"""``imserver export`` and ``import``: what was said goes out as lines, and comes in once."""

from __future__ import annotations

import json
from typing import Any

from imserver.operator import backups
from imserver.storage.database import Database
from imserver.storage.interface import DiskFull

from .folder_case import FolderCase


class ExchangeTests(FolderCase):
    """A log that goes from one folder to another."""

    def setUp(self) -> None:
        super().setUp()
        self.fill(6)
        self.elsewhere = self.home / "elsewhere"

    def exported(self, *words: str, folder: Any = None) -> list[dict[str, Any]]:
        said = self.typed("export", *words, f"--data={folder or self.folder}")
        return [json.loads(line) for line in said.splitlines()]

    def imported(self, text: str, status: int = 0) -> str:
        file = self.home / "lines"
        file.write_text(text)
        return self.typed("import", str(file), f"--data={self.elsewhere}", status=status)

    def test_all(self) -> None:
        """Every entry is a line: who there is, what was said, to whom, when, under which ref."""
        lines = self.exported()
        self.assertEqual(["register"] * 3 + ["message"] * 6, [line["kind"] for line in lines])
        self.assertEqual(
            {
                "number": 5,
                "kind": "message",
                "sender": "bea",
                "audience": ["cy"],
                "text": "words 1",
                "ref": "r1",
            },
            {key: value for key, value in lines[4].items() if key != "at"},
        )
        self.assertEqual("*", lines[3]["audience"])

    def test_of_one(self) -> None:
        """Of one user it is what they said, and nothing of others."""
        self.assertEqual({"bea"}, {line["sender"] for line in self.exported("--of", "Bea")})
        self.typed("export", "--of", "nobody1", f"--data={self.folder}", status=1)

    def test_there_and_back(self) -> None:
        """What is imported elsewhere is exported there just so, and a second time nothing is there twice."""
        lines = self.typed("export", f"--data={self.folder}")
        self.assertIn("6 messages and 3 accounts", self.imported(lines))
        self.assertEqual(self.exported(), self.exported(folder=self.elsewhere))
        self.assertIn("0 messages and 0 accounts are there that were not; 6", self.imported(lines))
        self.assertEqual([], backups.findings(self.elsewhere / "imserver.db").wrong)

    def test_without_refs(self) -> None:
        """Lines of another program, without refs and without accounts, are known again too."""
        line = {"kind": "message", "at": "2020-01-01T00:00:00Z", "sender": "zoe", "audience": ["yan"]}
        lines = "".join(json.dumps({**line, "text": text}) + "\n" for text in ("one", "two\nlines"))
        self.assertIn("2 messages and 2 accounts", self.imported(lines))
        self.assertIn("0 messages and 0 accounts", self.imported(lines))
        said = self.exported(folder=self.elsewhere)[-1]
        self.assertEqual(("two\nlines", "2020-01-01T00:00:00.000Z"), (said["text"], said["at"]))

    def test_people(self) -> None:
        """Who was renamed or closed their account is so afterwards, also when it is imported twice."""
        said = [
            {"kind": "register", "sender": "bob"},
            {"kind": "register", "sender": "al"},
            {"kind": "rename", "sender": "bob", "text": "rob"},
            {"kind": "close", "sender": "al"},
        ]
        lines = "".join(json.dumps({**line, "at": "2020-01-01T00:00:00Z"}) + "\n" for line in said)
        for _ in range(2):
            self.imported(lines)
        with self.served(self.elsewhere) as server:
            bob, al = server.opening.accounts
            self.assertEqual(("rob", ("bob",)), (bob.name, bob.earlier))
            self.assertIsNotNone(al.closed)

    def test_refused(self) -> None:
        """What no line of the language can say is refused with its number; what stands before it is there."""
        good = '{"kind":"message","at":"2020-01-01T00:00:00Z","sender":"zoe","audience":"*","text":"a"}\n'
        for bad, why in (
            ("nonsense", "it is not JSON"),
            (good.replace('"a"', '"a\\u0000b"'), "control"),
            (good.replace("zoe", "ZOE"), "is no name"),
            (good.replace("zoe", "everyone"), "name"),
            (good.replace('"text"', '"txet"'), "it has no text"),
            (good.replace('"a"', json.dumps("x" * 5000)), "4096"),
            (
                good.replace("message", "massage"),
                "kind: should be 'message', 'register', 'rename' or 'close'",
            ),
            (good.replace('"zoe"', "7"), "sender: should be a valid string"),
            (good.replace('"*"', '["yan", 7]'), "audience: should be a valid string"),
            (good.replace("00Z", "00"), "at: should have timezone info"),
            ("[]", "it: should be an object"),
            (good.replace('"*"', "[]"), "audience: list should have at least 1 item"),
            (good.replace("message", "rename").replace('"text"', '"txet"'), "it has no text"),
        ):
            self.imported(good + bad, status=1)
            self.assertIn("Line 2 cannot be taken", self.complaint)
            self.assertIn(why, self.complaint)
        self.assertEqual(2, len(self.exported(folder=self.elsewhere)))

    def test_an_audience_that_is_no_list(self) -> None:
        """Names that are not in a list are refused: nobody is made of each of their letters."""
        line = {
            "kind": "message",
            "at": "2020-01-01T00:00:00Z",
            "sender": "zoe",
            "audience": "yan",
            "text": "a",
        }
        self.imported(json.dumps(line), status=1)
        self.assertIn("audience:", self.complaint)
        self.assertEqual([], self.exported(folder=self.elsewhere))

    def test_nobody_is_made(self) -> None:
        """Of a line that cannot be taken nobody is made, neither who said it nor to whom."""
        line = {"kind": "message", "at": "2020-01-01T00:00:00Z", "sender": "zoe", "audience": ["yan"]}
        self.imported(json.dumps({**line, "text": "x" * 5000}), status=1)
        self.assertEqual([], self.exported(folder=self.elsewhere))

    def test_no_room(self) -> None:
        """A disk that is full is not a line that is bad."""

        def full(*_: object) -> None:
            raise DiskFull("database or disk is full")

        self.patch(Database, "append", full)
        line = {
            "kind": "message",
            "at": "2020-01-01T00:00:00Z",
            "sender": "zoe",
            "audience": "*",
            "text": "a",
        }
        self.imported(json.dumps(line), status=1)
        self.assertEqual("imserver: There is no room: database or disk is full.\n", self.complaint)

    def test_no_text(self) -> None:
        """What is no UTF-8 is refused in a sentence; what stands before it is there."""
        file = self.home / "lines"
        file.write_bytes(b"\n" * 9000 + b"\xff\xfe")
        self.typed("import", str(file), f"--data={self.elsewhere}", status=1)
        self.assertRegex(self.complaint, r"Behind line \d+ it is not UTF-8\.")

    def test_a_server_runs(self) -> None:
        """A folder that a server uses takes nothing."""
        self.elsewhere = self.folder
        with backups.taken(self.folder):
            self.imported("", status=1)
        self.assertIn("Another imserver is using", self.complaint)
