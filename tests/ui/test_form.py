from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox

from ganstudio.knobs import Config, Knob, knob, knobs_of
from ganstudio.ui.form import Form, faults_by_knob
from ganstudio.ui.knobrow import describe
from ganstudio.ui.numbers import NumberEdit, read, shown, stepped


class Oven(Config):
    heat: float = knob(2e-4, low=0, high=1, log=True, live=True, unit="kW", help="How <hot>.")
    trays: int = knob(64, low=2, high=4096, log=True, help="How many at once.")
    fan: bool = knob(True, help="Whether air moves.", live=True)
    mode: Literal["bake", "grill"] = knob("bake", help="From where heat comes.")
    label: str = knob("bread", help="What is in it.")
    steam: float = knob(0.5, low=0, high=0.999, advanced=True, help="How wet.")


KNOBS = knobs_of(Oven)


@pytest.fixture
def form(qtbot) -> Form:
    made = Form(Oven)
    qtbot.addWidget(made)
    made.show()
    return made


def field(form: Form, name: str) -> NumberEdit:
    editor = form.rows[name].editor
    assert isinstance(editor, NumberEdit)
    return editor


def type_into(qtbot, editor: NumberEdit, text: str) -> None:
    editor.lineEdit().selectAll()
    qtbot.keyClicks(editor.lineEdit(), text)


def test_a_form_starts_at_the_defaults(form: Form) -> None:
    assert form.values() == Oven().model_dump()
    assert form.check() == {}
    assert not any(row.reset.isEnabled() for row in form.rows.values())


def test_editors_fit_the_kind_of_knob(form: Form) -> None:
    assert field(form, "heat").lineEdit().text() == "0.0002"
    assert isinstance(form.rows["fan"].editor, QCheckBox)
    combo = form.rows["mode"].editor
    assert isinstance(combo, QComboBox)
    assert [combo.itemText(place) for place in range(combo.count())] == ["bake", "grill"]


def test_typing_announces_the_knob_and_frees_its_reset(qtbot, form: Form) -> None:
    with qtbot.waitSignal(form.changed, check_params_cb=lambda name: name == "heat"):
        type_into(qtbot, field(form, "heat"), "3e-3")
    assert form.values()["heat"] == 3e-3
    row = form.rows["heat"]
    assert row.reset.isEnabled()
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert form.values()["heat"] == 2e-4
    assert not row.reset.isEnabled()


def test_faults_stand_beside_the_fields_in_plain_words(qtbot, form: Form) -> None:
    type_into(qtbot, field(form, "heat"), "7")
    type_into(qtbot, field(form, "trays"), "many")
    assert form.rows["heat"].fault.text() == "Must be 0 to 1 kW."
    assert form.rows["trays"].fault.text() == "“many” is not a whole number; it takes 2 to 4096."
    assert form.rows["heat"].fault.isVisible()
    assert set(form.check()) == {"heat", "trays"}
    assert form.values()["heat"] == 7, "a wrong value is kept, not changed silently"


def test_an_empty_field_is_a_fault(qtbot, form: Form) -> None:
    editor = field(form, "trays")
    editor.lineEdit().selectAll()
    qtbot.keyClick(editor.lineEdit(), Qt.Key.Key_Delete)
    assert form.rows["trays"].fault.text() == "Needs a whole number; it takes 2 to 4096."


def test_advanced_knobs_are_folded_until_one_is_wrong(qtbot, form: Form) -> None:
    assert not form.rows["steam"].isVisible()
    form.set_values({"steam": 0.25})
    assert not form.rows["steam"].isVisible()
    form.set_values({"steam": 4})
    assert form.rows["steam"].isVisible()
    assert form.rows["steam"].fault.text() == "Must be 0 to 0.999."


def test_set_values_shows_what_it_is_given_and_says_nothing(qtbot, form: Form) -> None:
    with qtbot.assertNotEmitted(form.changed):
        form.set_values({"heat": 0.5, "fan": False, "mode": "grill", "label": "x", "other": 1})
    assert form.values() == {
        "heat": 0.5, "trays": 64, "fan": False, "mode": "grill", "label": "x", "steam": 0.5,
    }  # fmt: skip


def test_while_training_only_live_knobs_can_be_changed(form: Form) -> None:
    form.set_values({"trays": 8})
    form.set_enabled_only(["heat"])
    assert form.rows["heat"].editor.isEnabled()
    assert not form.rows["trays"].editor.isEnabled()
    assert not form.rows["trays"].reset.isEnabled()
    assert form.rows["trays"].isVisible()
    assert form.rows["heat"].dot.toolTip()
    assert not form.rows["trays"].dot.toolTip()
    form.set_enabled_only(None)
    assert form.rows["trays"].reset.isEnabled()
    assert not form.rows["heat"].dot.toolTip()


def test_a_knob_is_turned_once_when_typing_settles(qtbot, form: Form) -> None:
    turned: list[str] = []
    form.turned.connect(turned.append)
    type_into(qtbot, field(form, "heat"), "0.25")
    assert turned == []
    qtbot.waitUntil(lambda: bool(turned))
    assert turned == ["heat"]


def test_a_wrong_value_is_never_turned(qtbot, form: Form) -> None:
    type_into(qtbot, field(form, "heat"), "9")
    with qtbot.assertNotEmitted(form.turned):
        form._settle()


def test_an_echo_does_not_overwrite_what_is_being_typed(qtbot, form: Form) -> None:
    type_into(qtbot, field(form, "heat"), "0.7")
    form.echo("heat", 0.5)
    assert form.values()["heat"] == 0.7
    form._settle()
    form.echo("heat", 0.5)
    assert form.values()["heat"] == 0.5


def test_only_some_knobs_when_asked(qtbot) -> None:
    made = Form(Oven, only=("trays",))
    qtbot.addWidget(made)
    assert made.values() == {"trays": 64}
    assert made.check() == {}


def test_the_wheel_scrolls_past_fields_that_were_not_clicked(form: Form, qapp) -> None:
    editor = field(form, "trays")
    form.rows["label"].editor.setFocus()
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(editor, event)
    assert form.values()["trays"] == 64
    assert not event.isAccepted()


def test_arrow_keys_step_and_announce(qtbot, form: Form) -> None:
    editor = field(form, "trays")
    with qtbot.waitSignal(form.changed):
        qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert form.values()["trays"] == 128


def test_tooltips_tell_range_unit_and_liveness() -> None:
    tip = describe(KNOBS["heat"])
    assert "How &lt;hot&gt;." in tip
    assert "Takes 0 to 1 kW." in tip
    assert "while training" in tip
    assert "one of bake, grill" in describe(KNOBS["mode"])


def test_no_faults_for_good_values() -> None:
    assert faults_by_knob(Oven, {"heat": 0.1}) == {}
    assert list(faults_by_knob(Oven, {"heat": 2, "fan": True})) == ["heat"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(2e-4, "0.0002"), (1e-5, "1e-5"), (1.5e-7, "1.5e-7"), (0.999, "0.999"), (500.0, "500"),
     (1e6, "1e6"), (64, "64"), (0.0, "0"), (-0.25, "-0.25"), (0.99999, "0.99999")],
)  # fmt: skip
def test_numbers_are_written_as_people_write_them(value: float, text: str) -> None:
    assert shown(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9))
def test_what_is_shown_reads_back_nearly_the_same(value: float) -> None:
    assert read(shown(value), whole=False) == pytest.approx(value, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("text", "whole", "value"),
    [("2e-4", False, 2e-4), ("0,5", False, 0.5), (" 1e3 ", True, 1000), ("1.5", True, None),
     ("abc", False, None), ("", False, None), ("nan", False, None), ("inf", True, None)],
)  # fmt: skip
def test_reading_numbers(text: str, whole: bool, value: float | None) -> None:
    assert read(text, whole) == value


@pytest.mark.parametrize(
    ("name", "value", "steps", "after"),
    [("heat", 2e-4, 1, 2e-3), ("heat", 2e-4, -1, 2e-5), ("heat", 0.5, 1, 1.0),
     ("heat", 0.0, 1, 1e-5), ("trays", 64, 1, 128), ("trays", 3, -3, 2), ("steam", 0.5, 1, 0.6)],
)  # fmt: skip
def test_steps_suit_the_range(name: str, value: float, steps: int, after: float) -> None:
    assert stepped(value, steps, KNOBS[name]) == pytest.approx(after)


@given(st.sampled_from(sorted(KNOBS)), st.floats(0, 1), st.integers(-40, 40))
def test_steps_stay_inside_the_range(name: str, share: float, steps: int) -> None:
    limits: Knob = KNOBS[name]
    if limits.low is None or limits.high is None:
        return
    value = limits.low + share * (limits.high - limits.low)
    value = round(value) if limits.type == "int" else value
    assert limits.low <= stepped(value, steps, limits) <= limits.high
