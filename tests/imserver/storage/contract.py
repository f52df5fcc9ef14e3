"""What every storage must do: one body of tests, run on each database."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import event
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from imserver.storage.database import Database, Engines
from imserver.storage.interface import DatabaseTaken, NameTaken, RefUsed, StorageError
from imserver.storage.records import NAMELESS, Draft, Entry, EntryKind, Opening
from imserver.storage.writer import Job, Transactions

from .model import Model, as_read_back

T = TypeVar("T")


def at_once(work: Callable[[], T], /) -> Deferred[T]:
    """Do what would block, here and now."""
    return maybeDeferred(work)


class Turns:
    """A reactor whose turns end when the test says so."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []

    def soon(self, call: Callable[[], None]) -> None:
        self._waiting.append(call)

    def end(self) -> None:
        """End turns until nothing waits."""
        while self._waiting:
            calls, self._waiting = self._waiting, []
            for call in calls:
                call()


class StorageCase(SynchronousTestCase):
    """A storage, opened, and words to ask it with."""

    def engines(self) -> Engines:
        """Open the database of this test; the same one when asked again."""
        raise NotImplementedError

    def setUp(self) -> None:
        self.now = 1000
        self.told: list[Entry] = []
        self.open()

    def open(self) -> Opening:
        """Make a storage of the database, as a start of the server does."""
        self.turns = Turns()
        self.database = self.engines()
        self.storage = self.storage_of(self.database)
        self.storage.committed = self.told.extend
        self.addCleanup(self.close)
        return self.storage.open()

    def storage_of(self, engines: Engines) -> Database:
        """Make a storage that does at once what it is asked."""
        return Database(engines, write=at_once, read=at_once, soon=self.turns.soon, now=lambda: self.now)

    def close(self) -> None:
        closing = self.storage.close()
        self.turns.end()
        self.successResultOf(closing)

    def done(self, asked: Deferred[T]) -> T:
        """End the turn and give what was answered."""
        self.turns.end()
        return self.successResultOf(asked)

    def refused(self, asked: Deferred[Any], kind: type[Exception]) -> Any:
        """End the turn and give the refusal."""
        self.turns.end()
        return self.failureResultOf(asked, kind).value

    def register(self, *names: str) -> list[int]:
        """Make accounts."""
        asked = [self.storage.register(name, f"hash of {name}") for name in names]
        return [self.done(one).account for one in asked]

    def say(self, text: str, *, by: int = 1, to: set[int] | None = None, ref: str | None = None) -> Entry:
        """Say something, to everyone if nobody is named."""
        return self.done(self.storage.append(draft(text, by=by, to=to, ref=ref))).entry

    def texts(self, account: int, position: int = 0) -> list[str]:
        """Give what an account's stream says behind a position; names of the new as they are registered."""
        page = self.done(self.storage.page_after(account, position, 1000))
        return [entry.text or entry.sender for entry in page.entries]

    # --- Like the model ---

    def live_like(self, model: Model, acts: int) -> None:
        """Ask for whatever it be, and hold every answer against the model's."""
        chance = random.Random(20261121)
        model.now = self.now
        began = len(model.entries)
        asked: list[tuple[Act, Deferred[Any]]] = []
        for _ in range(acts):
            act = _random_act(chance, model)
            if act.reads or chance.random() < 0.15:
                self._compare(model, asked)
            asked.append((act, act.of(self.storage)))
            if act.name == "register":  # who comes next may speak of the new account
                self._compare(model, asked)
        self._compare(model, asked)
        last = len(model.entries)
        self.assertEqual([entry.number for entry in self.told], list(range(began + 1, last + 1)))
        again = self.storage.open()
        self.assertEqual((again.last, again.held), (last, model.held))
        self.assertEqual(set(again.blocks), set(model.blocks))

    def _compare(self, model: Model, asked: list[tuple[Act, Deferred[Any]]]) -> None:
        self.turns.end()
        for act, answer in asked:
            try:
                expected = act.of(model)
            except StorageError as refusal:
                expected = refusal
            got: list[Any] = []
            answer.addBoth(got.append)
            [outcome] = got
            if isinstance(outcome, Failure):
                outcome = outcome.value
            self.assertEqual(as_read_back(outcome), as_read_back(expected), act)
        asked.clear()
        self.now += 1
        model.now = self.now


def draft(text: str, *, by: int = 1, to: set[int] | None = None, ref: str | None = None) -> Draft:
    """Draft a message; account 1 is called name1."""
    names = ",".join(f"name{account}" for account in sorted(to)) if to else "*"
    return Draft(by, f"name{by}", frozenset(to or ()), names, text, ref)


class StorageContract(StorageCase):
    """What holds for every storage."""

    def test_a_new_log_is_empty(self) -> None:
        """A database that is opened for the first time has an epoch, no entries and no accounts."""
        self.close()
        again = self.open()
        self.assertTrue(again.epoch)
        self.assertEqual((again.last, again.accounts), (0, ()))

    def test_number_order_is_the_order_of_asking(self) -> None:
        """What is asked for in one turn is numbered in that order, without holes."""
        self.register("name1", "name2")
        asked = [self.storage.append(draft(str(n), by=n % 2 + 1)) for n in range(50)]
        numbers = [self.done(one).entry.number for one in asked]
        self.assertEqual(numbers, list(range(3, 53)))

    def test_an_entry_says_what_was_drafted(self) -> None:
        """An entry holds the words, the people and the moment of its commit, now and when it is read back."""
        self.register("name1", "name2", "name3")
        self.now = 77
        said = self.say("à la carte\n:", by=2, to={1, 3}, ref="r")
        expected = Entry(
            number=4,
            kind=EntryKind.MESSAGE,
            at=77,
            account=2,
            sender="name2",
            audience="name1,name3",
            to=2,
            text="à la carte\n:",
            ref="r",
            accounts=frozenset({1, 3}),
        )
        self.assertEqual(said, expected)
        [read_back] = self.done(self.storage.page_after(1, 3, 10)).entries
        self.assertEqual(read_back, as_read_back(expected))

    def test_everyone_is_counted_when_it_is_said(self) -> None:
        """A message to everyone is for all others of its moment, also those registered just before it."""
        self.register("name1")
        first = self.storage.append(draft("nobody else yet"))
        self.storage.register("name2", "")
        second = self.storage.append(draft("one more"))
        self.assertEqual([self.done(one).entry.to for one in (first, second)], [0, 1])

    def test_a_note_is_for_no_others(self) -> None:
        """A message that names its sender alone is for nobody else and in nobody else's stream."""
        self.register("name1", "name2")
        self.assertEqual(self.say("milk", to={1}).to, 0)
        self.assertEqual(self.texts(1, 2), ["milk"])
        self.assertEqual(self.texts(2, 2), [])

    def test_what_is_new_is_told_after_the_answers(self) -> None:
        """The new entries of a commit are handed on once, in order, after everybody was answered."""
        self.register("name1", "name2")
        events: list[object] = []
        self.storage.committed = lambda entries: events.append([entry.text for entry in entries])
        for text, ref in (("a", "1"), ("b", None), ("a", "1")):
            self.storage.append(draft(text, ref=ref)).addCallback(lambda stored: events.append(stored.new))
        self.storage.hold(1, NAMELESS, 1)
        self.turns.end()
        self.assertEqual(events, [True, True, False, ["a", "b"]])

    def test_nothing_new_tells_nobody(self) -> None:
        """A commit without new entries is not told of."""
        self.register("name1")
        self.storage.committed = lambda entries: self.fail(f"told of {entries}")
        self.done(self.storage.hold(1, NAMELESS, 1))

    # --- Refs ---

    def test_the_same_ref_gives_the_same_entry(self) -> None:
        """The same words to the same people under one ref are stored once, in whatever order of names."""
        self.register("name1", "name2", "name3")
        first = self.say("hello", to={2, 3}, ref="r")
        for names in ("name2,name3", "name3,name2", "two,three"):
            again = Draft(1, "name1", frozenset({3, 2}), names, "hello", "r")
            stored = self.done(self.storage.append(again))
            self.assertEqual((stored.entry.number, stored.new), (first.number, False))
        self.assertEqual(self.texts(2, 3), ["hello"])

    def test_the_same_ref_in_one_commit(self) -> None:
        """A ref that is repeated before its first use was committed gives the first entry too."""
        self.register("name1", "name2")
        asked = [self.storage.append(draft("hello", to={2}, ref="r")) for _ in range(3)]
        stored = [self.done(one) for one in asked]
        self.assertEqual([(one.entry.number, one.new) for one in stored], [(3, True), (3, False), (3, False)])

    def test_a_ref_means_one_thing(self) -> None:
        """Other words or other people under a used ref are refused with its number, and take none."""
        self.register("name1", "name2", "name3")
        self.say("hello", to={2}, ref="r")
        for other in (
            draft("goodbye", to={2}, ref="r"),
            draft("hello", to={3}, ref="r"),
            draft("hello", to={2, 3}, ref="r"),
            draft("hello", to={1}, ref="r"),
            draft("hello", ref="r"),
        ):
            self.assertEqual(self.refused(self.storage.append(other), RefUsed).number, 4)
        self.assertEqual(self.say("next").number, 5)
        self.say("to all", ref="a")
        self.assertEqual(
            self.refused(self.storage.append(draft("to all", to={2}, ref="a")), RefUsed).number, 6
        )

    def test_a_ref_means_one_thing_within_a_commit(self) -> None:
        """Of two messages under one ref in one commit the first is stored and the other refused."""
        self.register("name1", "name2", "name3")
        first = self.storage.append(draft("hello", to={2}, ref="r"))
        others = [
            self.storage.append(draft("goodbye", to={2}, ref="r")),
            self.storage.append(draft("hello", to={3}, ref="r")),
        ]
        self.assertTrue(self.done(first).new)
        for other in others:
            self.assertEqual(self.refused(other, RefUsed).number, 4)

    def test_a_ref_is_its_senders(self) -> None:
        """Two accounts may use the same ref, and none is a ref like another."""
        self.register("name1", "name2")
        self.say("mine", by=1, to={2}, ref="r")
        self.assertEqual(self.say("yours", by=2, to={1}, ref="r").number, 4)
        self.assertEqual(self.say("yours", by=2, to={1}).number, 5)
        self.assertEqual(self.say("yours", by=2, to={1}).number, 6)

    def test_what_was_said_under_a_ref(self) -> None:
        """A ref is looked up behind the drafts before it, and before those after it."""
        self.register("name1", "name2")
        before = self.storage.said_as(1, "r")
        self.storage.append(draft("hello", to={2}, ref="r"))
        after = self.storage.said_as(1, "r")
        self.assertIsNone(self.done(before))
        found = self.done(after)
        self.assertEqual(found and found.number, 3)
        later = self.done(self.storage.said_as(1, "r"))
        self.assertEqual(later and later.text, "hello")
        self.assertIsNone(self.done(self.storage.said_as(2, "r")))

    # --- Accounts ---

    def test_a_name_is_one_accounts(self) -> None:
        """A name that was taken, in this commit or an earlier one, is refused and takes no number."""
        first, second = self.storage.register("name1", "a"), self.storage.register("name1", "b")
        self.assertEqual(self.done(first).number, 1)
        self.refused(second, NameTaken)
        self.refused(self.storage.register("name1", "c"), NameTaken)
        self.assertEqual(self.done(self.storage.register("name2", "d")).number, 2)

    def test_a_registration_is_told(self) -> None:
        """A registration is an entry for everyone that says how many others there are."""
        self.register("name1")
        self.now = 5
        entry = self.done(self.storage.register("name2", "secret"))
        self.assertEqual(entry, Entry(2, EntryKind.REGISTER, 5, entry.account, "name2", "*", 1))
        self.assertEqual(self.told[-1], entry)

    def test_what_proves_an_account(self) -> None:
        """A credential holds the account and its hash; nobody's name has none."""
        [account] = self.register("name1")
        found = self.done(self.storage.credential("name1"))
        assert found is not None
        self.assertEqual(
            (found.account.id, found.account.name, found.account.registered, found.password_hash),
            (account, "name1", 1, "hash of name1"),
        )
        self.assertIsNone(self.done(self.storage.credential("name")))

    # --- Streams ---

    def test_who_sees_what(self) -> None:
        """A stream is what names its account, what it said, what is for everyone, and who there is."""
        self.register("name1", "name2", "name3")
        self.say("1 to 2", by=1, to={2})
        self.say("2 to 1 and 3", by=2, to={1, 3})
        self.say("3 to all", by=3)
        self.say("3 to 3", by=3, to={3})
        everybody = ["name1", "name2", "name3"]
        self.assertEqual(self.texts(1), [*everybody, "1 to 2", "2 to 1 and 3", "3 to all"])
        self.assertEqual(self.texts(2), [*everybody, "1 to 2", "2 to 1 and 3", "3 to all"])
        self.assertEqual(self.texts(3), [*everybody, "2 to 1 and 3", "3 to all", "3 to 3"])

    def test_nothing_before_ones_own_time(self) -> None:
        """What was said to everyone before an account was made is never its, but who there was is."""
        self.register("name1")
        self.say("before")
        self.register("name2")
        self.say("after")
        self.assertEqual(self.texts(2), ["name1", "name2", "after"])
        self.assertEqual(self.done(self.storage.count_after(2, 0)), 3)

    def test_pages(self) -> None:
        """A full page is read up to its last number, any other up to the log's last, whosever that is."""
        self.register("name1", "name2", "name3")
        for text in "abc":
            self.say(text, to={2})
        self.say("not for 2", by=1, to={3})
        full = self.done(self.storage.page_after(2, 3, 2))
        self.assertEqual(([e.text for e in full.entries], full.upto), (["a", "b"], 5))
        rest = self.done(self.storage.page_after(2, full.upto, 2))
        self.assertEqual(([e.text for e in rest.entries], rest.upto), (["c"], 7))
        none = self.done(self.storage.page_after(2, rest.upto, 2))
        self.assertEqual((none.entries, none.upto), ((), 7))

    # --- Devices ---

    def test_where_devices_begin(self) -> None:
        """An account's first device begins at its registration, a later one at the furthest cursor."""
        self.register("name1", "name2")
        self.assertEqual(self.done(self.storage.arrive(2, "phone", 20)).cursor, 2)
        self.say("a")
        self.done(self.storage.hold(2, "phone", 3))
        self.assertEqual(self.done(self.storage.arrive(2, NAMELESS, 20)).cursor, 3)
        self.assertEqual(self.done(self.storage.arrive(1, "phone", 20)).cursor, 1)

    def test_a_device_that_came_before(self) -> None:
        """One that is noted late begins where its account stood when it came; one that is known stays."""
        self.register("name1")
        self.say("a")
        self.done(self.storage.arrive(1, "phone", 20))
        self.done(self.storage.hold(1, "phone", 2))
        for begins, cursor in ((1, 1), (9, 1)):
            self.assertEqual(self.done(self.storage.arrive(1, "desk", 20, begins)).cursor, cursor)
        self.assertEqual(self.done(self.storage.arrive(1, "lab", 20, 9)).cursor, 2)

    def test_a_cursor_never_goes_back(self) -> None:
        """A cursor stands at the furthest number ever held, within a commit and over several."""
        self.register("name1")
        self.done(self.storage.arrive(1, "phone", 20))
        for number in (5, 9, 7):
            self.storage.hold(1, "phone", number)
        self.assertEqual(self.done(self.storage.arrive(1, "phone", 20)).cursor, 9)
        self.done(self.storage.hold(1, "phone", 8))
        self.assertEqual(self.done(self.storage.arrive(1, "phone", 20)).cursor, 9)

    def test_a_cursor_is_its_devices(self) -> None:
        """What one device holds moves no other device, and no other account's device of that name."""
        self.register("name1", "name2")
        for account, device in ((1, "phone"), (1, "desk"), (2, "phone")):
            self.done(self.storage.arrive(account, device, 20))
        self.done(self.storage.hold(1, "phone", 9))
        self.assertEqual(self.done(self.storage.arrive(1, "desk", 20)).cursor, 1)
        self.assertEqual(self.done(self.storage.arrive(2, "phone", 20)).cursor, 2)

    def test_the_longest_unused_makes_room(self) -> None:
        """One device too many, and the one that neither arrived nor held for longest is forgotten."""
        self.register("name1")
        for self.now, device in enumerate(("a", "b", "c")):
            self.assertIsNone(self.done(self.storage.arrive(1, device, 3)).forgotten)
        self.now = 10
        self.done(self.storage.arrive(1, "a", 3))
        self.done(self.storage.hold(1, "b", 7))
        self.now = 11
        self.assertEqual(self.done(self.storage.arrive(1, "d", 3)).forgotten, "c")
        self.assertEqual(self.done(self.storage.arrive(1, "e", 3)).forgotten, "a")

    def test_the_forgotten_stay_forgotten(self) -> None:
        """A device that was forgotten holds nothing; when it arrives again it begins like a new one."""
        self.register("name1")
        self.now = 1
        self.done(self.storage.arrive(1, "a", 1))
        self.now = 2
        self.assertEqual(self.done(self.storage.arrive(1, "b", 1)).forgotten, "a")
        self.done(self.storage.hold(1, "a", 9))
        again = self.done(self.storage.arrive(1, "a", 1))
        self.assertEqual((again.cursor, again.forgotten), (1, "b"))

    # --- Tokens ---

    def test_a_token_and_the_one_before(self) -> None:
        """Of a device's tokens there are the newest and the one it came by, and of another device's all."""
        self.register("name1")
        for device in ("phone", "desk"):
            self.done(self.storage.come_back(1, device, 20, None, f"{device}1"))
        for old, new in (("phone1", "phone2"), ("phone1", "phone3"), ("phone3", "phone4")):
            self.assertIsNotNone(self.done(self.storage.come_back(1, "phone", 20, old, new)))
        tokens = ["phone1", "phone2", "phone3", "phone4"]
        found = [self.done(self.storage.token_of("name1", "phone", token)) for token in tokens]
        self.assertEqual([account is not None for account in found], [False, False, True, True])
        self.assertIsNotNone(self.done(self.storage.token_of("name1", "desk", "desk1")))

    def test_a_token_that_is_over_changes_nothing(self) -> None:
        """Who comes by a token that is none of the device's is told so, and no device is new."""
        self.register("name1", "name2")
        self.done(self.storage.come_back(1, "phone", 20, None, "one"))
        for account, device, token in ((1, "phone", "two"), (1, "desk", "one"), (2, "phone", "one")):
            self.assertIsNone(self.done(self.storage.come_back(account, device, 20, token, "new")))
        self.assertEqual([d.name for d in self.done(self.storage.devices(1))], ["phone"])
        self.assertEqual(self.done(self.storage.devices(2)), ())

    # --- When something goes wrong ---

    def test_one_bad_row_fails_alone(self) -> None:
        """What the database will not take fails, those before and after it do not, and no number is lost."""
        self.register("name1", "name2")
        good, unwritable, nobody, after = (
            self.storage.append(one)
            for one in (
                draft("good", to={2}, ref="a"),
                draft("half a letter: \ud800", to={2}, ref="b"),
                draft("to nobody", to={2, 77}, ref="c"),
                draft("after", to={2}, ref="d"),
            )
        )
        self.assertEqual(self.done(good).entry.number, 3)
        self.assertEqual(self.done(after).entry.number, 4)
        self.refused(unwritable, StorageError)
        self.refused(nobody, StorageError)
        self.assertEqual(self.texts(2, 2), ["good", "after"])
        self.assertEqual([entry.number for entry in self.told], [1, 2, 3, 4])
        self.assertEqual(self.say("to nobody", to={2}, ref="c").number, 5)

    def test_a_failure_keeps_the_words_to_itself(self) -> None:
        """What the database says when it refuses a row holds nothing of what was said."""
        self.register("name1")
        asked = self.storage.append(draft("between us", to={77}, ref="r"))
        self.turns.end()
        failure = self.failureResultOf(asked, StorageError)
        said = [str(failure.value), str(failure.value.__cause__), failure.getTraceback()]
        self.assertEqual([text for text in said if "between us" in text], [])

    def test_three_thousand_acts_like_the_model(self) -> None:
        """Whatever is asked, in whatever order and gathered however, is answered as the model answers it."""
        self.live_like(Model(), 3000)


class Act:
    """Something that a storage, or the model, can be asked."""

    def __init__(self, name: str, *arguments: Any, **more: Any) -> None:
        self.name = name
        self._arguments = arguments
        self._more = more

    def __repr__(self) -> str:
        return f"{self.name}{self._arguments}{self._more}"

    @property
    def reads(self) -> bool:
        """Whether it only reads, and so sees nothing that is not committed."""
        return self.name not in _WRITING

    def of(self, asked: Any) -> Any:
        return getattr(asked, self.name)(*self._arguments, **self._more)


_WRITING = {
    "register",
    "append",
    "said_as",
    "read",
    "arrive",
    "come_back",
    "hold",
    "forget",
    "block",
    "unblock",
}


def _random_act(chance: random.Random, model: Model) -> Act:
    count = len(model.names)
    if count < 2 or chance.random() < 0.005:
        return Act("register", f"name{chance.randint(1, count + 1)}", "hash")
    account, other = chance.randint(1, count), chance.randint(1, count)
    last = len(model.entries)
    position = chance.randint(0, last)
    # Also what is yet to come: in the commit that is being gathered it may be there.
    recent = chance.randint(max(0, last - 20), last + 3)
    before = chance.choice([None, recent, position])
    limit = chance.randint(1, 30)
    device = chance.choice([NAMELESS, "a", "b", "c", "d"])
    ref = chance.choice([None, *"abcdefgh"])
    token = chance.choice([None, *list(model.tokens)[-20:]])
    if token is not None and chance.random() < 0.5:
        account, device = model.tokens[token]
    people = chance.choice([None, {account}, {other}, {other, chance.randint(1, count)}])
    if people and len(people) > 1:
        people.discard(account)
    among = frozenset(people | {account}) if people else frozenset()
    text = draft(chance.choice("xyz"), by=account, to=people, ref=ref and f"{ref}{position % 9}")
    weighed = (
        (12, Act("append", text)),
        (1, Act("let_go", model.now - chance.randint(100, 600), chance.randint(1, 20))),
        (1, Act("said_as", account, f"a{position % 9}")),
        (2, Act("page_after", account, position, limit)),
        (1, Act("count_after", account, position)),
        (1, Act("history", account, None, after=chance.choice([0, position]), before=before, limit=limit)),
        (1, Act("history", account, among, after=chance.choice([0, position]), before=before, limit=limit)),
        (1, Act("conversations", account, before, limit)),
        (1, Act("unread", account, among, chance.choice([0, position]), limit)),
        (3, Act("read", account, recent)),
        (1, Act("reached", account, position, chance.randint(position, last))),
        (1, Act("receipts_of", {position, recent, chance.randint(0, last)})),
        (1, Act("receipts", account, recent, chance.choice([None, f"name{other}"]), limit)),
        (1, Act("waiting", account, other)),
        (1, Act("arrive", account, device, 3)),
        (1, Act("come_back", account, device, 3, token, f"t{chance.getrandbits(64)}")),
        (1, Act("token_of", f"name{account}", device, token or "none")),
        (2, Act("hold", account, device, min(recent, last))),
        (1, Act("devices", account)),
        (1, Act("forget", account, device)),
        (2, Act("block", account, other)),
        (2, Act("unblock", account, other)),
    )
    return chance.choices([act for _, act in weighed], [weight for weight, _ in weighed])[0]


class OnDisk(StorageCase):
    """What holds for a storage that outlives its process and has more than one connection to it."""

    def test_one_server_at_a_time(self) -> None:
        """A database that a server has taken is refused to another, until the first has let go of it."""
        self.storage.take()
        other = self.storage_of(self.engines())
        self.assertRaises(DatabaseTaken, other.take)
        self.close()
        other.take()
        self.successResultOf(other.close())
        self.open()

    def test_everything_is_there_after_a_restart(self) -> None:
        """A log that is opened again has its epoch, last number and accounts, and goes on from there."""
        self.close()
        epoch = self.open().epoch
        self.register("name1", "name2")
        self.say("hello")
        self.close()
        again = self.open()
        self.assertEqual((again.epoch, again.last), (epoch, 3))
        self.assertEqual(
            [(a.id, a.name, a.registered) for a in again.accounts], [(1, "name1", 1), (2, "name2", 2)]
        )
        self.assertEqual(self.register("name3"), [3])
        self.assertEqual(self.say("more").number, 5)

    def test_reads_wait_for_no_writer(self) -> None:
        """A stream and a credential are read while a storing transaction is open, as they were before it."""
        self.register("name1")
        with self.database.writing.begin() as connection:
            connection.exec_driver_sql("UPDATE log SET last = 99")
            page = self.done(self.storage.page_after(1, 0, 10))
            self.assertEqual(([entry.sender for entry in page.entries], page.upto), (["name1"], 1))
            self.assertIsNotNone(self.done(self.storage.credential("name1")))
            connection.rollback()

    def test_a_page_is_one_snapshot(self) -> None:
        """What is committed while a page is being read lies behind what the page was read up to."""
        self.register("name1")

        def say_something(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if "UNION" in statement:
                self.say("meanwhile")

        event.listen(self.database.writing, "after_cursor_execute", say_something)
        self.addCleanup(event.remove, self.database.writing, "after_cursor_execute", say_something)
        page = self.done(self.storage.page_after(1, 0, 10))
        self.assertEqual((len(page.entries), page.upto), (1, 1))
        self.assertEqual(self.told[-1].number, 2)

    def test_two_writers_share_the_numbers(self) -> None:
        """Two that write at the same time give every number once, and leave none out."""
        self.register("name1", "name2")
        with ThreadPoolExecutor(2) as writers:
            parts = list(writers.map(self._write, (1, 2)))
        numbers = [number for part in parts for number in part]
        self.assertEqual(sorted(numbers), list(range(3, 203)))
        for part in parts:
            self.assertEqual(part, sorted(part))

    def _write(self, account: int) -> list[int]:
        engines = self.engines()
        transactions = Transactions(engines.writing, kind=engines.kind, undone=engines.undone)
        numbers = []
        for n in range(20):
            drafts = [draft("x", by=account, to={3 - account}, ref=f"{n}.{i}") for i in range(5)]
            jobs = [Job(lambda batch, one=one: batch.append(one), ref=(account, one.ref)) for one in drafts]
            outcomes = transactions.commit(jobs, 0).outcomes
            numbers += [stored.entry.number for stored in outcomes]
        engines.writing.dispose()
        return numbers
