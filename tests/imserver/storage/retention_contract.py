"""What every storage must do about what is let go: what stays, what does not, and who finds a gap."""

from __future__ import annotations

from imserver.storage.interface import NoSuchMessage, RefUsed
from imserver.storage.records import Entry, EntryKind, Gone, Page

from .contract import draft
from .reading_contract import ReadingCase, people, texts


class RetentionContract(ReadingCase):
    """Accounts 1 to 3 came at 1000; what is said later in a test is said later."""

    def let_go(self, before: int, most: int = 100) -> Gone:
        return self.done(self.storage.let_go(before, most))

    def say_at(self, at: int, text: str, *, by: int, to: set[int] | None, ref: str | None = None) -> Entry:
        self.now = at
        return self.say(text, by=by, to=to, ref=ref)

    def page(self, account: int, position: int, limit: int = 100) -> Page:
        return self.done(self.storage.page_after(account, position, limit))

    def test_what_is_old_goes(self) -> None:
        """What was said before a moment is in no stream, no conversation and no count any more."""
        self.say_at(2000, "a", by=1, to={2})
        self.say_at(2000, "b", by=1, to=None)
        self.say_at(3000, "c", by=1, to={2})
        self.assertEqual(self.let_go(3000), Gone(5, 2, more=False))
        self.assertEqual(self.texts(2), ["name1", "name2", "name3", "c"])
        self.assertEqual(self.done(self.storage.count_after(2, 3)), 1)
        self.assertEqual(texts(self.history(2)), ["c"])
        self.assertEqual(texts(self.history(2, people(1, 2))), ["c"])
        self.assertEqual(self.conversations(2), [({1, 2}, 6, 0, 1)])
        self.assertEqual(texts(self.unread(2, people(1, 2))[1]), ["c"])
        self.assertEqual(self.done(self.storage.waiting(1, 2)), 1)

    def test_a_conversation_of_which_all_is_gone(self) -> None:
        """A conversation in which nothing is kept is none of one's conversations, until it goes on."""
        self.say_at(2000, "a", by=1, to={2})
        self.let_go(3000)
        self.assertEqual(self.conversations(2), [])
        self.assertEqual(texts(self.history(2, people(1, 2))), [])
        self.assertEqual(self.say_at(3000, "b", by=2, to={1}).number, 5)
        self.assertEqual(self.conversations(2), [({1, 2}, 5, 0, 0)])

    def test_reading_back_to_it(self) -> None:
        """Who reads back as far as something is gone is told up to where, in that conversation alone."""
        for text, to in (("a", {2}), ("b", {2, 3}), ("c", {2})):
            self.say_at(2000 if text < "c" else 3000, text, by=1, to=to)
        self.let_go(3000)

        def gone(account: int, *among: int, after: int = 0, limit: int = 10) -> int:
            return self.history(account, people(*among) if among else None, after=after, limit=limit).gone

        self.assertEqual(
            (4, 5, 0, 5, 5, 0),
            (
                gone(2, 1, 2),
                gone(2, 1, 2, 3),
                gone(3, 1, 3),
                gone(3),
                gone(1),
                gone(4),
            ),
        )
        self.assertEqual((0, 4, 0), (gone(2, 1, 2, after=4), gone(2, 1, 2, after=3), gone(2, after=5)))
        self.say_at(3000, "d", by=2, to={1})
        self.assertEqual((0, 4), (gone(2, 1, 2, limit=1), gone(2, 1, 2, limit=2)))

    def test_a_mark_stays(self) -> None:
        """What was read stays read; what is no longer kept cannot be read, nor asked after."""
        first, second = (self.say_at(at, "x", by=1, to={2}).number for at in (2000, 3000))
        self.read(2, second)
        self.let_go(3000)
        self.assertEqual(self.conversations(2), [({1, 2}, second, second, 0)])
        self.refused(self.storage.read(2, first), NoSuchMessage)
        self.refused(self.storage.receipts(1, first, None, 100), NoSuchMessage)
        self.assertEqual(self.done(self.storage.receipts_of([first])), ())
        self.assertEqual(self.counts(second), [(1, 1, 1, ())])
        self.assertEqual([one.number for one in self.done(self.storage.reached(2, 0, second))], [second])

    def test_a_ref_stays(self) -> None:
        """Said again, it has its first OK again; a ref that meant something else still did (R21)."""
        to_two = self.say_at(2000, "a", by=1, to={2}, ref="r")
        to_all = self.say_at(2000, "a", by=1, to=None, ref="s")
        note = self.say_at(2000, "a", by=1, to={1}, ref="t")
        self.let_go(3000)
        for first, to in ((to_two, {2}), (to_all, None), (note, {1})):
            again = self.done(self.storage.append(draft("a", to=to, ref=first.ref)))
            self.assertEqual((again.new, again.entry.number), (False, first.number))
            self.assertEqual((again.entry.at, again.entry.to), (first.at, first.to))
            for text, others in (("b", to), ("a", {2, 3})):
                used = self.refused(self.storage.append(draft(text, to=others, ref=first.ref)), RefUsed)
                self.assertEqual(used.number, first.number)

    def test_a_ref_that_goes_in_the_same_commit(self) -> None:
        """What is said again in the very commit that lets go of it has its first OK."""
        first = self.say_at(2000, "a", by=1, to={2}, ref="r")
        self.storage.let_go(3000, 100)
        again = self.done(self.storage.append(draft("a", to={2}, ref="r")))
        self.assertEqual((again.new, again.entry.number), (False, first.number))

    def test_nothing_of_it_is_left(self) -> None:
        """Neither its words nor its names are in the database any more, whether it had a ref or not."""
        self.say_at(2000, "secret words", by=1, to={2, 3}, ref="r")
        self.say_at(2000, "secret words", by=1, to=None)
        self.let_go(3000)
        with self.database.reading.connect() as connection:
            rows = connection.exec_driver_sql("SELECT text, audience FROM entry WHERE number > 3").all()
            named = connection.exec_driver_sql("SELECT count(*) FROM audience").scalar_one()
        self.assertEqual([(len(text), audience) for text, audience in rows], [(16, ""), (0, "")])
        self.assertEqual(named, 0)

    def test_a_few_at_a_time(self) -> None:
        """No more go at once than are asked for, and those that are left are the newest."""
        for text in "abcde":
            self.say_at(2000, text, by=1, to={2})
        self.assertEqual(self.let_go(3000, 2), Gone(5, 2, more=True))
        self.assertEqual(self.texts(2, 3), ["c", "d", "e"])
        self.assertEqual([self.let_go(3000, 2), self.let_go(3000, 2)], [Gone(7, 2, True), Gone(8, 1, False)])
        self.assertEqual(self.let_go(3000, 2), Gone(8, 0, more=False))

    def test_a_clock_that_was_wrong(self) -> None:
        """What was said behind something that is not old stays, whatever the clock said then."""
        self.say_at(5000, "a", by=1, to={2})
        self.say_at(2000, "b", by=1, to={2})
        self.assertEqual(self.let_go(3000), Gone(0, 0, more=False))
        self.assertEqual(self.texts(2, 3), ["a", "b"])

    def test_who_there_is_stays(self) -> None:
        """Whoever registered is in every stream, however long ago that was."""
        self.say_at(2000, "a", by=1, to={2})
        self.register("name4")
        self.let_go(9000)
        entries = self.page(2, 0).entries
        self.assertEqual([(e.kind, e.sender) for e in entries][-1], (EntryKind.REGISTER, "name4"))

    def test_a_gap_is_the_newest_that_is_missed(self) -> None:
        """A page says up to where something of its stream behind the position is no longer kept."""
        for to in ({2}, {3}, {2}, {3}):
            self.say_at(2000, "x", by=1, to=to)
        self.say_at(4000, "y", by=1, to={2})
        self.let_go(3000)
        gaps = {position: self.page(2, position).gap for position in (0, 4, 5, 6, 7)}
        self.assertEqual(gaps, {0: 6, 4: 6, 5: 6, 6: 0, 7: 0})
        self.assertEqual(self.page(1, 6).gap, 7)

    def test_no_gap_for_those_who_miss_nothing(self) -> None:
        """What was for others, or said to everyone before one came, is nobody's gap (R41)."""
        self.say_at(2000, "x", by=1, to={2})
        self.say_at(2000, "x", by=1, to=None)
        self.register("name4")
        self.let_go(3000)
        self.assertEqual([self.page(account, 0).gap for account in (1, 2, 3, 4)], [5, 5, 5, 0])

    def test_it_outlives_the_process(self) -> None:
        """Storage that is opened anew goes on from there: nothing comes back, and no number twice."""
        self.say_at(2000, "a", by=1, to={2}, ref="r")
        self.let_go(3000)
        self.assertEqual(self.storage.open().last, 4)
        again = self.done(self.storage.append(draft("a", to={2}, ref="r")))
        self.assertEqual((again.new, again.entry.number), (False, 4))
        self.assertEqual(self.say("b", by=1, to={2}).number, 5)
