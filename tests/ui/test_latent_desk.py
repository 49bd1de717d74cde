import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from ganstudio.ui.latent_desk import KEYS, deed_of

PLAIN, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT, ALT_GR = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.mark.parametrize(
    ("key", "held", "text", "deed"),
    [
        (Qt.Key.Key_R, PLAIN, "r", "roll"),
        (Qt.Key.Key_Home, PLAIN, "", "reset"),
        (Qt.Key.Key_Backspace, PLAIN, "\b", "reset"),
        (Qt.Key.Key_BracketLeft, PLAIN, "[", "seed minus"),
        (Qt.Key.Key_9, CTRL | ALT_GR, "]", "seed plus"),
        (Qt.Key.Key_Z, CTRL, "", "undo"),
        (Qt.Key.Key_Z, CTRL | SHIFT, "", "redo"),
        (Qt.Key.Key_Y, CTRL, "", "redo"),
        (Qt.Key.Key_Z, PLAIN, "z", ""),
        (Qt.Key.Key_S, CTRL, "", ""),
        (Qt.Key.Key_S, SHIFT, "S", ""),
        (Qt.Key.Key_Space, PLAIN, " ", ""),
    ],
)
def test_keys(key, held, text, deed):
    assert deed_of(QKeyEvent(QEvent.Type.KeyPress, key, held, text)) == deed


def test_every_key_is_explained_once():
    assert len({keys for keys, _, _ in KEYS}) == len(KEYS)
