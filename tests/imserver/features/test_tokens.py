"""Coming back without a password: tokens are random, rotated, revoked, and nobody is ever locked out (D7)."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from improtocol import commands
from improtocol.commands import Ack, Login, Register, SignOut
from improtocol.errors import ExtraText, LoginRefused, MissingKey, NoText
from improtocol.replies import LoggedIn
from imserver.portal.tokens import kept_of
from tests.imserver.guest import PASSWORD, Guest
from tests.stage import Stage


class TokenCase(SynchronousTestCase):
    """A server with alice, and ways for her to come in."""

    def setUp(self) -> None:
        self.stage = Stage()
        Guest(self.stage).ask(Register("alice", PASSWORD))

    def by_password(self, device: str = "phone") -> str:
        """Have alice come in by her password, and give the token she gets."""
        return self._token(Login("alice", PASSWORD, device, remember=True))

    def by_token(self, token: str, device: str = "phone") -> str:
        """Have alice come back, and give her next token."""
        return self._token(Login("alice", device=device, token=token))

    def _token(self, login: Login) -> str:
        token = Guest(self.stage).ask(login).token
        assert token is not None
        return token

    def is_refused(self, token: str, name: str = "alice", device: str = "phone") -> None:
        """See a token open nothing."""
        refusal = Guest(self.stage).refused(Login(name, device=device, token=token))
        self.assertEqual(refusal, LoginRefused())


class ComingBack(TokenCase):
    """LOGIN with a token."""

    def test_only_whoever_asks_is_given_one(self) -> None:
        """A login that asks for no token is given none, and one that asks for it is."""
        self.assertIsNone(Guest(self.stage).ask(Login("alice", PASSWORD, "phone")).token)
        self.assertGreaterEqual(len(self.by_password()), 43)

    def test_it_comes_in_where_it_was(self) -> None:
        """A token lets its device in as its password would: name, device, cursor and stream."""
        guest = Guest(self.stage)
        token = guest.ask(Login("alice", PASSWORD, "phone", remember=True)).token
        guest.ask(Ack(1))
        reply = Guest(self.stage).ask(Login("alice", device="phone", token=token))
        expected = LoggedIn("alice", "phone", "k3", 1, 0, mark=reply.mark, token=reply.token)
        self.assertEqual(reply, replace(expected, rights=("everyone",)))

    def test_every_return_gives_the_next(self) -> None:
        """Each is another, and each lets in."""
        tokens = [self.by_password()]
        for _ in range(5):
            tokens.append(self.by_token(tokens[-1]))
        self.assertEqual(len(set(tokens)), 6)

    def test_a_lost_answer_locks_nobody_out(self) -> None:
        """The old token holds until the new one was used, however often the answer is lost."""
        token = self.by_password()
        for _ in range(3):
            lost = self.by_token(token)
        newest = self.by_token(token)
        self.is_refused(lost)
        self.by_token(newest)
        self.is_refused(token)

    def test_a_used_token_opens_nothing(self) -> None:
        """Once the next one was used, the one before is over."""
        first = self.by_password()
        second = self.by_token(first)
        third = self.by_token(second)
        self.is_refused(first)
        self.by_token(third)
        self.is_refused(second)

    def test_whose_it_is(self) -> None:
        """It is for the name and the device it was given to, and for nobody else."""
        Guest(self.stage).ask(Register("bob", PASSWORD))
        token = self.by_password()
        self.is_refused(token, name="bob")
        self.is_refused(token, name="nobody-there")
        self.is_refused(token, device="desk")
        self.is_refused("x" * 43)
        self.by_token(token)

    def test_what_goes_together(self) -> None:
        """A token needs its device, stands alone, and something must be proved."""
        for login, refusal in (
            (Login("alice", token="x"), MissingKey("device")),
            (Login("alice", PASSWORD, remember=True), MissingKey("device")),
            (Login("alice", PASSWORD, "phone", token="x"), ExtraText()),
            (Login("alice", device="phone", remember=True), NoText()),
        ):
            self.assertEqual(Guest(self.stage).refused(login), refusal)

    def test_no_hash_of_a_password_is_needed(self) -> None:
        """Coming back costs no password's hash, so that thousands come back at once (B7)."""
        token = self.by_password()
        before = self.stage.hashes
        self.by_token(token)
        self.is_refused("x" * 43)
        self.assertEqual(self.stage.hashes, before)


class Revoking(TokenCase):
    """What ends a token."""

    def test_a_new_login_by_password(self) -> None:
        """Coming in by the password with remember= ends the tokens the device had."""
        old = self.by_password()
        new = self.by_password()
        self.is_refused(old)
        self.by_token(new)

    def test_signing_out(self) -> None:
        """SIGNOUT of a device ends its tokens, also the one that was not used yet, and no other's."""
        other = self.by_password("desk")
        first = self.by_password()
        second = self.by_token(first)
        Guest(self.stage).ask(Login("alice", PASSWORD))
        guest = Guest(self.stage)
        guest.ask(Login("alice", PASSWORD))
        guest.ask(SignOut("phone"))
        self.is_refused(first)
        self.is_refused(second)
        self.by_token(other, "desk")

    def test_being_forgotten(self) -> None:
        """The tokens of a device that had to make room end with it."""
        token = self.by_password("oldest")
        for number in range(20):
            self.stage.clock.advance(1)
            Guest(self.stage).ask(Login("alice", PASSWORD, f"device{number}"))
        self.is_refused(token, device="oldest")

    def test_a_race_for_one_token(self) -> None:
        """Of a sign-out and a return at once, the sign-out wins: nothing is let in after it."""
        token = self.by_password()
        desk = Guest(self.stage)
        desk.ask(Login("alice", PASSWORD))
        phone = Guest(self.stage)
        out, back = desk.begin(SignOut("phone")), phone.begin(Login("alice", device="phone", token=token))
        self.stage.settle()
        self.successResultOf(out)
        self.failureResultOf(back, LoginRefused)
        self.assertEqual([d.device for d in desk.ask(commands.Devices()).items], [None])


class Kept(TokenCase):
    """What is on disk."""

    def test_only_a_hash_is_kept(self) -> None:
        """Whoever reads the database finds no token that opens anything."""
        token = self.by_password()
        self.assertNotIn(token, kept_of(token))
        self.is_refused(kept_of(token))


class Cut(SynchronousTestCase):
    """The exchange, cut everywhere."""

    def test_cut_at_every_byte(self) -> None:
        """Wherever the connection breaks while a device comes back, the token it kept lets it in again."""
        stage = Stage()
        stage.enter("alice").leave()
        token = self.returned(stage, "LOGIN alice device=phone remember=yes :correct horse")
        line = f"LOGIN alice device=phone token={token}\n".encode()
        for cut in range(len(line) + 1):
            actor = stage.newcomer()
            actor.send(line[:cut])
            if cut % 2:  # the answer is lost on its way, or the question never arrived
                stage.settle()
            actor.leave()
            stage.wait(1)
        for _ in range(40):  # from here on each answer arrives
            token = self.returned(stage, f"LOGIN alice device=phone token={token}")

    def returned(self, stage: Stage, line: str) -> str:
        """Say a LOGIN, and give the token of its answer."""
        actor = stage.newcomer()
        (answer,) = (heard for heard in actor.ask(line) if heard.startswith(("OK", "ERR")))
        self.assertIn(" token=", answer)
        actor.leave()
        return answer.partition(" token=")[2].partition(" ")[0]
