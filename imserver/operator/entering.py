"""Coming in: ``imserver login`` once with the password, and every command after it with a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import click

from improtocol.commands import Login as LogIn
from improtocol.commands import Register, SignOut
from improtocol.errors import LoginRefused, Refusal
from improtocol.invite import Invite
from improtocol.replies import LoggedIn
from improtocol.vocabulary import Event

from .calling import Call, read_address
from .keeping import ACTING, WATCHING, Login, keep, kept, locked, new_device
from .saying import NotDone, Say, Status, telling

Heard = Callable[[Event], None]


@click.command()
@click.argument("address")
@click.argument("name")
@click.option(
    "--password-file", type=click.File(), help="Its first line is the password; - is standard input."
)
@telling
def login(say: Say, address: str, name: str, password_file: TextIO | None) -> None:
    """Come in as NAME at the server at ADDRESS, and stay so for the commands that follow.

    ADDRESS is HOST, HOST:PORT, the path of a socket, or a line imserver://... as the server shows it.  If
    there is the code of an invite in it, NAME is registered first.  The password is asked for and not kept;
    tokens are, in a file that only you can read.
    """
    where = read_address(address)
    code = where.code if isinstance(where, Invite) else None
    password = _password(password_file, new=code is not None)
    if code is not None:
        with in_words(), Call(where) as call:
            call.ask(Register(name, password=password, invite=code))
    if isinstance(where, Invite):
        where = replace(where, code=None)
    rights: tuple[str, ...] = ()
    for purpose in (ACTING, WATCHING):
        with locked(purpose) as path, in_words(), Call(where) as call:
            device = new_device(purpose)
            came = call.ask(LogIn(name, password=password, device=device, remember=True))
            keep(path, _login(Login(str(where), came.name, device, ""), came))
            rights = getattr(came, "rights", ())
    able = (
        "an administrator" if "administrator" in rights else "no administrator: most commands will be refused"
    )
    say.facts(f"You are {name} at {where}, {able}.", {"name": name, "address": str(where), "rights": rights})


@click.command()
@telling
def logout(say: Say) -> None:
    """Give the tokens back: commands need another `imserver login` from now on."""
    for purpose in (ACTING, WATCHING):
        with locked(purpose) as path:
            mine = kept(path)
            with in_words(), entered(path, lambda event: None) as call:
                call.ask(SignOut(mine.device))
            path.unlink()
    say.facts("You are logged out.", {"done": True})


def _password(file: TextIO | None, *, new: bool) -> str:
    if file is not None:
        try:
            written = file.readline().removesuffix("\n")
        except UnicodeError:
            raise NotDone(f"The password in {file.name} is not UTF-8.", status=Status.MISTYPED) from None
        if not written:
            raise NotDone(
                f"There is no password in the first line of {file.name}.",
                code="mistyped",
                status=Status.MISTYPED,
            )
        return written
    asked: str = click.prompt("Password", hide_input=True, err=True, confirmation_prompt=new)
    return asked


def _login(mine: Login, came: LoggedIn) -> Login:
    """Note what a login brought; what was told of another log counts no more."""
    epoch = came.epoch or ""
    last = mine.last if epoch == mine.epoch else (0 if mine.epoch else came.cursor or 0)
    return replace(mine, name=came.name, token=came.token or mine.token, epoch=epoch, last=last)


@contextmanager
def entered(path: Path, heard: Heard) -> Iterator[Call]:
    """Come in by the token that is kept, and keep the next one."""
    mine = kept(path)
    last = mine.last

    def told(event: Event) -> None:
        nonlocal last
        if event.numbered:
            last = max(last, getattr(event, "number", 0))
        heard(event)

    with Call(read_address(mine.address), told) as call:
        try:
            came = call.ask(_command(mine))
        except LoginRefused:
            raise NotDone(
                "The token is not good any more: log in again with imserver login ADDRESS NAME.",
                code="login-refused",
            ) from None
        mine = _login(mine, came)
        keep(path, mine)
        try:
            yield call
        finally:
            if last > mine.last:
                keep(path, replace(mine, last=last))


def _command(mine: Login) -> LogIn:
    # Behind what was told before: nothing is acknowledged, so it would all be told again each time.
    since = {"since": mine.last, "epoch": mine.epoch} if mine.epoch and mine.last else {}
    return LogIn(mine.name, device=mine.device, token=mine.token, remember=True, **since)  # type: ignore[arg-type]


@contextmanager
def acting(heard: Heard = lambda event: None) -> Iterator[Call]:
    """Have a call for one act; other commands wait so long."""
    with locked(ACTING) as path, in_words(), entered(path, heard) as call:
        yield call


@contextmanager
def watching(heard: Heard) -> Iterator[Call]:
    """Have a call that stays."""
    with locked(WATCHING, wait=False) as path, in_words(), entered(path, heard) as call:
        yield call


@contextmanager
def in_words() -> Iterator[None]:
    """Have a refusal end the command with its sentence."""
    try:
        yield
    except Refusal as refused:
        raise NotDone(str(refused), code=refused.code) from None


COMMANDS = {"login": login, "logout": logout}
