"""Promise E1: nothing received is ever taken for markup."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QTextDocument
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QLabel, QMainWindow, QPushButton, QTabBar, QToolTip
from twisted.trial.unittest import SynchronousTestCase

from imqt import theme
from imqt.colours import Scheme
from imqt.plain import (
    ElidedLabel,
    PlainLabel,
    ask,
    button,
    literal,
    set_tab_tooltip,
    set_tooltip,
    tell,
    tool_button,
    tooltip,
)
from tests.qt_case import QtCase, app

ROOT = Path(__file__).parents[2]
WALKED = ("imqt", "imclient/qt", "imserver/window", "examples")
DOOR = "imqt/plain.py"  #: the one file that may

#: What takes a text for markup if it looks like it, or loads what it names, or turns a loop of its own.
FORBIDDEN = {
    *("QLabel", "QMessageBox", "QErrorMessage", "QInputDialog", "QProgressDialog", "QWhatsThis"),
    *("QTextBrowser", "QTextEdit", "QTextDocument", "QStaticText"),
    *("setToolTip", "setTabToolTip", "setWhatsThis", "showText", "setTextFormat"),
    *("setHtml", "insertHtml", "appendHtml", "setMarkdown", "setInformativeText", "setDetailedText"),
    *("exec", "exec_"),
}
MAY_RUN_A_LOOP = {("imqt/reactor.py", "exec_"), ("examples/gallery.py", "exec_")}  #: the application's own

MARKUP = [
    "<b>bold</b>",
    "<img src='file:///etc/passwd'>",
    '<a href="http://example.org/">here</a>',
    "<!-- gone -->seen",
    "&lt;b&gt; &amp; &nbsp;",
    "1 < 2 & 3 > 2",
    "two\nlines  and   spaces",
    "<qt>",
    "</p></body>",
    "&File",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
]


def uses(source: str) -> Iterator[tuple[int, str]]:
    """Return what a source calls, whose methods it calls, and from what it derives, by its last name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield node.lineno, last_name(node.func)
            if isinstance(node.func, ast.Attribute):
                yield node.lineno, last_name(node.func.value)
        elif isinstance(node, ast.ClassDef):
            yield from ((node.lineno, last_name(parent)) for parent in node.bases)


def last_name(node: ast.expr) -> str:
    """Return ``QLabel`` for ``QLabel`` and for ``QtWidgets.QLabel``."""
    return str(getattr(node, "attr", "") or getattr(node, "id", ""))


def trespasses(path: str, source: str) -> list[str]:
    """Return who goes round the door."""
    return [
        f"{path}:{line}: {name}"
        for line, name in uses(source)
        if name in FORBIDDEN and path != DOOR and (path, name) not in MAY_RUN_A_LOOP
    ]


class SourceTests(SynchronousTestCase):
    """No text reaches the screen but through imqt.plain."""

    def test_nobody_goes_round(self) -> None:
        """Nothing in the windows makes a label, a box or a tooltip of its own, or turns a loop."""
        found: list[str] = []
        for folder in WALKED:
            for file in sorted((ROOT / folder).rglob("*.py")):
                found += trespasses(file.relative_to(ROOT).as_posix(), file.read_text("utf-8"))
        self.assertEqual([], found)

    def test_would_be_found(self) -> None:
        """The walk sees each way round."""
        for planted in (
            "QLabel('x')",
            "QtWidgets.QLabel('x')",
            "class Mine(QLabel): pass",
            "row.addWidget(W.QMessageBox(parent))",
            "QMessageBox.critical(None, 'a', 'b')",
            "lambda: self.button.setToolTip(name)",
            "dialog.exec_()",
        ):
            self.assertEqual(1, len(trespasses("imclient/qt/x.py", planted)), planted)
        self.assertEqual([], trespasses(DOOR, "QLabel('x')"))


class TooltipTests(QtCase):
    """A tooltip shows what it was given."""

    def test_as_it_stands(self) -> None:
        """What Qt makes of a tooltip's text is that text."""
        for text in MARKUP:
            document = QTextDocument()
            self.assertTrue(Qt.mightBeRichText(tooltip(text)))
            document.setHtml(tooltip(text))
            self.assertEqual(text, document.toPlainText())

    def test_shown(self) -> None:
        """The label a tooltip is shown in holds no markup but a quotation."""
        window = self.show(QMainWindow())
        QToolTip.showText(window.mapToGlobal(window.rect().center()), tooltip(MARKUP[1]), window)
        [label] = [each for each in app.topLevelWidgets() if each.metaObject().className() == "QTipLabel"]
        assert isinstance(label, QLabel)
        self.assertIn("&lt;img", label.text())
        QToolTip.hideText()

    def test_nothing(self) -> None:
        """Nothing to say is no tooltip."""
        self.assertEqual("", tooltip(""))

    def test_tabs(self) -> None:
        """So it is with tabs and actions."""
        tabs = QTabBar()
        tabs.addTab(literal("a & b"))
        set_tab_tooltip(tabs, 0, "<b>")
        set_tooltip(tabs, "<b>")
        self.assertEqual([tooltip("<b>")] * 2, [tabs.tabToolTip(0), tabs.toolTip()])


class LabelTests(QtCase):
    """A label shows what it was given."""

    def setUp(self) -> None:
        super().setUp()
        theme.apply(app, Scheme.LIGHT)

    def test_plain(self) -> None:
        """A label takes nothing for markup, and cannot be told to."""
        for text in MARKUP:
            label = PlainLabel(text)
            self.assertEqual((Qt.PlainText, text), (label.textFormat(), label.text()))
        self.assertRaises(TypeError, label.setTextFormat, Qt.RichText)

    def test_not_narrower(self) -> None:
        """A label with markup in it is as wide as its characters are, so they are all shown."""
        label, rich = PlainLabel("<b></b>" * 5), QLabel("<b></b>" * 5)
        self.assertGreater(label.sizeHint().width(), 10 * max(1, rich.sizeHint().width()))

    def test_role(self) -> None:
        """The look of a label is its role's, and may be changed."""
        label = self.show(PlainLabel("x", "caption"))
        self.assertEqual(9, label.font().pointSizeF())
        label.set_role("heading")
        self.assertEqual(13.5, label.font().pointSizeF())

    def test_elided(self) -> None:
        """Where there is no room a label ends in dots, and its tooltip says the whole."""
        whole = "SHA256:" + "Tyqc&<b>" * 20
        label = self.show(ElidedLabel(whole, "caption"))
        label.resize(120, 20)
        self.assertTrue(label.shown_text().endswith("…"))
        self.assertEqual(tooltip(whole), label.toolTip())
        label.resize(4000, 20)
        self.assertEqual((whole, ""), (label.shown_text(), label.toolTip()))

    def test_elided_gives_way(self) -> None:
        """A long text does not make a window wide."""
        self.assertLess(ElidedLabel("word " * 1000).minimumSizeHint().width(), 40)

    def test_elided_lines(self) -> None:
        """Several lines are shown as one, and told whole."""
        label = self.show(ElidedLabel("one\ntwo"))
        label.resize(400, 20)
        self.assertEqual(("one two", tooltip("one\ntwo")), (label.shown_text(), label.toolTip()))

    def test_elided_is_painted(self) -> None:
        """The text is painted in the colour of its role."""
        label = self.show(ElidedLabel("MMMMMM", "error"))
        label.resize(200, 24)
        image = label.grab().toImage()
        seen = {image.pixelColor(x, y).name() for x in range(100) for y in range(24)}
        self.assertIn(theme.colour("error").name(), seen)


class ButtonTests(QtCase):
    """A button says what it was given, to the eye and to a screen reader."""

    def test_ampersand(self) -> None:
        """An ampersand in a name is an ampersand, not a key."""
        made = self.show(button("Ping R&D", "primary", icon_name="ping"))
        self.assertEqual(("Ping R&D", ""), (made.accessibleName(), made.shortcut().toString()))

    def test_tool(self) -> None:
        """A button without words tells its name in the tooltip and to a screen reader."""
        made = self.show(tool_button("Close <b>", "close"))
        self.assertEqual(("Close <b>", tooltip("Close <b>")), (made.accessibleName(), made.toolTip()))


class NoticeTests(QtCase):
    """A notice is opened, never run; what it asks for is done once."""

    def setUp(self) -> None:
        super().setUp()
        self.window = self.show(QMainWindow())
        self.done: list[str] = []

    def test_plain(self) -> None:
        """Nothing in a notice is markup."""
        notice = self.show(tell(self.window, "<b>a</b>", "<img src=x>"))
        labels = notice.findChildren(QLabel)
        self.assertEqual(["<b>a</b>", "<img src=x>"], [label.text() for label in labels])
        self.assertEqual({Qt.PlainText}, {label.textFormat() for label in labels})

    def test_enter_does_it(self) -> None:
        """Enter does what was asked."""
        notice = self.show(ask(self.window, "Leave?", "", act="Leave", then=lambda: self.done.append("left")))
        QTest.keyClick(notice, Qt.Key_Return)
        self.assertEqual(["left"], self.done)

    def test_enter_leaves_a_danger(self) -> None:
        """Enter does not do what is a danger; a click does."""
        for expected, press in (
            ([], lambda notice: QTest.keyClick(notice, Qt.Key_Return)),
            (["gone"], lambda notice: notice.findChildren(QPushButton)[1].click()),
        ):
            notice = ask(
                self.window, "Remove?", "", act="Remove", then=lambda: self.done.append("gone"), danger=True
            )
            press(self.show(notice))
            self.assertEqual(expected, self.done)

    def test_escape(self) -> None:
        """Escape does nothing."""
        notice = self.show(ask(self.window, "Leave?", "", act="Leave", then=lambda: self.done.append("left")))
        QTest.keyClick(notice, Qt.Key_Escape)
        self.assertEqual([], self.done)

    def test_freed(self) -> None:
        """A notice that was answered is gone."""
        tell(self.window, "a", "b").close()
        self.settle()
        self.assertEqual([], self.window.findChildren(QLabel))
