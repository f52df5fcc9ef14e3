"""What a command that came to grief is answered, and what the operator reads of it."""

from __future__ import annotations

from twisted.python.failure import Failure

from improtocol.errors import Busy, DiskFull, Internal, Refusal

from .server_log import ServerLog
from .storage import interface as storage
from .storage.interface import OutcomeUnknown, StorageError

#: Seconds to wait before saying again what a database in trouble refused.
COME_AGAIN = 5


def refusal_of(failure: Failure, log: ServerLog, session: int, verb: str) -> Refusal | None:
    """Give the answer, and note what is ours to put right; None: neither OK nor ERR would be true."""
    error = failure.value
    if isinstance(error, Refusal):
        return error
    if isinstance(error, storage.DiskFull):
        log.note("disk-full", session=session, verb=verb)
        return DiskFull(retry_after=COME_AGAIN)
    if isinstance(error, storage.Closed):  # who asked is gone, or told that the server ends
        return Busy(retry_after=COME_AGAIN)
    if isinstance(error, StorageError) and not isinstance(error, storage.Damaged):
        # It is the database's own trouble, and it says which: where in this program it was met helps nobody.
        log.note("database-failed", session=session, verb=verb, error=str(error))
        return Busy(retry_after=COME_AGAIN)
    number = log.incident(failure, session=session, verb=verb)
    return None if isinstance(error, OutcomeUnknown) else Internal(number)
