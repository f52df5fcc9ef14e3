"""What ``twistd imserver`` is told: on its command line, and in its file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, NoReturn

from platformdirs import user_data_path
from twisted.python.usage import Options as UsageOptions
from twisted.python.usage import UsageError

from improtocol.names import ASCII_NAMES, NamePolicy, UnicodeNames

from .bounds import BOUNDS, BadBound, changed, table
from .cannot_start import CannotStart
from .listening import HERE
from .portal.enrolling import Policy

#: The file that is read if no other is named.
CONFIGURATION = "imserver.toml"
NAMES: dict[str, NamePolicy] = {"ascii": ASCII_NAMES, "unicode": UnicodeNames()}


class Options(UsageOptions):
    """What ``twistd imserver`` is told."""

    longdesc = (
        "An instant messenger: its OK means that it is on disk, "
        "and that everybody it is for will see it once, in the same order."
    )
    optParameters: ClassVar = [
        ["config", None, None, "TOML file with what is not said here; else imserver.toml in the data folder"],
        ["data", None, None, "folder for what must survive and for server.log (kept to its owner)"],
        ["database", None, None, "sqlite:///FILE or postgresql+psycopg://...; else a file in the folder"],
        [
            "backups",
            None,
            None,
            "folder into which BACKUP writes all there is; else backups in the data folder",
        ],
        ["everyone", None, None, "who may say something to everyone: NAME,NAME; else everybody may"],
        ["keep", None, None, "let go of messages older than so many DAYS; else everything is kept"],
        ["metrics", None, None, "show Prometheus the counts here, as in tcp:9100:interface=127.0.0.1"],
        ["names", None, "ascii", "what a user name is made of: ascii or unicode"],
        ["register", None, None, "who may take a name: open, invite or closed; else open on loopback alone"],
        [
            "certificate",
            None,
            None,
            "PEM file of a certificate others vouch for; else one is made at first start",
        ],
        ["key", None, None, "PEM file of its key, if that is not in the same file"],
        ["address", None, None, "HOST or HOST:PORT by which other machines reach this one, for invites"],
    ]
    optFlags: ClassVar = [
        ["clear-outside", None, "let other machines in without TLS: everybody on the way reads passwords"],
        ["metrics-outside", None, "let other machines read the counts, too"],
        ["log-json", None, "write server.log as a JSON object a line"],
        ["log-texts", None, "write into server.log what people say, too"],
    ]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self["listen"] = []
        self["bounds"] = BOUNDS
        self._limits: list[str] = []
        self._words: list[str] = []

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Read the words, and remember them: what is said so counts more than what a file says."""
        self._words = list(sys.argv[1:] if options is None else options)
        super().parseOptions(self._words)  # type: ignore[no-untyped-call]

    def again(self) -> Options:
        """Read the same words and the file as it is now; raises ``CannotStart`` or ``UsageError``."""
        made = Options()
        made.parseOptions(self._words)
        return made

    def opt_listen(self, description: str) -> None:
        """Listen here, an endpoint; may be given again [default: tcp:12000:interface=127.0.0.1]."""
        self["listen"].append(description)

    def opt_limit(self, described: str) -> None:
        """Move a limit, NAME=VALUE, or lift it, NAME=none; may be given again."""
        self._limits.append(described)
        try:
            self["bounds"] = changed(self["bounds"], described)
        except BadBound as wrong:
            raise CannotStart(str(wrong)) from None

    def opt_limits(self) -> NoReturn:
        """Show all limits, as they stand and as --limit takes them, each with its reason, and exit."""
        print(table(self["bounds"]))
        raise SystemExit(0)

    def postOptions(self) -> None:
        """Fill in what was left out, and refuse what is not known."""
        if (path := self._file()) is not None:
            self._take(path)
        if self["names"] not in NAMES:
            raise UsageError(f"--names is ascii or unicode, not {self['names']}.")
        if self["register"] is not None and self["register"] not in list(Policy):
            raise UsageError(f"--register is {', '.join(Policy)}, not {self['register']}.")
        if self["keep"] is not None and not re.fullmatch("[1-9][0-9]{0,4}", self["keep"]):
            raise UsageError(f"--keep is a whole number of days from 1 on, not {self['keep']}.")
        self["listen"] = self["listen"] or [HERE]

    def _file(self) -> Path | None:
        if self["config"] is not None:
            return Path(self["config"])
        path = Path(self["data"] or user_data_path("imserver")) / CONFIGURATION
        # Of a folder that may not be read it is said elsewhere, in one sentence.
        return path if os.path.isfile(path) else None

    def _take(self, path: Path) -> None:
        """Take what a file says and the words do not."""
        from .configuration import BadConfiguration, read  # noqa: PLC0415  # only who has one pays for it

        try:
            said = read(path)
        except BadConfiguration as bad:
            raise CannotStart(f"{bad}. `imserver config` shows what there is.") from None
        self["bounds"] = BOUNDS
        for described in (*said.pop("limit"), *self._limits):
            self["bounds"] = changed(self["bounds"], described)
        everyone = said.pop("everyone", None)
        if everyone is not None:
            said["everyone"] = ",".join(everyone)
        typed = self._said()
        for name, value in said.items():
            if name not in typed:
                self[name] = int(value) if isinstance(value, bool) else value

    def _said(self) -> set[str]:
        """Give the options among the words: each by its name, or by as much of it as makes it known."""
        names = set(self)
        written = {word[2:].partition("=")[0] for word in self._words if word.startswith("--")} - {""}
        # data is an option of its own, and not the beginning of database.
        return {
            name
            for name in names
            for word in written
            if name == word or (word not in names and name.startswith(word))
        }
