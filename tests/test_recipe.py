import json
import tomllib
from pathlib import Path

import pytest

from ganstudio import registry
from ganstudio.recipe import SPEC_FILE, Recipe, RecipeError, misfit
from ganstudio.resources import resource
from ganstudio.samples import SampleSpec


def test_flat_knobs_go_to_whom_they_belong() -> None:
    recipe = Recipe.make("dcgan", "digits", {"batch": 32, "size": 32}, seed=3)
    assert recipe.gan.batch == 32
    assert recipe.dataset.size == 32
    assert recipe.basics.seed == 3


def test_a_recipe_survives_its_file(tmp_path: Path) -> None:
    recipe = Recipe.make("gan3d", "furniture", {"g_lr": 5e-4, "conditional": True}, kimg=12.5)
    path = tmp_path / "r.toml"
    path.write_text(recipe.to_toml())
    assert Recipe.load(path) == recipe


def test_every_fault_is_listed_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        Recipe.from_dict({
            "variant": "dcgan", "data": "digits", "seed": -1, "colour": "red",
            "gan": {"batch": 1, "nothing": 2}, "dataset": {"size": 17},
        })  # fmt: skip
    faults = caught.value.faults
    assert len(faults) == 5
    for word in ("seed = -1", "colour", "batch = 1", "nothing", "size = 17"):
        assert any(word in fault for fault in faults), word


def test_what_suits_the_samples_is_taken_where_nothing_is_said() -> None:
    chairs = Recipe.make("hinge", "furniture")
    assert (chairs.gan.width, chairs.gan.instance_noise) == (16, 0.3)
    assert Recipe.make("hinge", "furniture", {"width": 24}).gan.width == 24
    assert Recipe.make("hinge", "digits").gan.width == 32
    assert Recipe.from_dict({"variant": "hinge", "data": "furniture"}).gan.width == 32
    with pytest.raises(RecipeError, match="side"):
        Recipe.make("hinge", "furniture", {"side": 33})


@pytest.mark.parametrize("variant", ["hinge", "lsgan"])
def test_what_suits_voxels_is_what_their_recipes_say(variant: str) -> None:
    shipped = Recipe.load(resource("recipes") / f"chairs-{variant}.toml")
    knobs = shipped.dataset.model_dump()
    assert Recipe.make(variant, "furniture", knobs, kimg=100.0) == shipped


def test_a_mix_is_sn_gan_on_voxels_too() -> None:
    mixed, hinge = (Recipe.make(key, "furniture").gan.model_dump() for key in ("mixed", "hinge"))
    assert all(mixed[name] == value for name, value in hinge.items() if name in mixed)


@pytest.mark.parametrize("variant", registry.keys("gans"))
def test_what_suits_a_kind_of_samples_is_a_value_of_a_knob(variant: str) -> None:
    kind = registry.find("gans", variant)
    for samples, knobs in kind.suited.items():
        assert samples in kind.takes
        assert kind.Config(**knobs) != kind.Config()


def test_unknown_members_are_named_with_those_there_are() -> None:
    with pytest.raises(RecipeError) as caught:
        Recipe.make("dogan", "diggits")
    assert "there are:" in caught.value.faults[0]
    assert "dcgan" in caught.value.faults[0]
    assert "digits" in caught.value.faults[1]


def test_a_variant_that_cannot_take_the_data_is_refused_with_the_reason() -> None:
    with pytest.raises(RecipeError, match="gan3d takes voxels"):
        Recipe.make("gan3d", "digits")
    assert misfit("gan", SampleSpec("points", (2,))) == ""


def test_classes_are_asked_of_data_that_has_them() -> None:
    with pytest.raises(RecipeError, match="needs data with classes"):
        Recipe.make("wgan_gp", "points", {"conditional": True})


def test_only_live_knobs_can_be_tuned() -> None:
    recipe = Recipe.make("dcgan", "digits")
    assert recipe.tuned("g_lr", 1e-4).gan.g_lr == 1e-4
    assert recipe.gan.g_lr == 2e-4
    with pytest.raises(RecipeError, match="takes a new run"):
        recipe.tuned("z_dim", 8)
    with pytest.raises(RecipeError, match="no knob"):
        recipe.tuned("gllr", 8)
    with pytest.raises(RecipeError, match="must be"):
        recipe.tuned("g_lr", -1.0)


def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_bytes(b"\xff\xfe\x00 = [")
    with pytest.raises(RecipeError, match="no TOML"):
        Recipe.load(path)
    path.write_bytes(b"#" * (2 << 20))
    with pytest.raises(RecipeError, match="larger than 256 kB"):
        Recipe.load(path)


@pytest.mark.parametrize("path", sorted(resource("recipes").glob("*.toml")), ids=lambda p: p.stem)
def test_every_shipped_recipe_is_valid_and_says_what_it_is_for(path: Path) -> None:
    Recipe.load(path)
    assert path.read_text().startswith("# ")


@pytest.mark.parametrize("variant", registry.keys("gans"))
def test_knobs_of_every_variant_survive_toml(variant: str) -> None:
    recipe = Recipe.make(variant)
    assert Recipe.from_dict(tomllib.loads(recipe.to_toml())) == recipe
    with pytest.raises(RecipeError, match="batch = -5"):
        Recipe.make(variant, knobs={"batch": -5})


def test_the_data_a_variant_is_at_its_best_on_is_the_default() -> None:
    assert Recipe.make("gan3d").data == "furniture"
    assert Recipe.from_dict({"variant": "gan3d"}).data == "furniture"


@pytest.fixture
def run_of_a_folder(tmp_path: Path) -> Path:
    """A run that was trained on somebody's own classes, and the folder has gone."""
    pictures, run = tmp_path / "pictures", tmp_path / "run"
    for name in ("cats", "dogs"):
        (pictures / name).mkdir(parents=True)
        (pictures / name / "a.png").touch()
    recipe = Recipe.make("cgan", "image_folder", {"data.folder": str(pictures), "data.size": 16})
    run.mkdir()
    (run / "recipe.toml").write_text(recipe.to_toml())
    (run / SPEC_FILE).write_text(json.dumps(recipe.spec.to_dict()))
    pictures.rename(tmp_path / "elsewhere")
    return run


def test_a_run_keeps_its_samples_where_their_folder_has_gone(run_of_a_folder: Path) -> None:
    recipe = Recipe.of_run(run_of_a_folder, kimg=7.0)
    assert recipe.spec.condition.names == ("cats", "dogs")
    assert recipe.basics.kimg == 7.0
    assert recipe.tuned("g_lr", 1e-4).spec == recipe.replace(seed=3).spec == recipe.spec
    with pytest.raises(RecipeError, match="needs classes"):
        Recipe.load(run_of_a_folder / "recipe.toml")


def test_a_run_without_a_description_of_its_samples_is_read_like_any_recipe(
    tmp_path: Path,
) -> None:
    (tmp_path / "recipe.toml").write_text(Recipe.make("dcgan", "digits").to_toml())
    assert Recipe.of_run(tmp_path).spec == Recipe.make("dcgan", "digits").spec


@pytest.mark.parametrize(
    ("content", "word"),
    [(b'{"kind": "cheese"}', "damaged"), (b"[" * 100_000, "damaged"), (b" " * 9_000_000, "larger")],
)
def test_a_damaged_description_is_named(run_of_a_folder: Path, content: bytes, word: str) -> None:
    (run_of_a_folder / SPEC_FILE).write_bytes(content)
    with pytest.raises(RecipeError, match=word):
        Recipe.of_run(run_of_a_folder)


def test_turning_a_knob_looks_at_no_folder(
    run_of_a_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Recipe.of_run(run_of_a_folder)

    def looked(*_: object) -> None:
        raise AssertionError("the folder was looked at")

    monkeypatch.setattr(registry.find("data", "image_folder"), "spec", looked)
    assert recipe.tuned("g_lr", 1e-4).gan.g_lr == 1e-4
