"""A line across the window for what went wrong, beside the work and never in its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from ganstudio.ui import theme


@dataclass(frozen=True)
class _Message:
    """What is said, and what can be done about it."""

    text: str
    error: bool
    offers: Mapping[str, Callable[[], object]] = field(default_factory=dict)


class Banner(QFrame):
    """Hidden until something failed; says what, offers what can be done, leads to the log.

    A newer text takes the place of an older one. One that offers something is an open question:
    it comes back when what covered it is dismissed.

    Signals:
        logWanted: Show log was pressed.
    """

    logWanted = Signal()  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now: _Message | None = None
        self._open: list[_Message] = []  # questions that are covered, the newest last
        self.offers: dict[str, QPushButton] = {}
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE[3], theme.SPACE[1], theme.SPACE[2], theme.SPACE[1])
        row.setSpacing(theme.SPACE[2])
        self._sign, self._text = QToolButton(), QLabel()
        self._sign.setEnabled(True)
        self._sign.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.tone(self._sign, "flat")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more, shut = QPushButton("Show log"), QToolButton()
        theme.decorate(shut, "close")
        theme.tone(shut, "flat")
        shut.setIconSize(QSize(16, 16))
        shut.setToolTip("Dismiss")
        shut.setAccessibleName("Dismiss")
        self._more.clicked.connect(self.logWanted)
        shut.clicked.connect(self.dismiss)
        row.addWidget(self._sign)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        row.addWidget(shut)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def say(
        self,
        text: str,
        error: bool = True,
        offers: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        """Show a text until it is dismissed or another takes its place; the same is said once.

        Args:
            text: what happened.
            error: red; yellow otherwise.
            offers: buttons by their words; pressing one dismisses the text, then does it.
        """
        self._open = [one for one in self._open if one.text != text]
        if self._now is not None and self._now.offers and self._now.text != text:
            self._open.append(self._now)
        self._show(_Message(text, error, dict(offers or {})))

    def dismiss(self) -> None:
        """Show the question that this text covered, or nothing."""
        self._now = None
        if self._open:
            self._show(self._open.pop())
        else:
            self.hide()

    def withdraw(self, text: str) -> None:
        """Forget a text that no longer holds, whether it is shown or covered."""
        self._open = [one for one in self._open if one.text != text]
        if self._now is not None and self._now.text == text:
            self.dismiss()

    def clear(self) -> None:
        """Forget the text and all questions: something new has begun."""
        self._open.clear()
        self.dismiss()

    def _show(self, message: _Message) -> None:
        self._now = message
        self._text.setText(message.text)
        for button in self.offers.values():
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.offers = {words: self._button(words, do) for words, do in message.offers.items()}
        self._more.setVisible(not message.offers)
        role = ("failed", "error") if message.error else ("warned", "warn")
        theme.tone(self, role[0])
        theme.decorate(self._sign, "error" if message.error else "warning", role[1])
        self.show()

    def _button(self, words: str, do: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click Space still means Train
        button.clicked.connect(self.dismiss)
        button.clicked.connect(lambda _=False: do())
        self._row.insertWidget(self._row.indexOf(self._more), button)
        return button
