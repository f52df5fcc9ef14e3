"""How far devices hold their accounts' streams, within one transaction."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection

from . import statements
from .records import Arrival, Held


@dataclass(slots=True)
class Holder:
    """An account, and its devices by name: when each was last used, and its cursor."""

    held: int
    devices: dict[str, tuple[int, int]] = field(default_factory=dict)


class Cursors:
    """Accounts and their devices, looked up together, moved in memory, written at the end."""

    def __init__(self, connection: Connection, at: int, accounts: Collection[int]) -> None:
        self._connection = connection
        self._at = at
        self._holders = self._look_up(accounts)
        self._before = {
            account: Holder(holder.held, dict(holder.devices)) for account, holder in self._holders.items()
        }

    def _look_up(self, accounts: Collection[int]) -> dict[int, Holder]:
        holders: dict[int, Holder] = {}
        if accounts:
            question = {"accounts": json.dumps([[account] for account in accounts])}
            for account, held, name, used, cursor in self._connection.execute(statements.holders, question):
                holder = holders.setdefault(account, Holder(held))
                if name is not None:
                    holder.devices[name] = used, cursor
        return holders

    # --- The acts ---

    def arrive(self, account: int, device: str, keep: int, begins: int | None = None) -> Arrival:
        """Find a device, or begin it and make room for it."""
        holder = self._holders[account]
        forgotten = None
        if (known := holder.devices.get(device)) is not None:
            cursor = known[1]
        else:
            cursor = holder.held if begins is None else min(begins, holder.held)
            forgotten = _make_room(holder.devices, keep)
        holder.devices[device] = self._at, cursor
        return Arrival(cursor, forgotten)

    def hold(self, account: int, device: str, number: int) -> Held:
        """Move a cursor on, and with it what the account ever held."""
        holder = self._holders[account]
        before = holder.held
        if (known := holder.devices.get(device)) is not None:
            holder.devices[device] = self._at, max(number, known[1])
            holder.held = max(number, before)
        return Held(before, holder.held)

    def forget(self, account: int, device: str) -> bool:
        """Forget a device; what the account held stays."""
        return self._holders[account].devices.pop(device, None) is not None

    def forget_all(self, account: int) -> None:
        """Forget all devices of an account."""
        self._holders[account].devices.clear()

    # --- The end ---

    def write(self) -> None:
        """Write what is otherwise than it was."""
        gone: list[dict[str, object]] = []
        new: list[tuple[object, ...]] = []
        moved: list[dict[str, object]] = []
        further: list[dict[str, object]] = []
        for account, holder in self._holders.items():
            before = self._before[account]
            gone += [
                {"who": account, "named": name} for name in before.devices.keys() - holder.devices.keys()
            ]
            for name, (used, cursor) in holder.devices.items():
                if name not in before.devices:
                    new.append((account, name, cursor, used))
                elif before.devices[name] != (used, cursor):
                    moved.append({"who": account, "named": name, "to_used": used, "to_cursor": cursor})
            if holder.held != before.held:
                further.append({"who": account, "to_held": holder.held})
        for statement, rows in (
            (statements.forget_device, gone),
            (statements.move_device, moved),
            (statements.move_account, further),
        ):
            if rows:
                self._connection.execute(statement, rows)
        if new:
            statements.add_devices.write(self._connection, new)


def _make_room(devices: dict[str, tuple[int, int]], keep: int) -> str | None:
    if len(devices) < keep:
        return None
    longest_unused = min(devices, key=lambda name: (devices[name][0], name))
    del devices[longest_unused]
    return longest_unused
