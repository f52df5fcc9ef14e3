"""The windows of one user: an imclient of its own, whose mouse and keyboard are in the test's hand."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from .child import Child
from .patience import LONG, eventually

HERE = "127.0.0.1"
PASSWORD = "correct horse"


class Windows:
    """An imclient; ``arguments`` are those of its command line."""

    def __init__(self, folder: Path, profile: str, *arguments: str) -> None:
        self.profile = profile
        # Where there is no screen, there are windows all the same; they only cannot be seen.
        environment = {} if os.environ.get("DISPLAY") else {"QT_QPA_PLATFORM": "offscreen"}
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        environment |= {"XDG_DATA_HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime)}
        with socket.create_server((HERE, 0)) as door:
            door.settimeout(LONG)
            control = f"--control={door.getsockname()[1]}"
            command = [sys.executable, "-m", "imclient", *arguments, f"--profile={profile}", control]
            self.child = Child(command, folder, profile, environment=environment)
            try:
                self._hold, _ = door.accept()
            except TimeoutError:
                self.child.end()
                raise AssertionError(f"no window opened: {self.child.err}") from None
        self._hold.settimeout(LONG)
        self._answers = self._hold.makefile("rb")
        assert json.loads(self._answers.readline()) == {"hello": profile}

    def end(self) -> None:
        """End the program."""
        self._answers.close()
        self._hold.close()
        self.child.end()

    def do(self, act: str, **words: object) -> Any:
        """Have one thing done or looked at; see `imclient.qt.control`."""
        self._hold.sendall(json.dumps({"do": act, **words}).encode() + b"\n")
        answer = json.loads(self._answers.readline() or b'{"error": "it has ended"}')
        if "error" in answer:
            raise AssertionError(f"{self.profile}: {act} {words}: {answer['error']}\n{self.child.err}")
        return answer["ok"]

    # What a person does

    def click(self, name: str, **words: object) -> None:
        """Click."""
        self.do("click", name=name, **words)

    def fill(self, **fields: object) -> None:
        """Type into fields, over what was there."""
        for name, text in fields.items():
            self.do("key", name=name, key="A", modifiers="Control")
            self.do("type", name=name, text=str(text))

    def register(self, name: str, password: str = PASSWORD) -> None:
        """Register in the start window."""
        self.fill(startName=name, startPassword=password)
        self.click("startRegister")

    def come_in(self, name: str) -> None:
        """Register and log in."""
        self.register(name)
        self.sees("startDone", f"{name} is registered")
        self.click("startLogIn")
        eventually(lambda: self.do("title"), lambda title: title.endswith(f"{name} - imclient"))

    def say(self, text: str) -> None:
        """Write to the conversation on the screen."""
        self.do("type", name="composer", text=text)
        self.do("key", name="composer", key="Return")

    def write_to(self, *names: str) -> None:
        """Go to a conversation by way of the roster, once they are in it."""
        eventually(self._people, lambda people: people.issuperset(names))
        if len(names) == 1:
            self.click("roster", person=names[0])
            return
        for name in names:
            self.click("roster", person=name, modifiers="Control")
        self.click("writeToChosen")

    def _people(self) -> set[str]:
        return {row.split(",")[0] for row in self.do("roster")}

    def open_tab(self, title: str) -> None:
        """Go to a conversation by its tab, as Ctrl+Tab does."""
        eventually(lambda: self.do("tabs"), lambda tabs: title in tabs)
        while self.do("tab") != title:
            self.do("trigger", name="nextTab")

    # What a person sees

    def text(self, name: str) -> str:
        """Give the words of a control."""
        return str(self.do("text", name=name))

    def sees(self, name: str, words: str, *, within: float = LONG) -> str:
        """Wait until the words stand on a control that can be seen, and give its whole text."""
        return eventually(
            lambda: self.text(name) if self.do("visible", name=name) else "",
            lambda text: words in text,
            within=within,
        )

    def reads(self, *messages: str, within: float = LONG) -> None:
        """Wait until the conversation on the screen holds just these messages, in this order."""
        eventually(lambda: self.do("messages"), lambda read: read == [*messages], within=within)

    def transcript(self, words: str) -> str:
        """Wait for a line of the conversation on the screen that holds these words, and give it."""
        return self._line("transcript", words)

    def wire(self, words: str) -> str:
        """Wait for a line of the wire view that holds these words, and give it."""
        return self._line("wire", words)

    def _line(self, of: str, words: str) -> str:
        return str(eventually(lambda: [line for line in self.do(of) if words in line])[-1])
