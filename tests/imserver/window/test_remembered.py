"""What is kept of how somebody likes the window."""

from __future__ import annotations

from pathlib import Path

from imserver.window.remembered import FILE, Remembered

from .case import WindowCase


class RememberedTests(WindowCase):
    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.mktemp()) / "imserver"

    def test_place(self) -> None:
        """The next window is as large as the last was, and its parts are as they were drawn."""
        window = self.window()
        window.resize(1010, 702)
        people, wire = window.parts["split"].sizes()
        window.parts["split"].setSizes([people - 60, wire + 60])
        window.parts["sides"].setSizes([640, 369])
        window.drawn = True
        self.settle()
        drawn = {name: part.sizes() for name, part in window.parts.items()}
        liked = Remembered.read(self.folder)
        liked.take_place(window)
        liked.write(self.folder)
        another = self.window()
        Remembered.read(self.folder).place_again(another)
        self.settle()
        self.assertEqual((1010, 702), (another.width(), another.height()))
        self.assertEqual(drawn, {name: part.sizes() for name, part in another.parts.items()})

    def test_not_drawn(self) -> None:
        """Figures that nobody drew have their usual share of whatever room there is."""
        window = self.window()
        liked = Remembered.read(self.folder)
        liked.take_place(window)
        self.assertEqual("", liked.sides)
        Remembered().place_again(window)
        window.resize(1600, 800)
        self.settle()
        self.assertEqual(300, window.figures.width())

    def test_what_else(self) -> None:
        """Look, size of type and the word for this window are kept."""
        liked = Remembered("dark", 1.25)
        word = liked.named()
        liked.write(self.folder)
        again = Remembered.read(self.folder)
        self.assertEqual(("dark", 1.25, word), (again.theme, again.scale, again.named()))
        self.assertNotEqual(word, Remembered().named())

    def test_spoilt(self) -> None:
        """What cannot be read is as usual, value by value; where nothing can be kept nothing is said."""
        self.folder.mkdir(parents=True)
        for written in ("", "[]", '{"theme": 7, "scale": "large", "place": "?", "who": 1}'):
            (self.folder / FILE).write_text(written)
            found = Remembered.read(self.folder)
            self.assertEqual(("system", 1.0), (found.theme, found.scale))
            found.place_again(self.window())
        (self.folder / FILE).unlink()
        (self.folder / FILE).mkdir()
        Remembered().write(self.folder)
