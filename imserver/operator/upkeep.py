"""The commands that work on the data folder, on the server's own machine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
from platformdirs import user_data_path

from .saying import NotDone, Say, Status, size, telling

_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: user_data_path("imserver"),
    show_default="your own",
    help="The server's data folder.",
)
_database = click.option(
    "--database",
    metavar="URL",
    help="As the server is told it; else what imserver.toml says, or the folder's.",
)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@_data
@click.option("--there", is_flag=True, help="Have the server do it that you are logged in at.")
@telling
def backup(say: Say, file: Path | None, data: Path, there: bool) -> None:
    """Write all of a server into one FILE, while it runs or not.

    In it are the database as it is at one moment, the server's certificate and its configuration: keep it
    where only you can read it.  It is read back before it has its name, so that a FILE that is there is
    whole.  Without FILE it is named after the moment; FILE may be a folder.  A certificate that was given by
    --certificate, and a database by --database, are not in it.

    With --there the server you are logged in at (`imserver login`) writes it, where its operator said with
    --backups, on its own machine; from here it takes no name of a file.
    """
    if there:
        _backup_there(say, file)
        return
    from .backups import backup as write  # noqa: PLC0415

    name = time.strftime("imserver-%Y%m%dT%H%M%SZ.backup", time.gmtime())
    file = file or Path(name)
    made = write(data, file / name if file.is_dir() else file)
    say.facts(
        f"{made['file']}: {made['entries']} entries, {made['accounts']} accounts, {size(made['bytes'])}; "
        "read back, and whole.",
        made,
    )


def _backup_there(say: Say, file: Path | None) -> None:
    from improtocol.commands import Backup  # noqa: PLC0415

    from .acts import facts  # noqa: PLC0415
    from .entering import acting  # noqa: PLC0415

    if file is not None:
        raise NotDone("Where it is written the server knows: leave FILE out.", status=Status.MISTYPED)
    with acting() as call:
        call.take_time()
        made = call.ask(Backup())
    say.facts(
        f"{made.file} on the server's machine: {made.entries} entries, {size(made.bytes_)}; read back, and "
        "whole.",
        facts(made),
    )


@click.command("restore-backup")
@click.argument("file", type=_FILE)
@_data
@click.option("--replace", is_flag=True, help="Keep what is there beside it, under another name.")
@telling
def restore_backup(say: Say, file: Path, data: Path, replace: bool) -> None:
    """Put the backup FILE in a data folder that no server uses.

    Its log has a new epoch then: every client notices at its next login, and reads anew what there is.
    What was said after the backup is not in it.
    """
    from .backups import restore  # noqa: PLC0415

    made = restore(file, data, replace=replace)
    kept = f" What was there is kept as {made['kept'][0]}." if made["kept"] else ""
    say.facts(
        f"{made['entries']} entries and {made['accounts']} accounts of {made['made']} are in {made['folder']}"
        f", under the new epoch {made['epoch']}.{kept}",
        made,
    )


@click.command()
@click.argument("file", type=_FILE, required=False)
@_data
@_database
@telling
def verify(say: Say, file: Path | None, data: Path, database: str | None) -> None:
    """Read a database from end to end, or a backup FILE, and say whether all is as it was written.

    The file as a whole (PostgreSQL looks after its own), the checksum of each entry, the order of the log,
    and whom each message is for.
    A server may run meanwhile.
    """
    from .backups import RESTORE, findings_of, in_a_sentence  # noqa: PLC0415
    from .databases import database_of  # noqa: PLC0415

    with in_a_sentence(data):
        found = verify_backup(file) if file is not None else findings_of(database_of(data, database))
    facts: dict[str, Any] = vars(found)
    if found.faults:
        if say.as_json:
            say.facts("", facts)
        more = f"\n  and {found.faults - len(found.wrong)} more" if found.faults > len(found.wrong) else ""
        listed = "\n  ".join(found.wrong)
        raise NotDone(
            f"{found.faults} of what was read is not as it was written. {RESTORE}\n  {listed}{more}",
            code="damaged",
        )
    say.facts(
        f"All is as it was written: {found.entries} entries, {found.messages} messages, "
        f"{found.accounts} accounts, epoch {found.epoch}.",
        facts,
    )


def verify_backup(file: Path) -> Any:
    """Take the database out of a backup and read it."""
    import tempfile  # noqa: PLC0415

    from .backups import DATABASE, check, findings, in_a_sentence, unpack  # noqa: PLC0415

    with in_a_sentence(file):
        check(file)
    with tempfile.TemporaryDirectory(prefix="imserver-") as folder, in_a_sentence(Path(folder)):
        unpack(file, DATABASE, Path(folder, DATABASE))
        return findings(Path(folder, DATABASE), alone=True)


@click.command()
@click.option(
    "--older", type=click.IntRange(1, 99999), required=True, metavar="DAYS", help="Let go of what is older."
)
@_data
@_database
@telling
def prune(say: Say, older: int, data: Path, database: str | None) -> None:
    """Let go of old messages once, and give the room back to the disk.

    For a folder that no server uses; one that runs does the first half by itself with --keep DAYS.  Whoever
    had not been told them hears of a gap.  Numbers and refs stay, so that nothing is said twice.
    """
    from .pruning import prune as let_go  # noqa: PLC0415

    done = let_go(data, older, database)
    copies = f" They are still in {', '.join(done['copies'])}." if done["copies"] else ""
    say.facts(
        f"{done['messages']} messages were let go, and {size(done['freed'])} given back: "
        f"{size(done['before'])} before, {size(done['after'])} now.{copies}",
        done,
    )


@click.command()
@click.option("--of", metavar="NAME", help="Only what this user said.")
@_data
@_database
@telling
def export(say: Say, of: str | None, data: Path, database: str | None) -> None:
    """Write what was said, and who there is, as JSON lines; a server may run meanwhile.

    What was let go is not in it, nor are passwords, devices and what was read.
    """
    import json  # noqa: PLC0415

    from .exchanging import exported  # noqa: PLC0415

    for line in exported(data, of, database):
        click.echo(json.dumps(line, ensure_ascii=False))


@click.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option(
    "--names", type=click.Choice(["ascii", "unicode"]), default="ascii", help="As the server has it."
)
@_data
@_database
@telling
def import_(say: Say, file: Any, names: str, data: Path, database: str | None) -> None:
    """Put the JSON lines of FILE (- is standard input) behind the log of a folder that no server uses.

    A line is {"kind": "message", "at": "2026-11-20T10:00:28.120Z", "sender": "ana", "audience": ["bea"],
    "text": "Hello"}; an audience of "*" is everyone.  Whoever is named and not there is made, without a
    password: `imserver reset NAME` gives one.  What was imported before is known again, and not there twice.
    """
    from improtocol.names import ASCII_NAMES, UnicodeNames  # noqa: PLC0415

    from .exchanging import imported  # noqa: PLC0415

    done = imported(data, file, UnicodeNames() if names == "unicode" else ASCII_NAMES, database)
    say.facts(
        f"{done['messages']} messages and {done['accounts']} accounts are there that were not; "
        f"{done['known']} messages were there already.",
        done,
    )


@click.command()
@click.argument("name")
@_data
@_database
@telling
def appoint(say: Say, name: str, data: Path, database: str | None) -> None:
    """Make NAME an administrator, with another password, in a folder that no server uses.

    For whoever has the machine, when nobody can come in as an administrator any more.  NAME is let in again
    if it was suspended, and is made if it is not there.
    """
    from .appointing import appoint as make  # noqa: PLC0415

    made = make(data, name, database)
    new = " is new, and" if made["new"] else ""
    say.facts(
        f"{made['name']}{new} is an administrator, with the password {made['password']}\n"
        f"When the server runs: imserver login ADDRESS {made['name']}",
        made,
    )


@click.command()
@click.argument("address", nargs=-1)
@_data
@_database
@telling
def doctor(say: Say, address: tuple[str, ...], data: Path, database: str | None) -> None:
    """Look a server over: data, disk, certificate, clock, limits, and each ADDRESS that should answer.

    The status is 1 if anything is bad; what is bad soon is shown, too.
    """
    from .doctor import BAD, examine  # noqa: PLC0415

    found = examine(data, address, database=database)
    say.table(("what", "how", "sentence"), [vars(one) for one in found])
    bad = [one for one in found if one.how == BAD]
    if bad:
        raise NotDone(f"{len(bad)} of {len(found)} are bad: {bad[0].sentence}", code="bad")


COMMANDS = {
    str(one.name): one for one in (backup, restore_backup, verify, export, import_, prune, appoint, doctor)
}
