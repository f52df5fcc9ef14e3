"""Compiles the catalogues of the languages the client speaks: what it reads of them at its start."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = Path(__file__).resolve().parent.parent / "imtongue" / "languages"


def main() -> int:
    """Compile each."""
    for source in sorted(LANGUAGES.rglob("*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file, source.parts[-3])
        with source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)
        print(
            f"{source.parts[-3]}: {sum(1 for message in catalogue if message.id and message.string)} phrases"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
