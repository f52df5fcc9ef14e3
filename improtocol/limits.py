"""Every number the language names, each with its reason; what the server advertises and enforces."""

from __future__ import annotations


class Limit(int):
    """A number of the language that knows its unit and its reason."""

    unit: str
    reason: str

    def __new__(cls, value: int, unit: str, reason: str) -> Limit:
        """Make the number."""
        limit = super().__new__(cls, value)
        limit.unit, limit.reason = unit, reason
        return limit


LINE = Limit(
    8192, "bytes", "a text of full length to a hundred names of full length fits; as Dovecot and ejabberd"
)
EARLY_LINE = Limit(512, "bytes", "before login: a password of 256 bytes fits, and a stranger costs little")
CLIENT_LINE = Limit(16384, "bytes", "what a client must be able to read, so that the server's lines may grow")
TEXT = Limit(4096, "bytes", "as written on the line: about two pages")
AUDIENCE = Limit(100, "names", "beyond that, say it to everyone, or in parts")
NAME = Limit(32, "bytes", "fits a roster and a tab")
DEVICE = Limit(32, "bytes", "a word for people, like a name")
TAG = Limit(32, "bytes", "room for a counter or a random word")
REF = Limit(64, "bytes", "room for a UUID or a hash")
TOKEN = Limit(64, "bytes", "what comes back with a PONG; room for a UUID")
RESUME_TOKEN = Limit(64, "bytes", "43 hold the 32 random ones")
EPOCH = Limit(32, "bytes", "a random word")
KEYS = Limit(16, "key=values", "more than any line of the language needs")
KEY = Limit(32, "bytes", "a word for people")
VERB = Limit(16, "bytes", "longer than any verb")
PASSWORD_LEAST = Limit(8, "bytes", "the shortest that guidance still accepts")
PASSWORD = Limit(256, "bytes", "four times what guidance asks to be accepted; hashing it stays cheap")
DIGITS = Limit(18, "digits", "fits 64 bits with a sign, in every database and language")
PAGE = Limit(100, "lines", "one answer; more is asked for with the key that the answer names")
PAGE_BYTES = Limit(65536, "bytes", "one answer fits one read of a socket")
TURN = Limit(32, "lines", "taken from one connection before the others have their turn")
DEVICES = Limit(20, "devices", "of one account; one more, and the longest unused is forgotten")
STATUS = Limit(256, "bytes", "what one says beside away: a line in a roster")
MARK = Limit(32, "bytes", "made by the server; a client keeps it as it stands")
NAMES = Limit(5, "names", "of one account, those it had before among them: nobody collects what others want")
CONFIRMED = Limit(300, "seconds", "a password that was said counts for what needs it again")
NAMELESS_SESSIONS = Limit(32, "sessions", "of one account that name no device; one more is refused")

CODE = Limit(64, "bytes", "an invite's: it has 14, and room to grow")
INVITE_USES = Limit(999, "uses", "of one invite: a school; for more make another")
INVITE_DAYS = Limit(999, "days", "of one invite: what lies about longer is found by somebody")
BACK = Limit(99_999, "seconds", "after which to look for a server that was stopped: a day, and some")

#: What ``* LIMITS`` tells after LOGIN, by the key it is told under.
ADVERTISED = {"line": LINE, "text": TEXT, "audience": AUDIENCE, "page": PAGE}
