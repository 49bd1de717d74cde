"""What the discriminator says of one sample: its score, in words, and among the others."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ganstudio.train.verdicts import Judged, Objected
from ganstudio.ui import theme

WAITING = "waiting for the discriminator"


class Verdict(QWidget):
    """A large score, what it means beside it, and remarks beneath."""

    def __init__(self) -> None:
        super().__init__()
        self.score, self.words, self.remarks = QLabel(), QLabel(), QLabel()
        theme.tone(self.score, "title")
        for label in (self.words, self.remarks):
            theme.tone(label, "muted")
            label.setWordWrap(True)
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE[2])
        head.addWidget(self.score, 0, Qt.AlignmentFlag.AlignBaseline)
        head.addWidget(self.words, 1, Qt.AlignmentFlag.AlignBaseline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[2])
        column.addLayout(head)
        column.addWidget(self.remarks)

    def wait(self) -> None:
        """Nobody has judged yet."""
        self.score.setText("–")
        self.words.setText(WAITING)
        self.remarks.clear()

    def show_found(self, found: Objected, remarks: list[str]) -> None:
        """Show what was found."""
        self.score.setText(found.scale.reading(found.score))
        self.words.setText(found.scale.words)
        for label in (self.score, self.words):
            label.setToolTip(found.scale.note)
        self.remarks.setText(" ".join(remarks))


def remarks(
    found: Objected, crowd: Judged | None, changed: float | None, taken_for: str
) -> list[str]:
    """Its place among the others, what a change would bring, and who judged.

    Args:
        found: what the discriminator says.
        crowd: what it says of others; None while nobody knows.
        changed: the score of what it would rather see; None where that is not shown.
        taken_for: the class that it was told for a sample of the person's own; empty for none.
    """
    said, score = [], found.score
    if crowd is not None and len(crowd.scores):
        parts = [f"{100 * float((crowd.scores < score).mean()):.0f} % of generated"]
        if len(crowd.reals):
            parts.append(f"{100 * float((crowd.reals < score).mean()):.0f} % of real")
        said.append(f"Above {' and '.join(parts)} samples.")
    if changed is not None:
        said.append(f"Changed like this: {found.scale.reading(changed)}.")
    if taken_for:
        said.append(f"Judged as {taken_for}.")
    if found.critic_nimg != found.nimg:
        said.append(f"Judged by D at {found.critic_nimg / 1000:,.1f} kimg.")
    return said
