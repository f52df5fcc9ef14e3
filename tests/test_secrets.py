"""Secrets are compared in constant time, and what nobody may guess comes from the system (promise D9)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

ROOT = Path(__file__).parent.parent
PACKAGES = ("improtocol", "imserver", "imclient")
#: A name with one of these in it is a secret's; what is asked of it (its length, its kind) is none, nor is
#: the path of the file that it stands in.
SECRETS = ("password", "secret", "hash", "digest")
COMPARISONS = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def names_of(node: ast.expr) -> Iterator[str]:
    """Give the names whose values an operand is, or is made of; not those it only asks something of."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Tuple | ast.List):
        for element in node.elts:
            yield from names_of(element)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from names_of(node.func.value)  # password.encode() == ...


def is_looked_up(node: ast.expr) -> bool:
    """Tell whether it is a column that a database's index finds a random code's or token's hash by."""
    column = (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "c"
    )
    return column and node.attr in ("hash", "code_hash")


def is_secret(node: ast.expr) -> bool:
    """Tell whether an operand is a secret."""
    names = [name.lower() for name in names_of(node) if not name.endswith("_file")]
    return not is_looked_up(node) and any(word in name for name in names for word in SECRETS)


def compared(tree: ast.AST) -> list[int]:
    """Give the lines in which a secret is compared as if it were none."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and any(isinstance(how, COMPARISONS) for how in node.ops)
        and any(map(is_secret, [node.left, *node.comparators]))
    ]


def guessable(tree: ast.AST) -> list[int]:
    """Give the lines that fetch chance from where it can be guessed."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if (
            isinstance(node, ast.Import)
            and any(a.name.split(".")[0] in ("random", "uuid") for a in node.names)
        )
        or (isinstance(node, ast.ImportFrom) and node.module in ("random", "uuid"))
    ]


class SecretsTests(SynchronousTestCase):
    """What the source says of secrets."""

    def test_no_secret_is_compared(self) -> None:
        """No password and no hash is compared but by argon2, which takes the same time for any."""
        for package in PACKAGES:
            for path in sorted((ROOT / package).rglob("*.py")):
                self.assertEqual(compared(ast.parse(path.read_bytes())), [], path.relative_to(ROOT))

    def test_no_chance_but_the_system_s(self) -> None:
        """The server draws nothing that could be guessed."""
        for path in sorted((ROOT / "imserver").rglob("*.py")):
            self.assertEqual(guessable(ast.parse(path.read_bytes())), [], path.relative_to(ROOT))

    def test_what_is_planted_is_found(self) -> None:
        """A comparison of a secret is found in any dress, and chance from a wrong place."""
        for source in (
            "if password == other: pass",
            "ok = self._password != row.value",
            "ok = row.password_hash == made",
            "ok = table.c.password_hash == made",
            "ok = token_digest in known",
            "ok = 1 < 2 and other == password.encode()",
            "ok = (name, secret) == (one, two)",
        ):
            self.assertEqual(compared(ast.parse(source)), [1], source)
        for source in ("import random", "from random import choice", "def f():\n import uuid"):
            self.assertEqual(len(guessable(ast.parse(source))), 1, source)

    def test_what_is_innocent(self) -> None:
        """Asking how long a password is, or whether there is one, compares none."""
        for source in (
            "if len(password) < 8: pass",
            "if password_hash is None: pass",
            "if len(password.encode()) == 3: pass",
            "found = table.c.code_hash == bindparam('hashed')",
            "if asked.password_file == '-': pass",
            "import secrets",
        ):
            tree = ast.parse(source)
            self.assertEqual((compared(tree), guessable(tree)), ([], []), source)
