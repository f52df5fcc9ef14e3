"""Lines and messages: one reading of any bytes, on both sides."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from improtocol import errors, events, limits
from improtocol.audience import EVERYONE, Audience
from improtocol.codec import (
    MASK,
    Unknown,
    masked,
    masked_from_server,
    parse_from_client,
    parse_from_server,
    write,
    write_refusal,
)
from improtocol.commands import Ack, Help, Login, Ping, Register, Send, Who
from improtocol.errors import Refusal, UnknownRefusal
from improtocol.fields import Presence, Which
from improtocol.framing import Overlong
from improtocol.names import ANY_NAMES, UnicodeNames
from improtocol.replies import ConversationShown, LoggedIn
from improtocol.vocabulary import Command, Event, Message, Reply

from .declared import COMMANDS, CONTROL, OTHER_BLANKS, REFUSALS, TOLD, messages, passwords, refusals

TAGS = st.one_of(st.just(""), st.from_regex(rf"@[A-Za-z0-9._-]{{1,{limits.TAG}}}", fullmatch=True))
ERR = re.compile(
    r"(@[A-Za-z0-9._-]{1,32} )?ERR (\?|[A-Z]{1,16}) [a-z-]+( [^ =:][^ =]*)*( [a-z-]+=[^ ]*)* :.+"
)

#: Bytes that look like lines: cut out of what the language is made of, so that they come far.
PIECES = st.sampled_from(
    [
        *(c.verb.encode() for c in COMMANDS),
        *(c.example.encode() for c in COMMANDS),
        *(b"@7", b"@", b" ", b"  ", b" :", b":", b"=", b",", b"*", b"+", b"OK", b"ERR", b"\\n", b"\\"),
        *(b"ref=", b"since=7", b"at=2026-11-20T10:00:28.120Z", b"retry-after=", b"alice", b"bob,carol"),
        *(b"\r", b"\x00", b"\xc2\x85", b"\xe2\x80\xa8", b"\xc2\xa0", b"\xff", b"\xed\xa0\x80", b"9" * 5000),
        *(b"MESSAGE 5 bob alice", b"busy", b"no-such-user", b"too-long", b"9" * 19, "é".encode() * 20),
    ]
)
ANYTHING = st.one_of(st.binary(), st.lists(st.one_of(PIECES, st.binary(max_size=4))).map(b"".join))


def asked(line: str | bytes) -> Command[Reply] | Refusal:
    """Give what the server makes of a line."""
    return parse_from_client(line if isinstance(line, bytes) else line.encode()).what


def answered(line: str | bytes) -> str:
    """Give how a line is refused, or the line that says the same as it does."""
    tag, verb, what = parse_from_client(line if isinstance(line, bytes) else line.encode())
    return write_refusal(what, verb, tag) if isinstance(what, Refusal) else write(what, tag)


def heard(line: str) -> Any:
    """Give what a client makes of a line."""
    return parse_from_server(line.encode()).what


class RoundTripTests(SynchronousTestCase):
    """What is written is read as what was meant."""

    @given(st.data(), st.sampled_from(COMMANDS), TAGS)
    def test_commands(self, data: st.DataObject, described: type[Command[Reply]], tag: str) -> None:
        """The server reads each command as the client meant it."""
        command = data.draw(messages(described))
        read = parse_from_client(write(command, tag).encode())
        self.assertEqual((read.tag, read.verb, read.what), (tag, described.verb, command))

    @given(st.data(), st.sampled_from(TOLD), TAGS)
    def test_what_the_server_says(self, data: st.DataObject, described: type[Message], tag: str) -> None:
        """The client reads each reply, each line of an answer and each event as the server meant it."""
        message = data.draw(messages(described))
        read = parse_from_server(write(message, tag).encode())
        self.assertEqual((read.tag, read.verb, read.what), (tag, described.verb, message))

    @given(st.data(), st.sampled_from(REFUSALS), TAGS)
    def test_refusals(self, data: st.DataObject, described: type[Refusal], tag: str) -> None:
        """The client's exception is of the class that the server raised, equal to it, with its sentence."""
        refused = data.draw(refusals(described))
        read = parse_from_server(write_refusal(refused, "SEND", tag).encode())
        self.assertEqual((read.tag, read.verb, read.what), (tag, "SEND", refused))
        self.assertIs(type(read.what), described)
        self.assertEqual(str(read.what), str(refused))

    def test_every_message_is_tried(self) -> None:
        """Every class of the vocabulary can be made here, so a new one is tried from its first day."""
        for described in [*COMMANDS, *TOLD]:
            self.assertIsNotNone(messages(described))
        self.assertEqual(len(REFUSALS), len(Refusal.by_code))

    @given(ANYTHING)
    def test_understood_then_written_then_read(self, raw: bytes) -> None:
        """What is read can be written, and is then read as the same."""
        what = asked(raw)
        if not isinstance(what, Refusal):
            self.assertEqual(asked(write(what)), what)


class TotalTests(SynchronousTestCase):
    """Any bytes give a message or a refusal."""

    @given(ANYTHING)
    @example(b"")
    @example(b" ")
    @example(b"@")
    @example(b"@7")
    @example(b"SEND")
    @example("\N{LATIN SMALL LETTER LONG S}END bob :x".encode())
    @example("Qu\N{LATIN SMALL LETTER DOTLESS I}t".encode())
    def test_the_server_is_never_at_a_loss(self, raw: bytes) -> None:
        """Any bytes from a client give a command, or a refusal that is one line of the language."""
        for names in (ANY_NAMES, UnicodeNames()):
            tag, verb, what = parse_from_client(raw, names)
            if isinstance(what, Refusal):
                self.assertRegex(write_refusal(what, verb, tag), ERR)

    @given(ANYTHING)
    @example(b"* FOO " + b"9" * 5000)
    @example(b"ERR SEND busy retry-after=" + b"9" * 5000)
    @example(b"ERR SEND ref-used " + b"9" * 5000)
    @example(b"ERR")
    @example(b"*")
    def test_nor_is_the_client(self, raw: bytes) -> None:
        """Any bytes from a server give a message, a refusal, or what is passed over."""
        for mark in (b"", b"OK ", b"* ", b"+ ", b"ERR SEND ", b"* MESSAGE 5 ", b"* USER "):
            parse_from_server(mark + raw)

    @given(ANYTHING)
    def test_a_line_is_one_line(self, raw: bytes) -> None:
        """Whatever was understood holds no sign that could end a line, nor does what is said of it."""
        if not set(CONTROL).isdisjoint(raw.decode("utf-8", "replace")):
            self.assertIsInstance(asked(raw), Refusal)
        self.assertTrue(set(CONTROL).isdisjoint(answered(raw)))

    def test_overlong(self) -> None:
        """A line that was passed over is refused, with its tag if it had one (R7)."""
        read = parse_from_client(Overlong(b"@7 SEND bob :" + b"x" * 30, 512))
        assert isinstance(read.what, Refusal)
        self.assertEqual(
            write_refusal(read.what, read.verb, read.tag)[:38], "@7 ERR ? bad-line too-long limit=512 :"
        )


class StrictTests(SynchronousTestCase):
    """The server refuses what it does not know; nothing is half understood (R10)."""

    def test_refusals(self) -> None:
        """Every mistake has its code and the words that say what it is."""
        mistakes: dict[str | bytes, str] = {
            # R1, R2: what cannot be read
            b"\xff": "ERR ? bad-line not-utf-8 :",
            b"@7 WHO \xff": "@7 ERR ? bad-line not-utf-8 :",
            "WHO\r": "ERR ? bad-line control-character :",
            "@7 SEND bob :a\tb": "@7 ERR ? bad-line control-character :",
            "SEND\N{NO-BREAK SPACE}bob :x": "ERR ? bad-line white-space :",
            "SEND bob ref=a\N{IDEOGRAPHIC SPACE}b :x": "ERR ? bad-line white-space :",
            "": "ERR ? bad-line no-verb :",
            "  ": "ERR ? bad-line no-verb :",
            ":x": "ERR ? bad-line no-verb :",
            " :x": "ERR ? bad-line no-verb :",
            "a=b": "ERR ? bad-line no-verb :",
            "7": "ERR ? bad-line no-verb :",
            "@7": "@7 ERR ? bad-line no-verb :",
            "@7 :x": "@7 ERR ? bad-line no-verb :",
            " @7 WHO": "ERR ? bad-line no-verb :",
            "@": "ERR ? bad-line bad-tag :",
            "@ WHO": "ERR ? bad-line bad-tag :",
            "@7: WHO": "ERR ? bad-line bad-tag :",
            "A" * 17: "ERR ? bad-line no-verb :",
            "WHO after=a online": "ERR ? bad-line word-behind-key :",
            "@7 WHO =a": "@7 ERR ? bad-line bad-key :",
            "WHO AFTER=a": "ERR ? bad-line bad-key :",
            # what there is not
            "FOO": "ERR FOO unknown-verb :",
            "SNED bob :x": "ERR SNED unknown-verb like=SEND :",
            "SEND": "ERR SEND no-text :",
            "SEND bob Hello": "ERR SEND no-text :",
            "SEND bob :": "ERR SEND no-text :",
            "SEND :x": "ERR SEND missing-word audience :",
            "send bob carol :x": "ERR SEND extra-word audience :",
            "QUIT now": "ERR QUIT extra-word none :",
            "ACK": "ERR ACK missing-word number :",
            "WHO :x": "ERR WHO extra-text :",
            "SEND bob reff=1 :x": "ERR SEND unknown-key reff may=ref :",
            "QUIT a=b": "ERR QUIT unknown-key a :",
            "SEND bob ref=1 ref=1 :x": "ERR SEND repeated-key ref :",
            # what is not what it should be
            "ACK 007": "ERR ACK bad-argument number :",
            "ACK \N{ARABIC-INDIC DIGIT THREE}": "ERR ACK bad-argument number :",
            "LOGIN alice since=-1 :correct horse": "ERR LOGIN bad-argument since :",
            "LOGIN alice device=a,b :correct horse": "ERR LOGIN bad-argument device :",
            "SEND bob ref= :x": "ERR SEND bad-argument ref :",
            "SEND bob, carol :x": "ERR SEND bad-argument audience :",
            "SEND *,bob :x": "ERR SEND bad-argument audience :",
            "WHO offline": "ERR WHO bad-argument online :",
            "HELP 7": "ERR HELP bad-argument verb :",
            "SEND bob :a\\rb": "ERR SEND bad-escape :",
            "SEND bob :a\\": "ERR SEND bad-escape :",
            "SEND bob :a\\sb": "ERR SEND bad-escape :",
            "SEND bob ref=\\x :a": "ERR SEND bad-escape :",
            "SEND 7 :x": "ERR SEND bad-name :",
            "SEND bob,\\n :x": "ERR SEND bad-name :",
            "REGISTER Server :correct horse": "ERR REGISTER name-reserved server :",
            "REGISTER alice :short": "ERR REGISTER bad-password 8 256 :",
            "LOGIN alice :short": "ERR LOGIN bad-password 8 256 :",
        }
        for line, expected in mistakes.items():
            self.assertEqual(answered(line)[: len(expected)], expected, line)

    def test_forgiven(self) -> None:
        """Blanks may be many, verbs and names of any case; one blank and one case are written."""
        for line, expected in {
            "  send   Bob,ALICE,bob   ref=x  :  hi  ": "SEND alice,bob ref=x :  hi  ",
            "@7   who   ONLINE   after=Bob  ": "@7 WHO online after=bob",
            "PiNg": "PING",
            "SEND * ::) = a :b": "SEND * ::) = a :b",
            "SEND bob ref=a=b\\sc :x": "SEND bob ref=a=b\\sc :x",
            "LOGIN alice :a\\b  =c :d ": "LOGIN alice :a\\b  =c :d ",
        }.items():
            self.assertEqual(answered(line), expected)

    def test_the_line_to_type(self) -> None:
        """The sentence ends in a line that can be typed, as the person at nc sees it."""
        self.assertEqual(
            answered("SEND bob Hello"),
            "ERR SEND no-text :The text comes last and begins with a blank and a colon: SEND bob :Hello, Bob",
        )

    def test_escapes(self) -> None:
        """A text has three escapes, a value the blank's too, a password none."""
        self.assertEqual(asked(r"SEND bob :a\nb\tc\\n"), Send(Audience.of("bob"), "a\nb\tc\\n"))
        self.assertEqual(asked(r"PING bob token=a\sb\\s"), Ping("bob", token="a b\\s"))
        self.assertEqual(asked(r"REGISTER bob :C:\new\\x"), Register("bob", r"C:\new\\x"))

    def test_text_may_hold_any_blank(self) -> None:
        """Only words and values are particular about white space; a text takes any."""
        for blank in OTHER_BLANKS:
            self.assertEqual(asked(f"SEND bob :a{blank}b"), Send(Audience.of("bob"), f"a{blank}b"))
            for line in (f"ACK{blank}4", f"SEND bo{blank}b :x", f"PING bob token={blank}"):
                self.assertEqual(asked(line), errors.BadLine("white-space"), line)

    def test_only_ascii_letters_have_another_case(self) -> None:
        """No sign of another alphabet is taken for a letter of a verb, a key or a name (R4)."""
        for line in ("\u017fEND bob :x", "QU\u0131T", "HELP \u017fEND", "PING \u212aim", "AC\u212a 4"):
            self.assertIsInstance(asked(line), Refusal, line)


class LimitTests(SynchronousTestCase):
    """Every limit is exact: n works, n + 1 is refused with its code, whoever writes it."""

    def check(self, fits: Command[Reply], line: str, refused: str) -> None:
        """Check a command at its limit, and the line that is one beyond it."""
        self.assertEqual(asked(write(fits)), fits)
        code = answered(line).partition(" :")[0]
        self.assertEqual(code, refused)

    def test_text(self) -> None:
        """A text has 4096 bytes as written, escapes and all."""
        bob = Audience.of("bob")
        for text in ("x" * 4096, "é" * 2048, "\n" * 2048, "x" * 4094 + "\\"):
            self.check(
                Send(bob, text), f"SEND bob :x{write(Send(bob, text))[10:]}", "ERR SEND too-long text 4096"
            )

    def test_words_and_values(self) -> None:
        """Names, devices and epochs have 32 bytes, refs and tokens 64, as written."""
        self.check(Ping("a" * 32), f"PING {'a' * 33}", "ERR PING too-long name 32")
        self.check(Send(Audience.of("a" * 32), "x"), f"SEND bob,{'a' * 33} :x", "ERR SEND too-long name 32")
        for key, fits in {
            "device": Login("alice", "correct horse", device="d" * 32),
            "epoch": Login("alice", "correct horse", epoch="d" * 32),
        }.items():
            self.check(fits, f"LOGIN alice {key}={'d' * 33} :correct horse", f"ERR LOGIN too-long {key} 32")
        for value in ("r" * 64, "é" * 32, " " * 32, "\\" * 32):
            written = write(Ping("bob", token=value))
            self.check(Ping("bob", token=value), f"{written}x", "ERR PING too-long token 64")
        self.check(
            Send(Audience.of("bob"), "x", "r" * 64), f"SEND bob ref={'r' * 65} :x", "ERR SEND too-long ref 64"
        )
        self.check(Help("V" * 16), f"HELP {'V' * 17}", "ERR HELP too-long verb 16")

    def test_audience(self) -> None:
        """A hundred names, and no more, as many as are written."""
        names = [f"u{n}" for n in range(101)]
        fits = Send(Audience.of(*names[:100]), "x")
        self.check(fits, f"SEND {','.join(names)} :x", "ERR SEND too-long audience 100")
        self.check(fits, f"SEND {','.join(['bob'] * 101)} :x", "ERR SEND too-long audience 100")

    def test_password(self) -> None:
        """A password has 8 to 256 bytes."""
        for fits, beyond in (
            ("x" * 8, "x" * 7),
            ("é" * 4, "é" * 3),
            ("x" * 256, "x" * 257),
            ("é" * 128, "é" * 129),
        ):
            self.check(Register("bob", fits), f"REGISTER bob :{beyond}", "ERR REGISTER bad-password 8 256")

    def test_number(self) -> None:
        """A number has 18 digits."""
        self.check(Ack(10**18 - 1), f"ACK {10**18}", "ERR ACK bad-argument number")

    def test_tag(self) -> None:
        """A tag has 32 signs."""
        self.assertEqual(parse_from_client(f"@{'t' * 32} PING".encode()).tag, f"@{'t' * 32}")
        self.assertEqual(asked(f"@{'t' * 33} PING"), errors.BadLine("bad-tag"))

    def test_keys(self) -> None:
        """A line has 16 key=values, a key 32 letters; what is no key of the command is refused as that."""
        line = "PING " + " ".join(f"{chr(97 + n)}=1" for n in range(16))
        self.assertEqual(asked(line), errors.UnknownKey("a", ("token",)))
        self.assertEqual(asked(line + " q=1"), errors.BadLine("too-many-keys", 16))
        self.assertEqual(asked(f"PING {'k' * 32}=1"), errors.UnknownKey("k" * 32, ("token",)))
        self.assertEqual(asked(f"PING {'k' * 33}=1"), errors.BadLine("bad-key"))

    def test_the_client_refuses_what_the_server_would(self) -> None:
        """A command beyond a limit is refused by the client's own writer, with the same code."""
        bob = Audience.of("bob")
        for command, code in (
            (Send(bob, "x" * 4097), "too-long"),
            (Send(bob, ""), "no-text"),
            (Send(bob, "x", ref=""), "bad-argument"),
            (Send(bob, "x", ref="r" * 65), "too-long"),
            (Send(Audience.of(*(f"u{n}" for n in range(101))), "x"), "too-long"),
            (Register("bob", "short"), "bad-password"),
            (Ack(10**18), "bad-argument"),
            (Ack(-1), "bad-argument"),
        ):
            self.assertEqual(self.assertRaises(Refusal, write, command).code, code)

    def test_every_command_fits_its_line(self) -> None:
        """The longest SEND fits the line after login, the longest LOGIN the line before it (R6)."""
        name, tag = "n" * limits.NAME, f"@{'t' * limits.TAG}"
        everybody = Audience.of(*(f"{n:a>32}" for n in range(limits.AUDIENCE)))
        send = write(Send(everybody, "x" * limits.TEXT, "r" * limits.REF), tag)
        login = write(Login(name, "p" * limits.PASSWORD, "d" * 32, 10**18 - 1, "e" * 32), tag)
        self.assertLessEqual(len(send), limits.LINE)
        self.assertLessEqual(len(login), limits.EARLY_LINE)

    def test_every_line_fits_the_client(self) -> None:
        """The longest lines of the server are shorter than what a client must be able to read."""
        everybody = Audience.of(*(f"{n:a>32}" for n in range(limits.AUDIENCE)))
        told = events.MessageTold(10**18 - 1, "n" * 32, everybody, "x" * limits.TEXT, at=0, ref="r" * 64)
        refused = errors.NoSuchUser(everybody.names)
        self.assertLessEqual(len(write(told)), limits.CLIENT_LINE)
        self.assertLessEqual(len(write_refusal(refused, "SEND", f"@{'t' * 32}")), limits.CLIENT_LINE)


class InjectionTests(SynchronousTestCase):
    """No field can add a line, a command, a sender or a recipient to what it stands in (promise C2)."""

    EVIL = (*CONTROL, *OTHER_BLANKS, "\ud800", " ", "=", ":", ",", "*", "\\", " :", "\r\nQUIT\r\n", "")

    @given(st.data(), st.sampled_from([*COMMANDS, *TOLD]))
    def test_every_field_and_sign(self, data: st.DataObject, described: type[Message]) -> None:
        """With any evil sign in any field, there is no line, or one line that says exactly what was meant."""
        good = data.draw(messages(described))
        for argument in described.arguments():
            value = getattr(good, argument.name)
            for evil in self.EVIL:
                for bad in _spoiled(value, evil):
                    self.check(type(good)(**{**vars(good), argument.name: bad}))

    def check(self, message: Message) -> None:
        """Check that it cannot be written, or is read as it was meant."""
        try:
            line = write(message)
        except Refusal:
            return
        self.assertTrue(set(CONTROL).isdisjoint(line))
        read = (
            parse_from_client(line.encode(), ANY_NAMES)
            if isinstance(message, Command)
            else parse_from_server(line.encode())
        )
        if isinstance(read.what, Unknown | Refusal):
            self.assertEqual(read.verb, message.verb)
            self.assertNotIsInstance(message, Command)
        else:
            for argument in message.arguments():
                meant, understood = getattr(message, argument.name), getattr(read.what, argument.name)
                if argument.kind.name not in ("words", "verb"):  # words are the server's own
                    # Whoever does not understand an audience keeps it as one of that name (R10).
                    kept = argument.kind.otherwise and argument.kind.otherwise(argument.kind.write(meant))
                    self.assertIn(understood, (meant, argument.default, kept), line)

    def test_an_audience_too_large(self) -> None:
        """Of too many names none is cut off: a client keeps the whole, and writes to nobody by it."""
        names = tuple(f"u{number:03}" for number in range(limits.AUDIENCE + 1))
        heard = parse_from_server(f"+ CONVERSATION {','.join(names)} last=1 read=0 unread=1".encode()).what
        assert isinstance(heard, ConversationShown)
        self.assertEqual(str(heard.audience), ",".join(names))
        self.assertRaises(Refusal, write, Send(heard.audience, "x"))

    def test_refusals(self) -> None:
        """No refusal can be written that says more than itself."""
        for evil in (*CONTROL, *OTHER_BLANKS, "\ud800", " ", "=x", "", ":x"):
            self.assertRaises(errors.BadLine, write_refusal, errors.NoSuchUser((evil,)), "SEND")

    def test_nobody_is_not_everyone(self) -> None:
        """A name that is empty, or a star, or two, is no way to write to others."""
        for names in (("",), ("*",), ("bob,carol",), ("bob", "*"), ("", "bob")):
            self.assertRaises(Refusal, write, Send(Audience(names), "x"))


def _spoiled(value: object, evil: str) -> list[object]:
    if isinstance(value, Audience):
        return [Audience(tuple(sorted({*value.names, f"bob{evil}x"}))), Audience((evil,))]
    if isinstance(value, tuple):
        return [(*value, f"x{evil}y")]
    if isinstance(value, str):
        half = len(value) // 2
        return [evil, f"{value[:half]}{evil}{value[half:]}", f"{evil}{value}", f"{value}{evil}"]
    return []


class LenientTests(SynchronousTestCase):
    """A client passes over what it does not know (R10)."""

    def test_passed_over(self) -> None:
        """Further words, unknown and unreadable keys, and odd keys change nothing."""
        plain = heard("* MESSAGE 5 bob alice at=2026-11-20T10:00:28.120Z :Hi")
        self.assertIsInstance(plain, events.MessageTold)
        for line in (
            "* MESSAGE 5 bob alice more words at=2026-11-20T10:00:28.120Z :Hi",
            "* MESSAGE 5 bob alice kind=text X=y =z at=2026-11-20T10:00:28.120Z at=no ref= :Hi",
            "*  MESSAGE 5  bob alice at=2026-11-20T10:00:28.1200001+00:00 :Hi",
            "* MESSAGE 5 bob alice at=2026-11-20T10:00:28.120 :Hi",
        ):
            self.assertEqual(heard(line), plain, line)

    def test_unknown_things_keep_their_number(self) -> None:
        """The stream goes on behind an entry whose kind, or whose form, is of a later edition (R16)."""
        for line, number in {
            "* EDIT 8 5 at=x :Hi!": 8,
            "* MESSAGE 8": 8,
            "* MESSAGE 8 bob alice at=yesterday :Hi": 8,
            "* MESSAGE 8 bob alice at=2026-11-20T10:00:28.120Z": 8,
            "* LIVE 8": 8,
            "* USER bob": None,
            "* USER bob dancing": None,
            "* TOPIC 08": None,
            "* TOPIC \N{ARABIC-INDIC DIGIT THREE}": None,
            f"* TOPIC {'9' * 19}": None,
        }.items():
            what = heard(line)
            self.assertIsInstance(what, Unknown, line)
            self.assertEqual(what.number, number)

    def test_no_line_of_ours(self) -> None:
        """A line that begins as none of ours does is passed over too."""
        for line in ("", "HTTP/1.1 400 Bad Request", "ok WHO", ":x", "OK", "+", "*", "OK FOO 7", "+ FOO"):
            what = heard(line)
            self.assertIsInstance(what, Unknown, line)
            self.assertIsNone(what.number)

    def test_an_audience_of_a_later_edition(self) -> None:
        """An audience that is not understood is a conversation of that name, which cannot be answered."""
        for written in ("#lab", "#lab,bob", "bob,*", "bob,", ",".join(f"u{n}" for n in range(101))):
            told = heard(f"* MESSAGE 5 bob {written} at=2026-11-20T10:00:28.120Z :Hi")
            self.assertEqual(str(told.audience), written)
        self.assertEqual(
            heard("* MESSAGE 5 bob bob,* at=2026-11-20T10:00:28Z :Hi").audience.names, ("bob,*",)
        )
        self.assertEqual(heard("* MESSAGE 5 bob * at=2026-11-20T10:00:28Z :Hi").audience, EVERYONE)

    def test_escapes_that_it_does_not_know(self) -> None:
        """They are shown as they stand (R3)."""
        self.assertEqual(
            heard(r"* USER bob away :a\qb\nc" + "\\"), events.UserTold("bob", Presence.AWAY, "a\\qb\nc\\")
        )

    def test_refusals_of_a_later_edition(self) -> None:
        """An unknown code, or words that do not fit a known one, are treated by their retry-after (R11)."""
        self.assertEqual(
            heard("ERR SEND quota-used 7 retry-after=60 :Enough\\nfor today."),
            UnknownRefusal("quota-used", ("7",), retry_after=60),
        )
        self.assertEqual(str(heard("ERR SEND quota-used :Enough\\nfor today.")), "Enough\nfor today.")
        self.assertEqual(heard("ERR SEND ref-used one :No."), UnknownRefusal("ref-used", ("one",)))
        self.assertEqual(heard("ERR SEND ref-used :No."), UnknownRefusal("ref-used"))
        self.assertEqual(heard("ERR SEND ref-used 7 8 colour=red :No."), errors.RefUsed(7))
        self.assertEqual(heard("ERR"), UnknownRefusal())
        self.assertEqual(str(heard("ERR SEND offline bob")), "bob is not connected.")


class MaskedTests(SynchronousTestCase):
    """What is shown of a client's line never shows a password."""

    @given(
        passwords.filter(lambda p: len(set(p)) > 3),
        st.sampled_from(
            [
                "LOGIN",
                "login",
                "Register",
                "LOGN",
                "REGISTERE",
                "@7 LOGIN",
                "@7  REGISTER",
                "@! LOGIN",
                " LOGIN",
            ]
        ),
        st.sampled_from(
            [
                *(
                    "{} alice :{}",
                    "{} alice {}",
                    "{} alice:{}",
                    "{}:{}",
                    "{} :{}",
                    "{}  alice  :{}",
                    "{} alice =:{}",
                ),
                *("{} alice device=x :{}", "{} alice device=x {}", "{} alice x=y :{}", "{}\talice :{}"),
                *(
                    "{}\u00a0alice :{}",
                    "{} alice\r:{}",
                    "{} alice :\x00{}",
                    "{} alice bob :{}",
                    "{} alice, :{}",
                ),
            ]
        ),
    )
    def test_passwords(self, secret: str, verb: str, shape: str) -> None:
        """However a LOGIN or REGISTER is mistyped, nothing of the password stays."""
        shown = masked(shape.format(verb, f"<{secret}>"))
        self.assertNotIn(f"<{secret}", shown)
        self.assertNotIn(f"{secret}>", shown)
        self.assertIn(MASK, shown)

    def test_shown(self) -> None:
        """What is no secret is shown as it is, and of a good LOGIN all but its password."""
        for line, shown in {
            "@7 LOGIN alice device=desk :correct horse": f"@7 LOGIN alice device=desk :{MASK}",
            "LOGIN alice correct horse": f"LOGIN {MASK}",
            "LOGIN alice my :correct horse": f"LOGIN {MASK}",
            "LOGN alice correct": f"LOGN {MASK}",
            "hunter2 correct": MASK,
            "@! LOGIN alice :correct horse": MASK,
            "@7 send bob :Hello": "@7 send bob :Hello",
            "LOGIN a device=b token=abc remember=yes": f"LOGIN a device=b token={MASK} remember=yes",
            "LOGIN alice token=abc token=abc": f"LOGIN {MASK}",
            "PING bob token=abc": "PING bob token=abc",
            "LOGIN": "LOGIN",
            "WHAT ": "WHAT ",
            "": "",
            "@7 ": "@7 ",
        }.items():
            self.assertEqual(masked(line), shown)

    def test_what_a_server_says(self) -> None:
        """A token to come back with is covered in the answer that gives it."""
        for line, shown in {
            "@7 OK LOGIN alice epoch=k3 token=abc": f"@7 OK LOGIN alice epoch=k3 token={MASK}",
            "OK LOGIN alice epoch=k3 token=": f"OK LOGIN alice epoch=k3 token={MASK}",
            "* PING bob token=abc": "* PING bob token=abc",
            "ERR LOGIN login-refused :token=abc": "ERR LOGIN login-refused :token=abc",
            "@7": "@7",
            "": "",
        }.items():
            self.assertEqual(masked_from_server(line), shown)

    def test_repr(self) -> None:
        """Nor does the object of a command or an answer show it."""
        for said in (
            Login("alice", "correct horse"),
            Login("alice", device="phone", token="horse"),
            LoggedIn("alice", token="horse"),
            Register("alice", "correct horse"),
        ):
            self.assertNotIn("horse", repr(said))


class CutTests(SynchronousTestCase):
    """What was found to be misread once."""

    def test_who(self) -> None:
        """WHO takes its word and its key."""
        self.assertEqual(asked("WHO"), Who())
        self.assertEqual(asked("WHO online after=bob"), Who(Which.ONLINE, after="bob"))

    def test_an_event_says_its_number_first(self) -> None:
        """What has a number behind its verb is an entry's or tells how far; nothing else begins so (R16)."""
        for verb, described in Event.by_verb.items():
            first = described.word_arguments[0].kind.name if described.word_arguments else ""
            assert issubclass(described, Event)
            self.assertEqual(described.numbered, first == "number", verb)
