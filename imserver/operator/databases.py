"""Which database a server uses, in its data folder or elsewhere, and how an act comes at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from ..configuration import BadConfiguration, read
from ..data_folder import DataFolder
from ..options import CONFIGURATION
from ..storage import postgresql, sqlite
from ..storage.copying import as_it_stands
from ..storage.database import Engines
from .saying import NotDone, Status

#: What opens a database for a server that would write to it.
_OPENERS = {"sqlite": sqlite.open_file, "postgresql": postgresql.open_server}


def database_of(folder: Path, said: str | None = None) -> URL:
    """Say which a server would use: as it is said, else as ``imserver.toml`` says, else the folder's own."""
    if said is None and (folder / CONFIGURATION).is_file():
        try:
            said = read(folder / CONFIGURATION).get("database")
        except BadConfiguration as bad:
            raise NotDone(str(bad), code="bad-configuration") from None
    try:
        url = make_url(said or f"sqlite:///{DataFolder(folder).database}")
    except ArgumentError:
        url = URL.create("nothing")
    if url.get_backend_name() not in _OPENERS:
        raise NotDone(
            "--database is sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.",
            status=Status.MISTYPED,
            code="mistyped",
        )
    return url


def file_of(url: URL) -> Path | None:
    """Give the file it is; None: it is a server's."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def engines_of(url: URL) -> Engines:
    """Open it as a server does; raises `NotDone` if what speaks to it is not installed."""
    try:
        return _OPENERS[url.get_backend_name()](url)
    except ModuleNotFoundError as error:
        raise NotDone(f"This database needs {error.name}: pip install 'psycopg[binary]'") from None


@contextmanager
def reading(url: URL) -> Iterator[Connection]:
    """Look at a database as it is at one moment, while a server may go on writing."""
    file = file_of(url)
    if file is not None:
        must_be_there(file)
    engine = engines_of(url).reading if file is None else as_it_stands(file)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def must_be_there(file: Path) -> None:
    """Say what to do where there is no database; raises `NotDone`."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NotDone(
            f"There is no database in {file.parent}; name the data folder with --data FOLDER."
        ) from None


def in_clear(url: URL) -> str:
    """Write it as PostgreSQL's own programs take it, without the password, which everybody could see."""
    return url.set(drivername="postgresql", password=None).render_as_string()
