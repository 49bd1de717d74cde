"""Train on from a moment of a run as a run of its own: from where, with which knobs, named how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ganstudio import names
from ganstudio.knobs import knobs_of
from ganstudio.recipe import Basics, Recipe, RecipeError
from ganstudio.train.branch import recipe_at
from ganstudio.train.files import RunError, checkpoints_in, nimg_of
from ganstudio.ui import theme
from ganstudio.ui.form import Form
from ganstudio.ui.segments import Segments

AS_IT_WAS, CHANGED = "As they were", "Change some"
MOST_FORM_PX = 320
LEAST_MORE = 1.25  # a branch is at least so much longer than what it begins with


@dataclass(frozen=True)
class Branch:
    """What was chosen.

    Attributes:
        folder: the parent.
        nimg: real samples seen at the checkpoint that it begins from.
        recipe: what to train on.
        name: of the new run's folder; empty for one after time and recipe.
    """

    folder: Path
    nimg: int
    recipe: Recipe
    name: str = ""


def full_checkpoints(folder: Path) -> list[int]:
    """Real samples seen at those checkpoints of a run that a training can go on from, rising."""
    there = checkpoints_in(folder)
    return [nimg_of(one.name) for one in there if (one / "optimizer.safetensors").is_file()]


class BranchDialog(QDialog):
    """Asks for the checkpoint, the knobs and the name of a branch.

    Args:
        folder: the run to branch from, with at least one full checkpoint.
        runs_root: where the new run will be.
        nimg: the moment that was asked for; None is the newest.
        training: whether a training goes on that has to stop first.
        parent: the window.

    Raises:
        RecipeError: if the run's recipe cannot be read.
        RunError: if the run has no full checkpoint, or a damaged one.
        OSError: if the run cannot be read.

    Signals:
        wanted (Branch): go on so.
    """

    wanted = Signal(object)

    def __init__(
        self,
        folder: Path,
        runs_root: Path,
        nimg: int | None = None,
        training: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        there = full_checkpoints(folder)
        if not there:
            raise RunError(f"{folder.name} has no full checkpoint yet: press Save first")
        self._folder, self._runs_root, self._fault = folder, runs_root, ""
        self.setWindowTitle("Continue from here")
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setSpacing(theme.SPACE[3])
        column.addWidget(_wrapped(self._about(nimg, training)))
        rows = QFormLayout()
        rows.setHorizontalSpacing(theme.SPACE[4])
        rows.setVerticalSpacing(theme.SPACE[2])
        self.checkpoint = self._make_checkpoints(there, nimg)
        self._recipe = recipe_at(folder, self.checkpoint.currentData())
        self.name = QLineEdit()
        self.name.setPlaceholderText("After the time and the recipe")
        self.name.setToolTip("The name of the new run's folder.")
        self.name.textChanged.connect(self._refresh)
        self.choice = Segments((AS_IT_WAS, CHANGED))
        self.choice.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.choice.enable(AS_IT_WAS, True, "Train on with the knobs of the run it comes from.")
        self.choice.chosen.connect(self._refresh)
        for title, editor in (
            ("Checkpoint", self.checkpoint), ("Name", self.name), ("Knobs", self.choice),
        ):  # fmt: skip
            rows.addRow(title, editor)
        column.addLayout(rows)
        column.addWidget(self._make_forms())
        self.fault = _wrapped("")
        theme.tone(self.fault, "error")
        column.addWidget(self.fault)
        column.addLayout(self._make_buttons(training))
        self._refresh()

    def _about(self, nimg: int | None, training: bool) -> str:
        lead = "" if nimg is None else f"You look at {nimg / 1000:,.1f} kimg. "
        text = (
            f"{lead}A new run begins from a full checkpoint of {self._folder.name}, which itself "
            "stays as it is."
        )
        return f"{text} The training that goes on now is saved and stopped." if training else text

    def _make_checkpoints(self, there: list[int], nimg: int | None) -> QComboBox:
        box = QComboBox()
        wanted = there[-1] if nimg is None else min(there, key=lambda one: abs(one - nimg))
        for one in there:
            mark = ", the nearest" if one == wanted and nimg is not None else ""
            box.addItem(f"{one / 1000:,.1f} kimg{mark}", one)
        box.setCurrentIndex(there.index(wanted))
        box.setToolTip(
            "Full checkpoints hold all that a training needs to go on. They are rarer than the "
            "moments that can be looked at."
        )
        box.currentIndexChanged.connect(self._on_checkpoint)
        return box

    def _make_forms(self) -> QWidget:
        """How long, and the knobs that may change without beginning anew."""
        config = type(self._recipe.gan)
        live = [name for name, knob in knobs_of(config).items() if knob.live]
        self.knobs, self.basics = Form(config, only=live), Form(Basics, only=("kimg",))
        self.choice.enable(
            CHANGED,
            bool(live),
            "Turn those knobs that can change while training." if live else "It has no such knob.",
        )
        for form in (self.knobs, self.basics):
            form.changed.connect(self._refresh)
        self._fill()
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.knobs)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFixedHeight(min(self.knobs.sizeHint().height() + 4, MOST_FORM_PX))
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.basics)
        column.addWidget(self._scroll)
        return both

    def _make_buttons(self, training: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        self.go = QPushButton("Stop and continue" if training else "Continue")
        self.go.setToolTip("Begin the new run at once")
        theme.tone(self.go, "primary")
        self.go.setDefault(True)
        self.go.clicked.connect(self._on_go)
        cancel = QPushButton("Cancel")
        cancel.setToolTip("Begin nothing")
        cancel.clicked.connect(self.reject)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.go)
        return row

    def _on_checkpoint(self) -> None:
        try:
            self._recipe = recipe_at(self._folder, self.checkpoint.currentData())
            self._fault = ""
        except (RecipeError, RunError, OSError) as error:
            self._fault = str(error)
        self._fill()
        self._refresh()

    def _fill(self) -> None:
        """Knobs as they were, and a length still ahead: near its end a branch would end at once."""
        begin_kimg = self.checkpoint.currentData() / 1000
        length = self._recipe.basics.kimg
        if length < begin_kimg * LEAST_MORE:
            length = begin_kimg + length
        self.basics.set_values({"kimg": round(length, 1)})
        self.knobs.set_values(self._recipe.gan.model_dump())

    def _asked(self) -> Recipe:
        """The recipe as it is asked for.

        Raises:
            RecipeError: with every fault.
        """
        content = self._recipe.to_dict() | self.basics.values()
        if self.choice.value == CHANGED:
            content["gan"] = {**content["gan"], **self.knobs.values()}
        return Recipe.from_dict(content, self._recipe.spec)

    def _refresh(self) -> None:
        self._scroll.setVisible(self.choice.value == CHANGED)
        name = self.name.text().strip()
        faults = [self._fault] if self._fault else []
        if name and (why := names.fault(name)):
            faults.append(why)
        elif name and (self._runs_root / name).exists():
            faults.append(f"There is a run {name} already.")
        try:
            self._asked()
        except RecipeError as error:
            faults += error.faults
        self.fault.setText("\n".join(faults))
        self.fault.setVisible(bool(faults))
        self.go.setEnabled(not faults)
        self.adjustSize()
        below = self.frameGeometry().bottom() - self.screen().availableGeometry().bottom()
        if self.isVisible() and below > 0:  # it grew beyond the screen, and its buttons with it
            self.move(self.x(), max(self.y() - below, 0))

    def _on_go(self) -> None:
        nimg, name = int(self.checkpoint.currentData()), self.name.text().strip()
        branch = Branch(self._folder, nimg, self._asked(), name)
        self.accept()
        self.wanted.emit(branch)


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label
