"""Promise E2: only http and https are opened, only by a click, and the real host is shown first."""

from __future__ import annotations

from itertools import product
from random import Random

from PyQt5.QtCore import QPoint, Qt, QUrl
from PyQt5.QtGui import QDesktopServices
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QLabel, QPushButton, QWidget

from examples.made_up import BOB, ME, MadeUpClient
from imclient.qt.conversation_view import ConversationView
from improtocol.audience import Audience
from imqt.links import Link, links, offer
from imqt.plain import Notice
from tests.qt_case import QtCase

BAD_SCHEMES = (
    "file", "ftp", "smb", "javascript", "data", "vbscript", "mailto", "tel", "ssh", "about", "chrome",
    "ms-msdt", "search-ms", "jar", "view-source", "blob", "ws", "intent", "httpx", "hxxp", "x-http",
)  # fmt: skip
TAILS = ("", "/", "/a", "//evil.example/", "/etc/passwd", "/%2e%2e/x", "?q=http", "#x", "alert(1)")


def bad() -> list[str]:
    """Give thousands of texts in which nothing may be opened."""
    found = [
        f"{scheme}{colon}{tail}" for scheme in BAD_SCHEMES for colon in (":", "://", ":///") for tail in TAILS
    ]
    found += [rf"\\evil{n}\share" for n in range(50)]
    hosts = ("bank.example", "evil.example", "127.0.0.1", "[::1]", "a.b.c")
    tricks = ("user@", "user:pass@", "bank.example@", "bank.example%40x@", "@", ":@", "a@b@")
    found += [
        f"{way}://{trick}{host}{tail}"
        for way, trick, host, tail in product(("http", "https"), tricks, hosts, TAILS)
    ]
    found += [f"http:{slashes}{host}" for slashes in ("", "/", "\\\\", "/\\", "\\/") for host in hosts]
    for hidden in "\u202e\u2066\u200b\u00ad\u2060\ufeff\u2028\U000e0061\u3000\u00a0":
        found += [f"http://{hidden}bank.example{tail}" for tail in TAILS]
    found += [
        "http://",
        "https://",
        "http:///x",
        "http://..",
        "http://-",
        "http://%",
        "http://[",
    ]
    random = Random(5)
    while len(found) < 5000:
        scheme = "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789+.-", k=random.randint(1, 8)))
        if scheme not in ("http", "https") and not scheme.endswith(
            (".http", "-http", "+http", ".https", "-https")
        ):
            found.append(f"{scheme}:{random.choice(TAILS) or 'x'}")
    return found


class FoundTests(QtCase):
    def test_bad(self) -> None:
        """In none of 5,000 texts is anything a link but to the host that stands there to be read."""
        texts = bad()
        self.assertGreaterEqual(len(texts), 5000)
        found = [(text, link) for text in texts for link in links(text)]
        self.assertEqual([], found[:5])

    def test_good(self) -> None:
        """What people write is found, without the sentence round it."""
        for text, url, host in (
            ("see http://lab.example/a.", "http://lab.example/a", "lab.example"),
            ("(https://lab.example/a_(b))", "https://lab.example/a_(b)", "lab.example"),
            ("HTTPS://Lab.Example:8443/x?y=1#z!", "https://lab.example:8443/x?y=1#z", "lab.example"),
            ("http://[::1]:12000/", "http://[::1]:12000/", "::1"),
            ("http://192.168.1.20/a,b", "http://192.168.1.20/a,b", "192.168.1.20"),
            ("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4", "xn--bcher-kva.example"),
        ):
            [link] = links(text)
            self.assertEqual((url, host), (link.url, link.host), text)

    def test_ends_where_something_hides(self) -> None:
        """An address ends where something hides or turns round."""
        for hidden in "\u202e\u2066\u200b\u00ad\\\u2060":
            [link] = links(f"http://lab.example/a{hidden}moc.knab")
            self.assertEqual("http://lab.example/a", link.url)

    def test_looks_like_another(self) -> None:
        """A host in letters that look like others is shown as the network writes it."""
        [link] = links("https://раypal.example/")
        self.assertTrue(link.host.startswith("xn--"), link.host)


class OpeningTests(QtCase):
    def setUp(self) -> None:
        super().setUp()
        self.opened: list[str] = []
        self.patch(QDesktopServices, "openUrl", staticmethod(lambda url: self.opened.append(url.toString())))
        self.window = self.show(QWidget())

    def ask(self, link: Link) -> Notice:
        offer(self.window, link, lambda url: self.opened.append(bytes(url.toEncoded()).decode()))
        self.settle()
        [notice] = self.window.findChildren(Notice)
        return notice

    def test_asked(self) -> None:
        """The host is shown before anything is opened; Open opens it, Cancel does not."""
        [link] = links("https://lab.example/x")
        notice = self.ask(link)
        words = [label.text() for label in notice.findChildren(QLabel)]
        self.assertEqual(["Open lab.example?", "It is opened in your browser:\nhttps://lab.example/x"], words)
        self.assertEqual([], self.opened)
        notice.findChildren(QPushButton)[1].click()
        self.assertEqual(["https://lab.example/x"], self.opened)

    def test_cancelled(self) -> None:
        """Escape opens nothing."""
        notice = self.ask(links("https://lab.example/x")[0])
        QTest.keyClick(notice, Qt.Key_Escape)
        self.assertEqual([], self.opened)

    def test_unusual(self) -> None:
        """Of a host that may look like another Enter opens nothing."""
        notice = self.ask(links("https://раypal.example/")[0])
        self.assertIn("letters that may look like others", notice.findChildren(QLabel)[1].text())
        QTest.keyClick(notice, Qt.Key_Return)
        self.assertEqual([], self.opened)

    def test_in_the_transcript(self) -> None:
        """A click on a link asks, and so do two; beside it nothing happens, and showing it opens nothing."""
        client = MadeUpClient()
        client.hear(
            "bob", Audience.of(ME), "😀 look: https://lab.example/x and file:///etc/passwd", 1_800_000_000
        )
        view = ConversationView(client.conversations.get(BOB), None, ME)
        self.addCleanup(view.close_view)
        view.resize(700, 300)
        self.show(view)
        self.settle()
        transcript = view.transcript
        index = view.model.index(len(view.model.rows) - 1)
        rect = transcript.visualRect(index)
        pressed: list[Link] = []
        transcript.link_pressed.connect(pressed.append)
        found: dict[str, int] = {}
        for x in range(rect.left(), rect.right(), 6):
            for y in range(rect.top(), rect.bottom(), 6):
                link = transcript._link_at(index, QPoint(x, y))
                if link is not None:
                    found[link.url] = found.get(link.url, 0) + 1
                    at = QPoint(x, y)
        self.assertEqual(["https://lab.example/x"], list(found))
        QTest.mouseClick(transcript.viewport(), Qt.LeftButton, pos=at)
        self.assertEqual(["https://lab.example/x"], [link.url for link in pressed])
        QTest.mouseClick(transcript.viewport(), Qt.LeftButton, pos=QPoint(rect.right() - 10, rect.top() + 2))
        self.assertEqual((1, []), (len(pressed), self.opened))
        QTest.mouseClick(transcript.viewport(), Qt.LeftButton, pos=at)  # which every double click begins with
        QTest.mouseDClick(transcript.viewport(), Qt.LeftButton, pos=at)
        asked = {notice.windowTitle() for notice in view.findChildren(Notice)}
        self.assertEqual({"Open lab.example?"}, asked)

    def test_what_is_opened_is_what_was_shown(self) -> None:
        """The address that is opened is the one that was shown, read in the same way."""
        for text in (
            "http://a.example/%00",
            "http://a.example/a%2fb",
            "http://a.example:80/x",
            "https://1.2.3.4",
        ):
            [link] = links(text)
            self.assertEqual(link.host, QUrl(link.url).host(), text)
