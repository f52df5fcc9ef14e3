"""The identity of a session is the identity whose secret was proved (promise D6)."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from pathlib import Path

from twisted.cred.portal import Portal
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

import imserver
from imserver.bounds import UNHURRIED
from tests.stage import Actor, Stage

ROOT = Path(imserver.__file__).parent
PROGRAMS = 60
SECRETS = {"alice": "correct horse", "bob": "battery staple"}
#: Each name means one account for ever; these are the ones they may take.
FREE = ("alva", "ally", "bert", "bobby")


class Judge:
    """Who owns which name, told by what was answered, and whom each session must speak for."""

    def __init__(self) -> None:
        self.owner = {name: name for name in SECRETS}
        self.current = dict(zip(SECRETS, SECRETS, strict=True))
        self.speaks: dict[Actor, str | None] = {}

    def heard(self, actor: Actor, verb: str, name: str, password: str, answer: list[str]) -> None:
        """Take an answer, or complain of one that nobody's secret explains."""
        done = answer[0] == "OK"
        if verb == "LOGIN" and done:
            owner = self.owner[name]
            assert password == SECRETS[owner], f"{name} came in by another's secret"
            assert self.owner[answer[2]] == owner, answer
            self.speaks[actor] = owner
        elif verb == "CONFIRM" and done:
            assert password == SECRETS[self.speaks[actor] or ""], "confirmed by another's secret"
        elif verb == "RENAME" and done:
            owner = self.speaks[actor] or ""
            assert self.owner.setdefault(name, owner) == owner, f"{name} is another's"
            self.current[owner] = name
        elif verb == "LOGOUT" and done:
            self.speaks[actor] = None


def live(seed: int) -> None:
    """Run one program of two accounts on three connections, and see after each line who speaks."""
    chance = random.Random(seed)
    stage = Stage(bounds=UNHURRIED)
    for name, password in SECRETS.items():
        stage.newcomer().say(f"REGISTER {name} :{password}")
    judge = Judge()
    actors = [stage.newcomer() for _ in range(3)]
    judge.speaks = dict.fromkeys(actors)
    for _ in range(40):
        said = {actor: drawn(chance) for actor in chance.sample(actors, chance.randint(1, 3))}
        for actor, (line, _) in said.items():
            actor.forget()
            actor.send(line.encode() + b"\n")
        stage.wait(1)
        # Whoever came in by a new name did so behind the RENAME.
        for actor, (_, asked) in sorted(said.items(), key=lambda one: one[1][1][0] != "RENAME"):
            answers = [told.split(" ") for told in actor.heard() if not told.startswith("*")]
            judge.heard(actor, *asked, answers[-1])
        for one, owner in judge.speaks.items():
            avatar = one.connection._session.avatar
            speaks = None if avatar is None else avatar.name
            expected = None if owner is None else judge.current[owner]
            assert speaks == expected, f"{speaks} speaks where {expected} proved a secret (seed {seed})"


def drawn(chance: random.Random) -> tuple[str, tuple[str, str, str]]:
    """Draw a line, and what it asks."""
    verb = chance.choice(["REGISTER", "LOGIN", "LOGIN", "LOGIN", "CONFIRM", "LOGOUT", "RENAME"])
    # No third account: only what is taken is asked for.
    name = chance.choice([*SECRETS] if verb == "REGISTER" else [*SECRETS, *FREE])
    password = chance.choice([*SECRETS.values()])
    head = verb if verb in ("CONFIRM", "LOGOUT") else f"{verb} {name}"
    text = "" if verb in ("RENAME", "LOGOUT") else f" :{password}"
    return head + text, (verb, name, password)


class IdentityTests(SynchronousTestCase):
    """Whoever proved a secret, and nobody else, speaks."""

    def test_every_program(self) -> None:
        """Whatever two accounts do on three connections, each speaks for the one whose secret was proved."""
        for seed in range(PROGRAMS):
            live(seed)

    def test_the_judge_is_awake(self) -> None:
        """A session that speaks for the name in the command is found, as is one that any secret opens."""
        login = Portal.login

        def as_asked(portal: Portal, credentials: object, mind: object, *kinds: object) -> Deferred[object]:
            done: Deferred[object] = login(portal, credentials, mind, *kinds)  # type: ignore[arg-type]
            realm = portal.realm
            # The name is right, and the secret somebody else's.
            return done.addErrback(
                lambda _: realm.requestAvatar(credentials.username, mind, *kinds)  # type: ignore[attr-defined]
            )

        self.patch(Portal, "login", as_asked)
        with self.assertRaises(AssertionError):
            for seed in range(PROGRAMS):
                live(seed)


def calls(tree: ast.AST, name: str) -> Iterator[int]:
    """Give the lines that call something of this name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called == name:
                yield node.lineno


def assigned(tree: ast.AST, attribute: str) -> Iterator[int]:
    """Give the lines that set an attribute of something else than itself, or of itself."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            if any(isinstance(one, ast.Attribute) and one.attr == attribute for one in parts):
                yield getattr(node, "lineno", 0)


class SourceTests(SynchronousTestCase):
    """What the source says: there is one door."""

    def where(self, looks: str, by: object) -> set[str]:
        """Name the files in which something is found."""
        found = set()
        for path in ROOT.rglob("*.py"):
            if any(by(ast.parse(path.read_bytes()), looks)):  # type: ignore[operator]
                found.add(str(path.relative_to(ROOT)))
        return found

    def test_one_door(self) -> None:
        """Avatars are made by the realm alone, and a session is given one by LOGIN alone."""
        self.assertEqual(self.where("Avatar", calls), {"portal/realm.py"})
        self.assertEqual(self.where("inhabit", calls), {"features/login.py"})
        self.assertEqual(self.where("avatar", assigned), {"session.py"})

    def test_by_proof_alone(self) -> None:
        """What LOGIN does behind the proof asks nobody by the name in the command."""
        tree = ast.parse((ROOT / "features" / "login.py").read_bytes())
        [body] = [n for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef) and n.name == "log_in"]
        self.assertNotIn("command.name", {ast.unparse(node) for node in ast.walk(body)})

    def test_what_is_planted_is_found(self) -> None:
        """Another door is found."""
        self.assertEqual(list(calls(ast.parse("Avatar(users.get(command.name), me)"), "Avatar")), [1])
        for source in ("session.avatar = other", "a, session.avatar = 1, other", "s.avatar: A = other"):
            self.assertEqual(list(assigned(ast.parse(source), "avatar")), [1], source)
