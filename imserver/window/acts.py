"""The everyday acts of an administrator, each asked for in a small window of its own."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from PyQt5.QtWidgets import QWidget
from twisted.internet.defer import Deferred

from improtocol import commands, limits, replies
from improtocol.fields import Right
from improtocol.invite import is_here, parse
from improtocol.vocabulary import Reply

from .connection import Answer
from .deed import Deed
from .overseer import Overseer
from .people import Person

R = TypeVar("R", bound=Reply)

#: Of an invite that leads to this machine from itself.
ALONE = (
    "It is of use on this machine alone: for others to reach the server, start it with --listen tcp:12000. "
)


def invite(parent: QWidget, overseer: Overseer) -> Deed:
    """Make an invite, and show the line to hand over."""
    deed = Deed(
        parent,
        "Invite somebody",
        "Whoever has the line that is made here can take a name. Hand it over where nobody else reads it.",
        "Make the invite",
    )
    count = deed.number("For how many people", 1, limits.INVITE_USES)
    days = deed.number("Good for how many days", 7, limits.INVITE_DAYS)
    administrator = deed.choice("Whoever uses it becomes an administrator")

    def shown(answer: Answer[replies.Invited]) -> str:
        made = answer.reply
        until = f"{datetime.fromtimestamp(made.until / 1000):%d %B, %H:%M}"
        many = "one person" if made.count == 1 else f"{made.count} people"
        alone = made.line is not None and is_here(parse(made.line).host)
        return f"Good for {many} until {until}. {ALONE if alone else ''}It is shown this once:\n" + (
            made.line or made.code
        )

    def do() -> Deferred[str]:
        command = commands.Invite(
            count=count.value(), days=days.value(), administrator=administrator.isChecked()
        )
        return overseer.ask(command).addCallback(shown)

    return deed.begin(do)


def reset(parent: QWidget, overseer: Overseer, person: Person) -> Deed:
    """Give somebody another password, and show it."""
    name = person.name
    deed = Deed(
        parent,
        f"Reset the password of {name}",
        f"{name} gets a password that is made now and shown here once. All sessions of {name} end, and no "
        "device comes back by itself.",
        "Reset",
        danger=True,
    )

    def shown(answer: Answer[replies.Reset]) -> str:
        return f"This is the password of {name} now. It is shown this once:\n{answer.reply.password}"

    return deed.begin(lambda: overseer.ask(commands.Reset(name)).addCallback(shown))


def suspend(parent: QWidget, overseer: Overseer, person: Person) -> Deed:
    """Let somebody in no more."""
    name = person.name
    deed = Deed(
        parent,
        f"Suspend {name}",
        f"The sessions of {name} end at once, and {name} cannot log in until you let them in again. "
        "What is said to them waits.",
        "Suspend",
        danger=True,
    )
    why = deed.line("Why (they are told)", "until we have talked")
    return deed.begin(lambda: _quietly(overseer.ask(commands.Suspend(name, why.text().strip()))))


def disconnect(parent: QWidget, overseer: Overseer, person: Person) -> Deed:
    """End somebody's sessions."""
    name = person.name
    deed = Deed(
        parent,
        f"Disconnect {name}",
        f"All sessions of {name} end now. {name} may come back.",
        "Disconnect",
        danger=True,
    )
    return deed.begin(lambda: _quietly(overseer.ask(commands.Disconnect(name))))


def grant(parent: QWidget, overseer: Overseer, person: Person) -> Deed:
    """Make somebody an administrator."""
    name = person.name
    deed = Deed(
        parent,
        f"Make {name} an administrator",
        f"{name} can then do all that you can do here, and take that right from you.",
        "Make administrator",
    )
    return deed.begin(lambda: _quietly(overseer.ask(commands.Grant(name, Right.ADMINISTRATOR))))


def revoke(parent: QWidget, overseer: Overseer, person: Person) -> Deed:
    """Take that right away."""
    name = person.name
    deed = Deed(
        parent,
        f"Make {name} an administrator no more",
        f"{name} stays a user like all others.",
        "Take the right away",
        danger=True,
    )
    return deed.begin(lambda: _quietly(overseer.ask(commands.Revoke(name, Right.ADMINISTRATOR))))


def back_up(parent: QWidget, overseer: Overseer) -> Deed:
    """Write all of the server into one file."""
    deed = Deed(
        parent,
        "Back up",
        "All of this server goes into one file on its own machine while it runs: what was said, who there "
        "is, its certificate. Keep it where only you can read it.",
        "Back up",
    )

    def shown(answer: Answer[replies.BackedUp]) -> str:
        made = answer.reply
        return (
            f"All of this server, {made.entries:,} entries, is in this file and was read back:\n{made.file}"
        )

    return deed.begin(lambda: overseer.back_up().addCallback(shown))


def _quietly(asked: Deferred[Answer[R]]) -> Deferred[str]:
    """Show nothing: the list does."""
    return asked.addCallback(lambda _: "")
