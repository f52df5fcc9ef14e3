"""What a server may say to do harm: all that the language declares, ill filled, and then broken."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import improtocol.commands
import improtocol.errors
import improtocol.events  # noqa: F401  what is declared is declared by being loaded
from improtocol.errors import Refusal
from improtocol.vocabulary import Event, Item, Message, Reply

NUMBERS = (
    *("0", "1", "2", "7", "-1", "+1", "01", "007", "1.5", "1e9", "NaN", "", "²", "٣", "0x10", "1_000"),
    *("2147483648", "9007199254740993", "999999999999999999", "1000000000000000000", "9" * 400),
)
NAMES = (
    *(
        "alice",
        "bob",
        "carol",
        "dave",
        "BOB",
        "b0b",
        "*",
        "",
        ".",
        "..",
        "../../x",
        "C:\\x",
        "%s%n",
        "{0}",
        "nul",
    ),
    *(
        "me",
        "server",
        "#room",
        "a" * 32,
        "a" * 5000,
        "бob",
        "דנה",
        "\u202ebob",
        "a\u0301" * 300,
        "\ufeff",
        "\x00",
    ),
    *(
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "a,b",
        ",",
        "alice,alice",
        "bob,carol",
    ),
    ",".join(f"n{number}" for number in range(400)),
)
TEXTS = (
    *(
        "",
        "Hello",
        " ",
        "\\n",
        "\\t\\\\",
        "\\",
        "\\q",
        "\\n" * 2000,
        "x" * 4096,
        "x" * 16_000,
        "\x1b[2J",
        "\x9b2J",
    ),
    *(
        "<img src=file:///etc/passwd>",
        "http://[",
        "http://a@b/",
        "%00",
        "\x07" * 50,
        "\u202e" * 900,
        "👩\u200d" * 500,
    ),
    *(
        "a" + "\u0301" * 2000,
        "\U000e0061" * 700,
        "漢" * 1300,
        "{}",
        "%(x)s",
        "\u2028",
        "\x85",
        "\ufffe",
        "=",
        " :",
        "@1",
    ),
)
MOMENTS = (
    "2026-11-21T12:00:00.000Z",
    "1970-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    "2026-02-30T00:00:00.000Z",
)
#: What belongs in a place, by the kind of the argument; whatever has no row is a word.
FITTING: dict[str, tuple[str, ...]] = {
    "name": NAMES,
    "names": NAMES,
    "audience": NAMES,
    "moment": MOMENTS,
    "presence": ("online", "away", "offline", "closed"),
    "shown": ("online", "away"),
    "reached": ("waiting", "delivered", "read"),
    "standing": ("open", "suspended", "closed"),
    "epoch": ("k3", "k4"),
    "ref": ("1", "2", "r" * 64),
    "yes": ("yes",),
    "way": ("in", "out"),
}
WORDS = (
    *(
        "replaced",
        "signed-out",
        "password-changed",
        "suspended",
        "closed",
        "disconnected",
        "shutdown",
        "idle",
    ),
    *(
        "open",
        "invite",
        "administrator",
        "everyone",
        "ref,device,history,receipts,presence,block",
        "imserver",
    ),
)
CODES = tuple(Refusal.by_code)
MARKS: tuple[tuple[str, type[Message]], ...] = (("*", Event), ("+", Item), ("OK", Reply))
#: What is put into a line that was whole.
PIECES = (
    *(
        b" ",
        b"  ",
        b"=",
        b" :",
        b"\\",
        b"\\n",
        b"@",
        b"@1 ",
        b"* ",
        b"+ ",
        b"OK ",
        b"ERR ",
        b"\r",
        b"\t",
        b"\x1b[",
    ),
    *(b"\x00", b"\x7f", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"9" * 30, b"x" * 9000),
)


class Liar:
    """Says lines, each from what the language declares; `tags` are those of the questions that wait."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._near = 1

    def line(self, tags: Sequence[str] = ()) -> bytes:
        """Say one, its end left out."""
        random = self._random
        mark, family = MARKS[0] if random.random() < 0.4 else random.choice(MARKS)
        said = self._refusal() if random.random() < 0.15 else f"{mark} {self._declared(family)}"
        tag = (
            random.choice(tags) if tags and random.random() < 0.9 else random.choice(("@1", "@0", "@x", "@"))
        )
        if not said.startswith("*") or random.random() < 0.05:
            said = f"{tag} {said}"
        raw = said.replace("\n", "").encode("utf-8", "surrogatepass")
        while random.random() < 0.2:
            raw = broken(random, raw)
        return raw.replace(b"\n", b"")

    def _declared(self, family: type[Message]) -> str:
        random = self._random
        verb = "MESSAGE" if family is Event and random.random() < 0.3 else random.choice(list(family.by_verb))
        described = family.by_verb[verb]
        words = [described.verb, *(self._word(argument.kind.name) for argument in described.word_arguments)]
        keys = [
            f"{key}={self._word(argument.kind.name)}"
            for key, argument in described.key_arguments.items()
            if argument.required or random.random() < 0.5
        ]
        with_text = described.text_argument is not None or random.random() < 0.1
        return " ".join([*words, *keys]) + (f" :{random.choice(TEXTS)}" if with_text else "")

    def _refusal(self) -> str:
        random = self._random
        words = [self._word("") for _ in range(random.randrange(3))]
        after = f" retry-after={self._number()}" if random.random() < 0.5 else ""
        return f"ERR {self._word('')} {random.choice(CODES)} {' '.join(words)}{after} :{random.choice(TEXTS)}"

    def _word(self, kind: str) -> str:
        """Fill a place: mostly with what belongs there, for what is refused at once breaks nothing."""
        random = self._random
        if random.random() < 0.05:
            return random.choice(random.choice((NAMES, NUMBERS, WORDS, MOMENTS)))
        return self._number() if kind == "number" else random.choice(FITTING.get(kind, WORDS))

    def _number(self) -> str:
        random = self._random
        if random.random() < 0.85:  # numbers that rise are a stream
            self._near += random.choice((1, 1, 1, 1, 2, 0, -1, 5))
            return str(max(0, self._near))
        return random.choice(NUMBERS)


def broken(random: Random, raw: bytes) -> bytes:
    """Break a line somewhere."""
    at = int(random.random() * (len(raw) + 1))
    how = int(random.random() * 5)
    if how == 0:
        return raw[:at] + PIECES[int(random.random() * len(PIECES))] + raw[at:]
    if how == 1:
        return raw[:at]
    if how == 2:
        return raw[:at] + bytes([int(random.random() * 256)]) + raw[at + 1 :]
    if how == 3:
        end = at + int(random.random() * 20)
        return raw[:at] + raw[at:end] * 2 + raw[end:]
    return raw[:at] + raw[at + int(random.random() * 8) :]
