"""One connection of a device, as its client lives it: what was asked, what was answered, what was told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from improtocol import codec, commands, errors, events, replies
from improtocol.vocabulary import Command, Reply

from .letters import Letter, Segment, Told, expect
from .link import Link

if TYPE_CHECKING:
    from .device import Device

#: A command, and what its answer is about.
Question = tuple[Command[Any], Any]


class Visit:
    """A client that holds to the rules, and complains whenever the server does not.

    A device that has gone on to its next visit leaves this one behind; it listens on, unheeded.
    """

    def __init__(
        self, device: Device, connect: Callable[[Visit], Link], trace: Callable[[str], None]
    ) -> None:
        self.device = device
        self.inside = False
        self.segments: list[Segment] = []
        self.segment = Segment(device.person.name)  #: what is heard belongs to this one
        self._speaking = self.segment  # and what is said to this one, a SYNC ahead of it
        self._trace = trace
        self._asked: deque[Question] = deque()
        self._rest = b""
        self._least = 0  # the cursor that this LOGIN must find at least
        self.link = connect(self)

    @property
    def is_heeded(self) -> bool:
        """Whether the device still listens to it."""
        return self.device.visit is self

    # --- what is said ---

    def ask(self, *questions: Question) -> None:
        """Say some commands in one breath."""
        person = self.device.person
        for command, _ in questions:
            if isinstance(command, commands.Ack):
                person.said_it_holds = max(command.number, person.said_it_holds)
            elif isinstance(command, commands.Read):
                person.said_it_read = max(command.number, person.said_it_read)
        self._asked.extend(questions)
        lines = [codec.write(command) for command, _ in questions]
        for line in lines:
            self._trace(f"{self.device}> {line}")
        self.link.send("".join(line + "\n" for line in lines).encode())

    def send(self, letters: list[Letter], *more: Question) -> None:
        """Say some letters, and then something else, all in one breath."""
        for letter in letters:
            letter.said_in.append(self._speaking)
        said = [(commands.Send(letter.audience, letter.text, letter.ref), letter) for letter in letters]
        self.ask(*said, *more)

    def sync(self, number: int) -> None:
        """Ask for the stream again; what is said from now on is said behind that."""
        self._speaking = Segment(self.device.person.name, begin=number - 1)
        self.ask((commands.Sync(number), self._speaking))

    def log_in(self) -> None:
        """Prove who it is, and perhaps how far the stream is held."""
        person, word = self.device.person, self.device.word
        since, epoch = self.device.choose_since()
        self._least = person.least_cursor(word)
        login = commands.Login(person.name, person.password, word, since, epoch)
        self.ask((login, login))

    def register(self) -> None:
        """Take the name."""
        self.ask((commands.Register(self.device.person.name, self.device.person.password), None))

    def may_ack(self) -> int:
        """Say the furthest number that may be acknowledged here (R22): that of a line that was told."""
        own = self.segment.answered if self.device.takes_an_ok_for_the_stream else ()
        return max(self.segment.furthest, *own, 0)

    # --- what is heard ---

    def heard(self, data: bytes) -> None:
        """Take bytes as they come."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._trace(f"{self.device}< {line.decode()}")
            self._hear(codec.parse_from_server(line).what)

    def ended(self) -> None:
        """Note that the connection is no more."""
        self.inside = False
        if self.is_heeded:
            self.device.alone()

    def _hear(self, what: object) -> None:
        match what:
            case errors.Refusal():
                self._refused(*self._question(what), what)
            case Reply():
                command, of = self._question(what)
                expect(what.verb == command.verb, f"{command.verb} is answered with {what!r}")
                self._answered(of, what)
            case events.MessageTold():
                content = Told(what.sender, what.at, str(what.audience), what.text, what.ref)
                self._told(what.number, content)
            case events.RegisterTold():
                self._told(what.number, Told(what.name, what.at))
            case events.Gap():
                self._gap(what.number)
            case replies.MessageShown():
                content = Told(what.sender, what.at, str(what.audience), what.text, what.ref)
                self.segment.shown.append((what.number, content))
            case events.ReceiptTold():
                heard = any(what.message in (*s.answered, *s.told) for s in self.segments)
                before = any(what.message <= s.begin for s in self.segments)
                expect(heard or before, f"{what!r} before its OK (R23)")
                self.segment.receipts.append(what)
            case events.ReadTold():
                self.segment.read.append(what.upto)
            case events.Live():
                self._live(what.number, what.told)
            case events.Bye():
                expect(what.reason in ("replaced", "shutdown", "internal"), f"ended with {what!r}")
                self.inside = False
            case events.Hello():
                self.log_in() if self.device.person.is_registered else self.register()
            case _:
                expect(isinstance(what, (events.UserTold, events.Limits)), f"heard {what!r}")

    def _question(self, answer: object) -> Question:
        expect(bool(self._asked), f"answered without a question: {answer!r}")
        return self._asked.popleft()

    def _refused(self, command: Command[Any], of: object, refusal: errors.Refusal) -> None:
        match refusal:
            case errors.NameTaken():  # by an earlier self, whose answer was lost
                self.device.person.is_registered = True
                self.log_in()
            case errors.LoginRefused():  # somebody else's REGISTER is still under way
                expect(not self.segments, f"{command!r} is refused: {refusal!r}")
                self.register()
            case errors.NotTold() if self.device.takes_an_ok_for_the_stream:
                pass  # sometimes that is noticed
            case errors.Busy() | errors.DiskFull():
                expect(refusal.retry_after is not None, f"{refusal!r} does not say when to come back")
                self._say_it_again(command, of)
            case errors.RefUsed():
                expect(of == refusal.number, f"{command!r} is said to be {refusal.number}, and it is {of}")
            case _:
                expect(of == refusal.code, f"{command!r} is refused: {refusal!r}")

    def _say_it_again(self, command: Command[Any], of: object) -> None:
        if isinstance(of, Letter):  # its device says it again, sooner or later
            of.refused += 1
        elif isinstance(command, commands.Login):
            self.log_in()
        elif isinstance(command, commands.Register):
            self.register()

    def _answered(self, of: Any, reply: Reply) -> None:
        match reply:
            case replies.Registered():
                self.device.person.is_registered = True
                self.log_in()
            case replies.LoggedIn():
                self._begin(reply, of)
            case replies.Sent():
                self._sent(of, reply)
            case replies.Acked():
                self.device.person.acked(self.device.word, reply.number)
                self.device.is_known = True
            case replies.Synced():
                self.segment = of
                self.segments.append(of)
            case replies.LoggedOut():
                self.log_in()

    def _begin(self, reply: replies.LoggedIn, asked: commands.Login) -> None:
        begin, epoch = reply.cursor or 0, reply.epoch or ""
        if asked.since is None:
            expect(begin >= self._least, f"the cursor went back from {self._least} to {begin}")
            self.device.person.acked(self.device.word, begin)
        else:
            must = asked.since if asked.epoch == epoch else 0
            expect(begin == must, f"{asked}, and the stream begins behind {begin}")
        self.segment = self._speaking = Segment(self.device.person.name, begin, reply.waiting or 0)
        self.segments.append(self.segment)
        self.inside = True
        if self.is_heeded:
            self.device.is_known = reply.device == self.device.word
            self.device.begin(begin, epoch)

    def _sent(self, letter: Any, reply: replies.Sent) -> None:
        expect(isinstance(letter, Letter), f"{reply!r}, and that ref is used")
        expect(letter.number in (None, reply.number), f"{letter} has a second number, {reply.number}")
        letter.number = reply.number
        self.segment.answered[reply.number] = letter
        if self.is_heeded:
            self.device.answered(letter, letter.told(reply.at))

    def _told(self, number: int, content: Told) -> None:
        furthest = self.segment.furthest
        expect(number > furthest, f"told {number} behind {furthest}")
        self.segment.told[number] = content
        if self.is_heeded:
            self.device.told(number, content)

    def _gap(self, number: int) -> None:
        furthest = self.segment.furthest
        expect(number > furthest, f"a gap up to {number} behind {furthest}")
        self.segment.gaps.append(number)
        if self.is_heeded:
            self.device.told(number, None)

    def _live(self, number: int, told: int) -> None:
        segment = self.segment
        expect(segment.live is None, "LIVE twice")
        expect(told == len(segment.told), f"LIVE counts {told} entries, and {len(segment.told)} were told")
        expect(number >= segment.furthest, f"LIVE {number} is behind what was told")
        segment.live = number
