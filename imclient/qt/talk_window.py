"""One conversation in a window of its own, with a composer; closed, it goes back among the tabs."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QSize, pyqtSignal
from PyQt5.QtGui import QCloseEvent, QKeySequence
from PyQt5.QtWidgets import QShortcut, QWidget

from imclient.core import wording
from imclient.core.client import Client
from imqt import plain
from imqt.layout import box, col, row, rule
from imqt.plain import ElidedLabel
from imqt.sign import IconSign
from imtongue import tr

from .composer import Composer
from .conversation_view import ConversationView
from .tab_bar import icon_of


class TalkWindow(QWidget):
    """A page that was taken out of the tabs."""

    put_back = pyqtSignal()
    find_wanted = pyqtSignal()  #: something that was said
    looked = pyqtSignal(bool)  #: its reader looks at it, or no longer

    def __init__(self, client: Client, view: ConversationView) -> None:
        super().__init__()
        self.view = view
        self.composer = Composer(client)
        self._me = client.name or ""
        self.setObjectName("talkWindow")
        self.setMinimumSize(360, 320)
        audience = view.conversation.audience
        self.composer.show_audience(audience)
        back = plain.button(tr("Back to the tabs"), "quiet", icon_name="down")
        back.setObjectName("backToTabs")
        back.clicked.connect(self.go_back)
        title = ElidedLabel(wording.title(audience, self._me), "strong")
        head = row(
            IconSign(icon_of(audience, self._me), "dim", 16), (title, 1), back, margins=(16, 6, 8, 6), gap=10
        )
        below = box(row((self.composer, 1)))
        self.setLayout(col(box(head, "side"), rule(), (view, 1), rule(), below, gap=0))
        QShortcut(QKeySequence("Ctrl+W"), self).activated.connect(self.go_back)
        QShortcut(QKeySequence("Ctrl+F"), self).activated.connect(self.find_wanted)
        view.show()
        self.composer.edit.setFocus()
        self.show_unread()

    def sizeHint(self) -> QSize:
        """Open at a size for one conversation."""
        return QSize(640, 620)

    def go_back(self) -> None:
        """Go back among the tabs."""
        self.close()

    def show_unread(self) -> None:
        """Say in the title who it is, and how many are unread."""
        conversation = self.view.conversation
        title = wording.title(conversation.audience, self._me)
        self.setWindowTitle(f"({conversation.unread}) {title}" if conversation.unread else title)

    def changeEvent(self, event: QEvent | None) -> None:
        """Know whether somebody looks at it."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.ActivationChange:
            self.looked.emit(self.isActiveWindow())

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Go back among the tabs."""
        super().closeEvent(event)
        self.composer.close_view()
        self.put_back.emit()
