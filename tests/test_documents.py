"""The documents, kept true: links lead somewhere, names name something, the dialogue is what comes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from twisted.python.reflect import namedAny
from twisted.trial.unittest import SynchronousTestCase

from .stage import Actor, Stage
from .test_architecture import PACKAGES, RULES

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
DECISIONS = ROOT / "docs" / "decisions"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
DOCUMENTS = [README, CONTRIBUTING, ROOT / "NEWS.md", *sorted((ROOT / "docs").rglob("*.md"))]

#: Named as rooms to come; whoever makes one takes it from here, and says so in the documents.
TO_COME = {"imserver/bus", "imserver/gateways"}
#: Made when it is used.
MADE = {".venv", "bench/evidence", "imserver.toml"}

#: What the files of the packages and the tests are called.
NAMES = {path.name for place in (*PACKAGES, "tests") for path in (ROOT / place).rglob("*.py")}

LINK = re.compile(r"\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
#: A path of this tree, or of one of its packages as it is written for short.
PATH = re.compile(r"(?:\.?\w[\w.-]*/)+[\w.*-]*|[\w-]+\.(?:py|md|toml|ini)")
#: A place to be filled in by the reader: NAME, s0002_what_changes.
BLANK = re.compile(r"NAME|s0002")
MAKE = re.compile(r"(?:^    |`)make ([a-z-]+)", re.MULTILINE)
MOMENT = re.compile(r"\b(at|epoch|mark)=\S+")


def paths_in(document: Path) -> set[str]:
    """Give the paths that stand in backticks."""
    quoted = QUOTED.findall(FENCED.sub("", document.read_text(encoding="utf-8")))
    return {path for path in quoted if PATH.fullmatch(path) and not BLANK.search(path)}


def exists(path: str) -> bool:
    """Tell whether a path, which may hold a star, leads to something; a file's name alone may be anywhere."""
    path = path.rstrip("/")
    return path in TO_COME | MADE | NAMES or any(ROOT.glob(path))


def anchors(document: Path) -> set[str]:
    """Give the places in a document that a link can lead to."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", document.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def defined(source: Path) -> set[str]:
    """Give what a file defines: functions, classes, and methods as Class.method."""
    names: set[str] = set()
    for node in ast.parse(source.read_bytes()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = (at for at in node.body if isinstance(at, ast.FunctionDef | ast.AsyncFunctionDef))
            names.update(f"{node.name}.{method.name}" for method in methods)
    return names


def section(document: Path, heading: str) -> str:
    """Give what stands under a heading of the second order."""
    return document.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(table: str) -> list[list[str]]:
    """Give the rows of a table, its head left out."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


class DocumentsTests(SynchronousTestCase):
    """All documents."""

    def test_links(self) -> None:
        """Every relative link leads to a file, and to a heading of it if it names one."""
        for document in [*DOCUMENTS, ROOT / "protocol_spec.md"]:
            for link in LINK.findall(document.read_text(encoding="utf-8")):
                path, _, anchor = link.partition("#")
                target = (document.parent / path) if path else document
                self.assertTrue(target.exists(), f"{document.name}: {link}")
                if anchor:
                    self.assertIn(anchor, anchors(target), f"{document.name}: {link}")

    def test_paths(self) -> None:
        """Every file and folder that is named exists."""
        for document in DOCUMENTS:
            missing = sorted(path for path in paths_in(document) if not exists(path))
            self.assertEqual(missing, [], document.name)

    def test_to_come(self) -> None:
        """What is excused as being to come has not come."""
        self.assertEqual([path for path in sorted(TO_COME) if (ROOT / path).exists()], [])

    def test_targets(self) -> None:
        """Every make target that is named exists."""
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        there = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
        for document in DOCUMENTS:
            named = set(MAKE.findall(document.read_text(encoding="utf-8")))
            self.assertEqual(sorted(named - there), [], document.name)

    def test_tests(self) -> None:
        """Every test that one is told to run exists."""
        for name in re.findall(r"\btests(?:\.\w+)+", CONTRIBUTING.read_text(encoding="utf-8")):
            namedAny(name)

    def test_arrows(self) -> None:
        """The table of forbidden arrows names everybody whom the rules bind."""
        table = "".join(row[0] for row in rows(section(CONTRIBUTING, "Who may know whom")))
        for rule in RULES:
            self.assertIn(rule.who.removesuffix(".*").rpartition(".")[2], table)

    def test_decisions(self) -> None:
        """Every decision stands in the list under its title, and says choice, reason, price and instead."""
        listed = (DECISIONS / "README.md").read_text(encoding="utf-8")
        files = sorted(DECISIONS.glob("[0-9]*.md"))
        self.assertEqual([int(file.name[:4]) for file in files], list(range(1, len(files) + 1)))
        for file in files:
            text = file.read_text(encoding="utf-8")
            title = text.partition("\n")[0].removeprefix("# ")
            self.assertIn(f"[{title}]({file.name})", listed)
            parts = re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE)
            self.assertEqual(parts, ["Choice", "Reason", "Price", "Instead"], file.name)


class ArchitectureTests(SynchronousTestCase):
    """The drawing."""

    def test_picture(self) -> None:
        """README and drawing show one picture."""
        (readme,) = [block for block in FENCED.findall(README.read_text(encoding="utf-8")) if "+--" in block]
        self.assertEqual(readme, FENCED.findall(ARCHITECTURE.read_text(encoding="utf-8"))[0])

    def test_way_of_a_message(self) -> None:
        """Every stop on the way of a message is a file, and something it defines."""
        (way,) = FENCED.findall(section(ARCHITECTURE, "The way a message goes"))
        stops = re.findall(r"^ (im\S+) +(\S+)", way, re.MULTILINE)
        self.assertGreater(len(stops), 20)
        for path, name in stops:
            self.assertIn(name, defined(ROOT / f"{path}.py"), path)

    def test_proofs(self) -> None:
        """Whatever is called proven is named by its letter where it is said to be."""
        for letters, _sentence, where in rows(section(ARCHITECTURE, "What is proven, and where")):
            for path in QUOTED.findall(where):
                text = (ROOT / path).read_text(encoding="utf-8")
                if letters:
                    self.assertIn(letters, text, path)


class ReadmeTests(SynchronousTestCase):
    """The readme."""

    def test_features(self) -> None:
        """The table of what works has all of its 25 rows, and the second one its nine."""
        numbered, others = section(README, "What works, and what does not yet").split("\nWhat no chat system")
        features, more = rows(numbered), rows(others)
        self.assertEqual([row[0] for row in features], [str(number) for number in range(1, 26)])
        self.assertEqual(len(more), 9)
        states = {row[2] for row in features} | {row[1] for row in more}
        self.assertEqual(states - {"yes", "in part", "not yet"}, set())

    def test_dialogue(self) -> None:
        """What one types at nc is answered as the readme shows it, but for moments and the epoch."""
        first, second = (
            block
            for block in FENCED.findall(README.read_text(encoding="utf-8"))
            if block.startswith("$ nc 127.0.0.1 12000\n")
        )
        stage = Stage()
        bob = stage.enter("bob", password="battery staple")
        stage.actor("carol").say("REGISTER carol :donkey wrench")
        stage.actor("carol").say("QUIT")
        self.assertEqual(list(played(stage.actor("alice"), first, bob)), masked(first))
        self.assertEqual(list(played(stage.actor("carol"), second, bob)), masked(second))


def masked(dialogue: str) -> list[str]:
    """Give the lines of a dialogue, what differs from day to day covered."""
    return [MOMENT.sub(r"\1=...", line) for line in dialogue.splitlines()[1:]]


def played(actor: Actor, dialogue: str, friend: Actor) -> Iterator[str]:
    """Type the lines that stand indented, and give what a terminal shows; a friend answers a greeting."""
    yield from masked("\n" + "\n".join(actor.heard()))
    for line in dialogue.splitlines():
        if line.startswith("    "):
            yield line
            actor.say(line.strip())
            heard = "".join(friend.heard())
            if "Hello" in heard:
                friend.say("SEND alice :Hello, Alice")
            if "Lunch" in heard:
                friend.say("ACK 6")
            yield from masked("\n" + "\n".join(actor.heard()))
