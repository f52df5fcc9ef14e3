"""The everyday acts of an administrator, each asked for in a small window of its own."""

from __future__ import annotations

from typing import TypeVar

from PyQt5.QtWidgets import QWidget
from twisted.internet.defer import Deferred

from improtocol import commands, limits, replies
from improtocol.fields import Right
from improtocol.invite import is_here, parse
from improtocol.vocabulary import Reply
from imqt import moments
from imtongue import number, tr, trn

from .connection import Answer
from .deed import Deed
from .overseer import Overseer
from .people import Person

R = TypeVar("R", bound=Reply)


def invite(parent: QWidget, overseer: Overseer) -> Deed:
    """Make an invite, and show the line to hand over."""
    deed = Deed(
        parent,
        tr("Invite somebody"),
        tr(
            "Whoever has the line that is made here can take a name. Hand it over where nobody else reads it."
        ),
        tr("Make the invite"),
    )
    count = deed.number(tr("For how many people"), 1, limits.INVITE_USES)
    days = deed.number(tr("Good for how many days"), 7, limits.INVITE_DAYS)
    administrator = deed.choice(tr("Whoever uses it becomes an administrator"))

    def shown(answer: Answer[replies.Invited]) -> str:
        made = answer.reply
        until = moments.until(made.until / 1000, overseer.now())
        words = [
            trn(
                "Good for {count} person until {until}.",
                "Good for {count} people until {until}.",
                made.count,
                until=until,
            )
        ]
        if made.line is not None and is_here(parse(made.line).host):
            words.append(
                tr(
                    "It is of use on this machine alone: for others to reach the server, "
                    "start it with --listen tcp:12000."
                )
            )
        return f"{' '.join([*words, tr('It is shown this once:')])}\n{made.line or made.code}"

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
        tr("Reset the password of {name}", name=name),
        tr(
            "{name} gets a password that is made now and shown here once. All sessions of {name} end, and no "
            "device comes back by itself.",
            name=name,
        ),
        tr("Reset password"),
        danger=True,
    )

    def shown(answer: Answer[replies.Reset]) -> str:
        words = tr("This is the password of {name} now. It is shown this once:", name=name)
        return f"{words}\n{answer.reply.password}"

    return deed.begin(lambda: overseer.ask(commands.Reset(name)).addCallback(shown))


def suspend(parent: QWidget, overseer: Overseer, person: Person) -> Deed:
    """Let somebody in no more."""
    name = person.name
    deed = Deed(
        parent,
        tr("Suspend {name}", name=name),
        tr(
            "The sessions of {name} end at once, and {name} cannot log in until you let them in again. "
            "What is said to them waits.",
            name=name,
        ),
        tr("Suspend"),
        danger=True,
    )
    why = deed.line(tr("Why (they are told)"), tr("until we have talked"))
    return deed.begin(lambda: _quietly(overseer.ask(commands.Suspend(name, why.text().strip()))))


def disconnect(parent: QWidget, overseer: Overseer, person: Person) -> Deed:
    """End somebody's sessions."""
    name = person.name
    deed = Deed(
        parent,
        tr("Disconnect {name}", name=name),
        tr("All sessions of {name} end now. {name} may come back.", name=name),
        tr("Disconnect"),
        danger=True,
    )
    return deed.begin(lambda: _quietly(overseer.ask(commands.Disconnect(name))))


def grant(parent: QWidget, overseer: Overseer, person: Person) -> Deed:
    """Make somebody an administrator."""
    name = person.name
    deed = Deed(
        parent,
        tr("Make {name} an administrator", name=name),
        tr("{name} can then do all that you can do here, and take that right from you.", name=name),
        tr("Make administrator"),
    )
    return deed.begin(lambda: _quietly(overseer.ask(commands.Grant(name, Right.ADMINISTRATOR))))


def revoke(parent: QWidget, overseer: Overseer, person: Person) -> Deed:
    """Take that right away."""
    name = person.name
    deed = Deed(
        parent,
        tr("Take the administrator's right from {name}", name=name),
        tr("{name} stays a user like all others.", name=name),
        tr("Take the right away"),
        danger=True,
    )
    return deed.begin(lambda: _quietly(overseer.ask(commands.Revoke(name, Right.ADMINISTRATOR))))


def back_up(parent: QWidget, overseer: Overseer) -> Deed:
    """Write all of the server into one file."""
    deed = Deed(
        parent,
        tr("Back up"),
        tr(
            "All of this server goes into one file on its own machine while it runs: what was said, who "
            "there is, its certificate. Keep it where only you can read it."
        ),
        tr("Back up"),
    )

    def shown(answer: Answer[replies.BackedUp]) -> str:
        made = answer.reply
        words = tr(
            "All of this server, {count} entries, is in this file and was read back:",
            count=number(made.entries),
        )
        return f"{words}\n{made.file}"

    return deed.begin(lambda: overseer.back_up().addCallback(shown))


def _quietly(asked: Deferred[Answer[R]]) -> Deferred[str]:
    """Show nothing: the list does."""
    return asked.addCallback(lambda _: "")
