"""What every storage must do about reading back, how far messages came, devices and blocks."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from imserver.storage import questions
from imserver.storage.interface import NoSuchMessage, StorageError
from imserver.storage.records import (
    NAMELESS,
    Arrival,
    Block,
    Conversation,
    Device,
    Held,
    Marked,
    Page,
    Reached,
    Receipt,
    Receipts,
    Shown,
)

from .contract import StorageCase, draft

EVERYONE: frozenset[int] = frozenset()


def people(*accounts: int) -> frozenset[int]:
    """Give the people of a conversation."""
    return frozenset(accounts)


def texts(shown: Shown | Page) -> list[str]:
    """Give what was said."""
    return [entry.text for entry in shown.entries]


class ReadingCase(StorageCase):
    """Three accounts, 1 to 3, by their REGISTER entries, and words to ask with."""

    def setUp(self) -> None:
        super().setUp()
        self.register("name1", "name2", "name3")

    def history(
        self,
        account: int,
        among: frozenset[int] | None = None,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int = 100,
    ) -> Shown:
        return self.done(self.storage.history(account, among, after=after, before=before, limit=limit))

    def conversations(
        self, account: int, before: int | None = None, limit: int = 100
    ) -> list[tuple[set[int], int, int, int]]:
        found = self.done(self.storage.conversations(account, before, limit))
        return [(set(one.people), one.last, one.read, one.unread) for one in found]

    def unread(self, account: int, among: frozenset[int], after: int = 0) -> tuple[Conversation, Shown]:
        return self.done(self.storage.unread(account, among, after, 100))

    def read(self, account: int, number: int) -> Marked:
        return self.done(self.storage.read(account, number))

    def counts(self, *numbers: int) -> list[tuple[int, int, int, tuple[int, ...]]]:
        """Give of each message how many have it, have read it, it is for, and whom it waits for."""
        found = self.done(self.storage.receipts_of(numbers))
        return [(one.delivered, one.read, one.to, one.waiting) for one in found]

    def hold(self, account: int, number: int) -> Held:
        self.done(self.storage.arrive(account, NAMELESS, 20))
        return self.done(self.storage.hold(account, NAMELESS, number))


class ReadingContract(ReadingCase):
    """Reading back, and how far it was read."""

    # --- History ---

    def test_a_conversation_is_its_people(self) -> None:
        """Whoever of them speaks, the same people are one conversation; more, fewer or others are another."""
        self.say("1 to 2", by=1, to={2})
        self.say("2 to 1", by=2, to={1})
        self.say("1 to 2 and 3", by=1, to={2, 3})
        self.say("3 to 1 and 2", by=3, to={1, 2})
        self.say("a note", by=1, to={1})
        self.say("to all", by=2)
        self.assertEqual(texts(self.history(1, people(1, 2))), ["1 to 2", "2 to 1"])
        self.assertEqual(texts(self.history(2, people(1, 2, 3))), ["1 to 2 and 3", "3 to 1 and 2"])
        self.assertEqual(texts(self.history(1, people(1))), ["a note"])
        self.assertEqual(texts(self.history(3, EVERYONE)), ["to all"])
        self.assertEqual(self.history(1, people(1, 3)), Shown((), more=False))

    def test_the_newest_and_those_before(self) -> None:
        """The newest are shown, and on being asked again the newest before them, until there are no more."""
        for text in "abcde":
            self.say(text, to={2})
            self.say("not this", to={3})
        page = self.history(1, people(1, 2), limit=2)
        self.assertEqual((texts(page), page.more), (["d", "e"], True))
        page = self.history(1, people(1, 2), before=page.entries[0].number, limit=2)
        self.assertEqual((texts(page), page.more), (["b", "c"], True))
        page = self.history(1, people(1, 2), before=page.entries[0].number, limit=2)
        self.assertEqual((texts(page), page.more), (["a"], False))

    def test_those_behind_a_number(self) -> None:
        """Behind a number the oldest are shown, and never what is before or beyond what was asked for."""
        numbers = [self.say(text, to={2}).number for text in "abcde"]
        page = self.history(2, people(1, 2), after=numbers[0], limit=2)
        self.assertEqual((texts(page), page.more), (["b", "c"], True))
        page = self.history(2, people(1, 2), after=numbers[0], before=numbers[3], limit=2)
        self.assertEqual((texts(page), page.more), (["b", "c"], False))

    def test_all_that_was_said(self) -> None:
        """Without people it is all the messages of a stream: no registrations, nothing of others."""
        self.say("a", by=1, to={2})
        self.say("b", by=3)
        self.say("not for 2", by=1, to={3})
        self.register("name4")
        self.say("c", by=2, to={2})
        self.assertEqual(texts(self.history(2)), ["a", "b", "c"])
        newest = self.history(2, limit=2)
        self.assertEqual((texts(newest), newest.more), (["b", "c"], True))
        oldest = self.history(2, after=1, limit=2)
        self.assertEqual((texts(oldest), oldest.more), (["a", "b"], True))
        self.assertEqual(texts(self.history(2, after=4, before=8)), ["b"])

    def test_a_message_is_shown_as_it_was_told(self) -> None:
        """What is read back has the words, the number, the moment and the ref it was stored with."""
        said = self.say("hello", to={2}, ref="r")
        [shown] = self.history(2, people(1, 2)).entries
        [told] = self.done(self.storage.page_after(2, 3, 10)).entries
        self.assertEqual(shown, told)
        self.assertEqual((shown.number, shown.ref), (said.number, "r"))

    def test_what_is_others_is_not_shown(self) -> None:
        """A conversation one is not in is empty, and so is everyone's before one's own time."""
        self.say("between us", by=1, to={2})
        self.say("before")
        self.register("name4")
        self.assertEqual(texts(self.history(3, people(1, 2))), [])
        self.assertEqual(self.unread(3, people(1, 2))[0], Conversation(people(1, 2), 0, 0, 0))
        for among in (EVERYONE, None):
            self.assertEqual(texts(self.history(4, among)), [])
        self.assertEqual(self.conversations(4), [])
        self.assertEqual(self.unread(4, EVERYONE)[0], Conversation(EVERYONE, 0, 0, 0))

    # --- Conversations, and what is unread of them ---

    def test_conversations(self) -> None:
        """One's conversations come with their newest message, the newest first, page by page."""
        for by, to in ((2, {1}), (1, {2, 3}), (2, {1}), (3, None), (1, {1})):
            self.say("x", by=by, to=to)
        found = [({1}, 8), (set(), 7), ({1, 2}, 6), ({1, 2, 3}, 5)]
        self.assertEqual([(one, last) for one, last, _, _ in self.conversations(1)], found)
        self.assertEqual([last for _, last, _, _ in self.conversations(1, limit=2)], [8, 7])
        self.assertEqual([last for _, last, _, _ in self.conversations(1, before=7, limit=2)], [6, 5])
        self.assertEqual([last for _, last, _, _ in self.conversations(3)], [7, 5])

    def test_what_is_unread(self) -> None:
        """Unread is what others said in one's stream behind what one has read."""
        for by in (2, 1, 2, 2):
            self.say(f"by {by}", by=by, to={3 - by})
        self.assertEqual(self.conversations(1), [({1, 2}, 7, 0, 3)])
        self.assertEqual(self.conversations(2), [({1, 2}, 7, 0, 1)])
        self.read(1, 5)
        self.assertEqual(self.conversations(1), [({1, 2}, 7, 5, 2)])
        one, shown = self.unread(1, people(1, 2))
        self.assertEqual(one, Conversation(people(1, 2), last=7, read=5, unread=2))
        self.assertEqual([entry.number for entry in shown.entries], [6, 7])

    def test_unread_messages_page_by_page(self) -> None:
        """Unread messages are shown from the oldest on, those behind a number when there are more."""
        for text in "abc":
            self.say(text, by=2, to={1})
            self.say("mine", by=1, to={2})
        one, shown = self.done(self.storage.unread(1, people(1, 2), 0, 2))
        self.assertEqual((one.unread, texts(shown), shown.more), (3, ["a", "b"], True))
        one, shown = self.done(self.storage.unread(1, people(1, 2), shown.entries[-1].number, 2))
        self.assertEqual((one.unread, texts(shown), shown.more), (3, ["c"], False))

    def test_nothing_unread_from_before_ones_own_time(self) -> None:
        """What was said to everyone before an account was made is not unread for it."""
        self.say("before")
        self.register("name4")
        self.say("after")
        self.assertEqual(self.conversations(4), [(set(), 6, 0, 1)])
        self.assertEqual(self.conversations(2), [(set(), 6, 0, 2)])

    # --- Reading ---

    def test_reading_never_goes_back(self) -> None:
        """A mark stands at the furthest message ever read, within a commit and over several."""
        for _ in range(3):
            self.say("x", by=2, to={1})
        asked = [self.storage.read(1, number) for number in (5, 4)]
        self.assertEqual(
            [self.done(one) for one in asked], [Marked(people(1, 2), 0, 5), Marked(people(1, 2), 5, 5)]
        )
        self.assertEqual(self.read(1, 4), Marked(people(1, 2), 5, 5))
        self.assertEqual(self.read(1, 6), Marked(people(1, 2), 5, 6))

    def test_a_mark_is_its_accounts_and_its_conversations(self) -> None:
        """Reading moves no other account's mark, and none in another conversation."""
        self.say("x", by=3, to={1, 2})
        self.say("y", by=3, to={1})
        self.say("z", by=3)
        self.assertEqual(self.read(1, 6), Marked(EVERYONE, 0, 6))
        self.assertEqual([read for _, _, read, _ in self.conversations(1)], [6, 0, 0])
        self.assertEqual([read for _, _, read, _ in self.conversations(2)], [0, 0])

    def test_ones_own_can_be_read(self) -> None:
        """Reading one's own message reads what came before it."""
        self.say("x", by=2, to={1})
        self.say("y", by=1, to={2})
        self.assertEqual(self.read(1, 5), Marked(people(1, 2), 0, 5))
        self.assertEqual(self.conversations(1), [({1, 2}, 5, 5, 0)])

    def test_what_is_not_ones_own_cannot_be_read(self) -> None:
        """That a message is others', is no message or is not there is said in one way, and moves nothing."""
        self.say("between us", by=1, to={2})
        self.say("before")
        self.register("name4")
        for account, number in ((3, 4), (4, 5), (1, 1), (1, 0), (1, 99)):
            self.refused(self.storage.read(account, number), NoSuchMessage)

    def test_what_is_said_in_the_same_commit_can_be_read(self) -> None:
        """A message is read as soon as it is asked for behind it, and not before."""
        asked: list[Deferred[Any]] = [
            self.storage.read(1, 4),
            self.storage.append(draft("x", by=2, to={1})),
            self.storage.read(1, 4),
            self.storage.append(draft("y", by=2)),
            self.storage.read(1, 5),
        ]
        self.refused(asked[0], NoSuchMessage)
        self.assertEqual(self.done(asked[2]), Marked(people(1, 2), 0, 4))
        self.assertEqual(self.done(asked[4]), Marked(EVERYONE, 0, 5))
        self.assertEqual([entry.number for entry in self.told], [1, 2, 3, 4, 5])

    def test_people_whose_first_words_were_not_stored(self) -> None:
        """If the first message among some people fails, their next one begins their conversation."""
        bad, good = draft("half a letter: \ud800", to={2}), draft("whole", by=2, to={1, 3})
        asked = [self.storage.append(one) for one in (bad, good)]
        self.refused(asked[0], StorageError)
        self.done(asked[1])
        self.say("hello", by=2, to={1})
        self.assertEqual(texts(self.history(1, people(1, 2))), ["hello"])
        self.assertEqual(texts(self.history(1, people(1, 2, 3))), ["whole"])


class ReachingContract(ReadingCase):
    """How far messages came, and with whom."""

    def test_held_or_read_is_delivered(self) -> None:
        """A message is delivered to those who hold or have read it, and waits for the others it names."""
        number = self.say("x", by=1, to={2, 3}).number
        self.assertEqual(self.counts(number), [(0, 0, 2, (2, 3))])
        self.hold(2, number)
        self.assertEqual(self.counts(number), [(1, 0, 2, (3,))])
        self.read(3, number)
        self.assertEqual(self.counts(number), [(2, 1, 2, ())])

    def test_counts_of_several(self) -> None:
        """Counts come in the order of the numbers, each once; what is no message is left out."""
        for to in ({2}, {1}, None):
            self.say("x", by=1, to=to)
        self.hold(2, 6)
        found = self.done(self.storage.receipts_of([6, 1, 4, 99, 4, 5]))
        self.assertEqual(
            found,
            (
                Receipts(4, 1, people(1, 2), 1, 0, 1),
                Receipts(5, 1, people(1), 0, 0, 0),
                Receipts(6, 1, EVERYONE, 1, 0, 2),
            ),
        )
        self.assertEqual(self.done(self.storage.receipts_of([])), ())

    def test_everyones_message_is_for_those_of_its_moment(self) -> None:
        """Who is registered later holds what is behind it, but it is not for them."""
        number = self.say("x", by=1).number
        self.register("name4")
        self.hold(4, number + 1)
        self.read(2, number)
        self.assertEqual(self.counts(number), [(1, 1, 2, ())])
        _counts, names = self.done(self.storage.receipts(1, number, None, 10))
        self.assertEqual(
            names,
            (Receipt("name2", delivered=True, read=True), Receipt("name3", delivered=False, read=False)),
        )

    def test_receipts_by_name(self) -> None:
        """How far a message came is told by name, in their order and page by page."""
        self.register("abel", "zoe")
        number = self.say("x", by=2, to={1, 3, 4, 5}).number
        self.hold(3, number)
        self.read(5, number)
        counts, names = self.done(self.storage.receipts(2, number, None, 3))
        self.assertEqual((counts.delivered, counts.read, counts.to, counts.waiting), (2, 1, 4, (1, 4)))
        self.assertEqual(
            names,
            (
                Receipt("abel", delivered=False, read=False),
                Receipt("name1", delivered=False, read=False),
                Receipt("name3", delivered=True, read=False),
            ),
        )
        _, names = self.done(self.storage.receipts(2, number, "name3", 3))
        self.assertEqual(names, (Receipt("zoe", delivered=True, read=True),))

    def test_only_who_said_it_may_ask(self) -> None:
        """Of others' messages, of what is none and of what is not there it is said that there is none."""
        number = self.say("x", by=1, to={2}).number
        for account, asked in ((2, number), (3, number), (1, 1), (1, number + 1)):
            self.refused(self.storage.receipts(account, asked, None, 10), NoSuchMessage)

    def test_the_newest_that_came_further(self) -> None:
        """Of what others said in a range there is the newest of each speaker in each conversation."""
        for by, to in (
            (2, {1}),
            (2, {1}),
            (1, {2}),
            (3, {1, 2}),
            (2, {1, 3}),
            (3, None),
            (2, None),
            (2, {3}),
        ):
            self.say("x", by=by, to=to)
        self.assertEqual(
            self.done(self.storage.reached(1, 0, 10)),
            (
                Reached(5, 2, people(1, 2)),
                Reached(7, 3, people(1, 2, 3)),
                Reached(8, 2, people(1, 2, 3)),
                Reached(9, 3, EVERYONE),
                Reached(10, 2, EVERYONE),
            ),
        )
        self.assertEqual(self.done(self.storage.reached(1, 3, 4)), (Reached(4, 2, people(1, 2)),))
        self.assertEqual(self.done(self.storage.reached(1, 5, 6)), ())

    def test_nothing_before_ones_own_time_is_reached(self) -> None:
        """What was said to everyone before an account was made comes no further by what it holds."""
        self.say("before", by=2)
        self.register("name4")
        self.assertEqual(self.done(self.storage.reached(4, 0, 99)), ())

    def test_what_waits(self) -> None:
        """What one said to another by name waits until it is held."""
        for by, to in ((1, {2}), (1, {2, 3}), (1, None), (3, {2}), (1, {3})):
            self.say("x", by=by, to=to)
        self.assertEqual(self.done(self.storage.waiting(1, 2)), 2)
        self.hold(2, 4)
        self.assertEqual(self.done(self.storage.waiting(1, 2)), 1)
        self.assertEqual(self.done(self.storage.waiting(2, 1)), 0)

    def backlog(self) -> tuple[int, int, int | None]:
        found = self.done(self.storage.backlog())
        return found.messages, found.people, found.oldest

    def test_what_waits_for_all(self) -> None:
        """What waits is counted for each it is for, and since when; not for its speaker, nor who closed."""
        self.assertEqual((0, 0, None), self.backlog())
        for self.now, (by, to) in enumerate(((1, {2}), (1, {2, 3}), (2, None), (3, {2}), (1, None)), 2000):
            self.say("x", by=by, to=to)  # as entries 4 to 8
        self.assertEqual((8, 3, 2000), self.backlog())  # 1: 6; 2: 4 5 7 8; 3: 5 6 8
        self.hold(2, 5)
        self.assertEqual((6, 3, 2001), self.backlog())
        self.hold(3, 8)
        self.assertEqual((3, 2, 2002), self.backlog())
        self.hold(1, 6)
        self.assertEqual((2, 1, 2003), self.backlog())
        self.done(self.storage.close_account(2))
        self.assertEqual((0, 0, None), self.backlog())

    def test_whoever_came_later(self) -> None:
        """Nothing waits from before one's own time; of what is to everyone so much is looked through."""
        for self.now in range(3000, 3006):
            self.say("x", by=1, to=None)  # as entries 4 to 9
        self.register("name4")
        self.assertEqual((12, 2, 3000), self.backlog())
        self.patch(questions, "TO_EVERYONE", 2)
        self.assertEqual((4, 2, 3004), self.backlog())


class DevicesContract(ReadingCase):
    """What becomes of what an account held when its devices come and go."""

    def test_how_far_an_account_held_its_stream(self) -> None:
        """An account holds from its registration on what the furthest of its devices ever held."""
        self.done(self.storage.arrive(2, "phone", 20))
        self.done(self.storage.arrive(2, "desk", 20))
        asked = [self.storage.hold(2, device, n) for device, n in (("phone", 5), ("desk", 3), ("desk", 9))]
        self.assertEqual([self.done(one) for one in asked], [Held(2, 5), Held(5, 5), Held(5, 9)])
        self.assertEqual(self.done(self.storage.hold(2, "phone", 6)), Held(9, 9))
        self.assertEqual(self.storage.open().held, {1: 1, 2: 9, 3: 3})

    def test_a_forgotten_device_leaves_what_it_held(self) -> None:
        """What an account held stays known when the device is forgotten, and the next one begins there."""
        self.done(self.storage.arrive(1, "phone", 20))
        self.done(self.storage.hold(1, "phone", 9))
        self.assertIs(self.done(self.storage.forget(1, "phone")), True)
        self.assertIs(self.done(self.storage.forget(1, "phone")), False)
        self.assertEqual(self.done(self.storage.hold(1, "phone", 12)), Held(9, 9))
        self.assertEqual(self.done(self.storage.arrive(1, "desk", 20)).cursor, 9)
        self.assertEqual(self.done(self.storage.arrive(1, "phone", 20)).cursor, 9)

    def test_devices(self) -> None:
        """One's devices are given with their cursors, the one last used first."""
        for self.now, device in enumerate(("a", NAMELESS, "b", "c")):
            self.done(self.storage.arrive(1, device, 20))
        self.done(self.storage.arrive(2, "other", 20))
        self.now = 50
        self.done(self.storage.hold(1, "a", 7))
        self.done(self.storage.forget(1, "c"))
        found = (Device("a", 7, 50), Device("b", 1, 2), Device(NAMELESS, 1, 1))
        self.assertEqual(self.done(self.storage.devices(1)), found)

    def test_a_device_comes_and_goes_in_one_commit(self) -> None:
        """What happens to a device in one commit happens in the order it was asked for."""
        asked: list[Deferred[Any]] = [
            self.storage.arrive(1, "a", 20),
            self.storage.hold(1, "a", 5),
            self.storage.forget(1, "a"),
            self.storage.hold(1, "a", 8),
            self.storage.arrive(1, "a", 20),
        ]
        answers = [self.done(one) for one in asked]
        self.assertEqual(answers, [Arrival(1), Held(1, 5), True, Held(5, 5), Arrival(5)])
        self.assertEqual(self.done(self.storage.devices(1)), (Device("a", 5, self.now),))


class BlocksContract(ReadingCase):
    """What somebody does not hear, and who knows of it."""

    def block(self, account: int, whom: int) -> Block:
        return self.done(self.storage.block(account, whom))

    def unblock(self, account: int, whom: int) -> Block | None:
        return self.done(self.storage.unblock(account, whom))

    def test_what_is_blocked_is_nowhere_in_the_stream(self) -> None:
        """What is said between block and unblock is never heard; what came before and comes behind it is."""
        for text in ("before", "blocked", "behind"):
            if text == "blocked":
                self.assertEqual(self.block(1, 2), Block(1, 2, after=5))
            if text == "behind":
                self.assertEqual(self.unblock(1, 2), Block(1, 2, after=5, upto=7))
            self.say(text, by=2, to={1})
            self.say(f"{text}, all", by=2)
        heard = ["before", "before, all", "behind", "behind, all"]
        self.assertEqual(self.texts(1, 3), heard)
        self.assertEqual(self.done(self.storage.count_after(1, 3)), 4)
        self.assertEqual(texts(self.history(1)), heard)
        self.assertEqual(texts(self.history(1, people(1, 2))), ["before", "behind"])
        self.assertEqual(texts(self.history(1, EVERYONE, after=1)), ["before, all", "behind, all"])
        self.assertEqual(self.conversations(1), [(set(), 9, 0, 2), ({1, 2}, 8, 0, 2)])
        self.assertEqual(texts(self.unread(1, people(1, 2))[1]), ["before", "behind"])
        self.refused(self.storage.read(1, 6), NoSuchMessage)
        self.assertEqual(self.read(1, 8), Marked(people(1, 2), 0, 8))

    def test_a_conversation_of_which_all_is_blocked(self) -> None:
        """A conversation in which one has heard nothing is none of one's conversations."""
        self.block(1, 2)
        self.say("x", by=2, to={1})
        self.assertEqual(self.conversations(1), [])
        self.assertEqual(self.unread(1, people(1, 2))[0], Conversation(people(1, 2), 0, 0, 0))

    def test_others_hear_it(self) -> None:
        """A block is one account's and of one other: nobody else's stream is another for it."""
        self.block(1, 2)
        self.say("x", by=2, to={1, 3})
        self.say("y", by=3, to={1, 2})
        self.say("z", by=1, to={2})
        self.assertEqual(self.texts(1, 3), ["y", "z"])
        self.assertEqual(self.texts(2, 3), ["x", "y", "z"])
        self.assertEqual(self.texts(3, 3), ["x", "y"])

    def test_who_there_is_is_heard(self) -> None:
        """That somebody registered is in the streams of those who blocked them, too."""
        self.register("name4")
        self.block(1, 4)
        self.assertEqual(self.texts(1, 3), ["name4"])

    def test_the_order_of_asking_is_the_order_of_meaning(self) -> None:
        """In one commit a block keeps out what is asked for behind it, up to its end."""
        self.storage.append(draft("a", by=2, to={1}))
        blocked = self.storage.block(1, 2)
        self.storage.append(draft("b", by=2, to={1}))
        unheard = self.storage.read(1, 5)
        ended = self.storage.unblock(1, 2)
        self.storage.append(draft("c", by=2, to={1}))
        self.assertEqual(self.done(blocked), Block(1, 2, after=4))
        self.refused(unheard, NoSuchMessage)
        self.assertEqual(self.done(ended), Block(1, 2, after=4, upto=5))
        self.assertEqual(self.texts(1, 3), ["a", "c"])

    def test_to_block_again(self) -> None:
        """Who is blocked stays so from where it began; a block ends once, and may begin again."""
        self.assertIsNone(self.unblock(1, 2))
        first = self.block(1, 2)
        self.say("x", by=2, to={1})
        self.assertEqual(self.block(1, 2), first)
        self.assertEqual(self.unblock(1, 2), Block(1, 2, after=3, upto=4))
        self.assertIsNone(self.unblock(1, 2))
        self.say("y", by=2, to={1})
        second = self.block(1, 2)
        self.assertEqual(second, Block(1, 2, after=5))
        self.assertEqual(self.storage.open().blocks, (Block(1, 2, 3, 4), second))

    def test_a_block_that_kept_nothing_out(self) -> None:
        """A block that ends where it began is none, and another may begin there."""
        self.block(1, 2)
        self.assertEqual(self.unblock(1, 2), Block(1, 2, after=3, upto=3))
        self.assertEqual(self.storage.open().blocks, ())
        self.assertEqual(self.block(1, 2), Block(1, 2, after=3))

    def test_nobody_blocks_themselves(self) -> None:
        """One's own words are always heard."""
        self.refused(self.storage.block(1, 1), StorageError)

    def test_nobody_finds_out(self) -> None:
        """How far a message came is told of one who blocked its speaker as of any other."""
        self.block(1, 2)
        number = self.say("x", by=2, to={1}).number
        self.assertEqual(self.counts(number), [(0, 0, 1, (1,))])
        self.assertEqual(self.done(self.storage.waiting(2, 1)), 1)
        self.hold(1, number)
        self.assertEqual(self.done(self.storage.reached(1, 3, number)), (Reached(number, 2, people(1, 2)),))
        self.assertEqual(self.counts(number), [(1, 0, 1, ())])


class DeliveryContract(ReadingContract, ReachingContract, DevicesContract, BlocksContract):
    """All of it."""


class DeliveryOnDisk(ReadingCase):
    """What is still so when the server has been started anew."""

    def test_marks_blocks_and_what_was_held_outlive_the_process(self) -> None:
        """What was read, held and blocked before is so behind a restart."""
        number = self.say("x", by=2, to={1}).number
        self.read(1, number)
        self.hold(2, number)
        block = self.done(self.storage.block(3, 2))
        self.close()
        again = self.open()
        self.assertEqual((again.held, again.blocks), ({1: 1, 2: number, 3: 3}, (block,)))
        self.assertEqual(self.read(1, number), Marked(people(1, 2), number, number))
        self.say("y", by=1, to={2})
        self.assertEqual(texts(self.history(1, people(1, 2))), ["x", "y"])
