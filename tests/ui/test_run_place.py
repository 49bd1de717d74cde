from ganstudio.resources import resource
from ganstudio.samples import SampleSpec
from ganstudio.train.messages import Model
from ganstudio.ui.run_place import run_place

MODEL = Model("gan", "points", SampleSpec("points", (2,)), 2)


def test_what_belongs_to_a_model_lies_in_its_run(studio, tmp_path):
    assert run_place(studio) is None
    studio.model = MODEL
    run = tmp_path / "runs" / "one"
    (run / "timeline").mkdir(parents=True)
    (run / "recipe.toml").touch()
    studio.model_source = str(run)
    assert run_place(studio) == run
    studio.model_source = str(run / "timeline" / "000010k")
    assert run_place(studio) == run


def test_a_live_model_belongs_to_the_run_in_training(studio, tmp_path):
    studio.model, studio.model_source = MODEL, "live"
    assert run_place(studio) is None
    studio.run_folder = tmp_path / "two"
    assert run_place(studio) == tmp_path / "two"


def test_a_shipped_model_is_never_written_to(studio):
    studio.model, studio.model_source = MODEL, str(resource("models", "welcome"))
    assert run_place(studio) == studio.runs_root / ".explored" / "welcome"
