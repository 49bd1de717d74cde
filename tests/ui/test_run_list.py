import json
import os

import pytest

from ganstudio.ui.run_list import RunReader, read_score

RECIPE = 'variant = "{}"\ndata = "digits"\nkimg = 500.0\n'


def measured(nimg, floors=None, better=None, **values):
    line = {"nimg": nimg, "event": "measured", "values": values, "floors": floors or {}}
    return json.dumps(line | ({"better": better} if better else {}))


def write(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.fixture
def history(tmp_path):
    return tmp_path / "history.jsonl"


def test_the_last_and_the_best_of_the_first_score(history):
    write(
        history,
        '{"nimg": 100, "terms": {"D/real": 1.0}}',
        measured(1000, fcd=9.0, recall=0.1),
        measured(2000, fcd=3.0, recall=0.9),
        measured(3000, fcd=4.0, recall=0.2),
    )
    score = read_score(history)
    assert (score.name, score.last, score.best, score.best_nimg) == ("fcd", 4.0, 3.0, 2000)


def test_the_best_is_next_to_what_real_samples_get(history):
    floors = {"recall": 0.8}
    write(history, *(measured(n, floors, recall=r) for n, r in ((1, 0.2), (2, 0.75), (3, 1.0))))
    assert read_score(history).best == 0.75


@pytest.mark.parametrize(
    ("way", "floors", "best"),
    [
        ("higher", {}, 0.9),
        ("lower", {}, 0.2),
        ("higher", {"score": 0.4}, 0.9),
        ("floor", {"score": 0.4}, 0.45),
    ],
)
def test_the_run_says_which_way_is_better(history, way, floors, best):
    lines = [
        measured(n, floors, {"score": way}, score=r) for n, r in ((1, 0.2), (2, 0.9), (3, 0.45))
    ]
    assert read_score(write(history, *lines)).best == best


def test_lines_that_are_no_use_are_passed_over(history):
    write(
        history,
        '{"event": "measured", "values": 3}',
        '{"event": "measured"',
        measured(1000, fcd=2.0),
        '{"event": "measured", "nimg": 1500, "values": {"fcd": "many"}}',
        '{"event": "measured", "nimg": 2000, "val',
    )
    assert read_score(history).last == 2.0


def test_never_measured(history):
    assert read_score(write(history, '{"nimg": 100, "terms": {}}')) is None
    assert read_score(write(history)) is None


def test_only_the_end_of_a_long_history_is_read(history):
    lines = [measured(n, fcd=float(n)) for n in range(1, 200)]
    write(history, *lines)
    score = read_score(history, most_bytes=1000)
    assert score.last == 199.0
    assert score.best > 100


def test_a_history_is_read_again_once_it_changed(tmp_path, monkeypatch):
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / "recipe.toml").write_text(RECIPE.format("dcgan"))
    history = write(folder / "history.jsonl", measured(1000, fcd=2.0))
    reader = RunReader()
    assert reader.read(tmp_path / "runs").scores[folder].last == 2.0
    reads = []
    monkeypatch.setattr("ganstudio.ui.run_list.read_score", lambda path: reads.append(path))
    reader.read(tmp_path / "runs")
    assert reads == []
    write(history, measured(1000, fcd=2.0), measured(2000, fcd=1.0))
    reader.read(tmp_path / "runs")
    assert reads == [history]


def test_a_history_that_cannot_be_read_has_no_score(tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "recipe.toml").write_text(RECIPE.format("dcgan"))
    os.symlink("nowhere", folder / "history.jsonl")
    runs = RunReader().read(tmp_path)
    assert [run.path for run in runs.survey.runs] == [folder]
    assert runs.scores == {}
