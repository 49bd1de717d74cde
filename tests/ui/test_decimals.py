import pytest
from PySide6.QtCore import QLocale

from ganstudio.ui.decimals import Decimals


@pytest.fixture(params=["de_DE", "tr_TR", "en_US", "C"])
def locale(request):
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(before)


@pytest.mark.parametrize("typed", ["0.5", "0,5"])
def test_point_and_comma_mean_the_same_everywhere(locale, qtbot, typed):
    box = Decimals(maximum=5000.0, decimals=2)
    qtbot.addWidget(box)
    box.selectAll()
    qtbot.keyClicks(box, typed)
    assert box.value() == 0.5
    box.setValue(0.25)
    assert box.text() == "0.25"


def test_thousands_are_not_parted(locale, qtbot):
    box = Decimals(maximum=5000.0, decimals=1)
    qtbot.addWidget(box)
    box.setValue(1234.5)
    assert box.text() == "1234.5"
    box.selectAll()
    qtbot.keyClicks(box, "1,234")
    assert box.value() == 1.2
