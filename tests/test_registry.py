import sys
from pathlib import Path

import pytest

import ganstudio.data
import ganstudio.gans
from ganstudio import registry
from ganstudio.recipe import Recipe

VARIANT = '''
from torch import nn

from ganstudio.gans.base import GAN
from ganstudio.nn.backbones.mlp import mlp_pair


class Throwaway(GAN):
    """Least squares, in one file."""

    title = "Throwaway"

    def networks(self):
        return mlp_pair(self.spec, self.config.z_dim, self.config.width)

    def d_terms(self, batch, fake):
        return {"real": (self.D(batch.x) - 1).square().mean(), "fake": self.D(fake).square().mean()}

    def g_terms(self, batch, fake):
        return {"fooled": (self.D(fake) - 1).square().mean()}
'''

DATA = '''
import torch

from ganstudio.data.base import Dataset, Samples
from ganstudio.samples import SampleSpec


class Stripes(Dataset):
    """Sixteen stripes."""

    title = "Stripes"

    @classmethod
    def spec(cls, config):
        return SampleSpec("image", (1, 16, 16))

    def load(self):
        x = torch.zeros(32, 1, 16, 16, dtype=torch.uint8)
        for i in range(32):
            x[i, 0, i % 16] = 255
        return Samples(x)
'''


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A variant and a data set, each one more file in its room and nothing else."""
    for package, name, text in (
        (ganstudio.gans, "throwaway", VARIANT), (ganstudio.data, "stripes", DATA),
    ):  # fmt: skip
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.py").write_text(text)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    yield
    for name in ("ganstudio.gans.throwaway", "ganstudio.data.stripes"):
        sys.modules.pop(name, None)


def test_one_file_adds_a_variant_and_a_data_set_that_train(added: None, tmp_path: Path) -> None:
    from ganstudio.train.engine import Engine

    assert "throwaway" in registry.discover("gans")
    assert "stripes" in registry.discover("data")
    recipe = Recipe.make("throwaway", "stripes", {"width": 4, "batch": 8})
    engine = Engine.build(
        recipe, lambda event: None, runs_root=tmp_path / "runs", data_root=tmp_path, device="cpu"
    )
    engine.step(None)
    terms = engine.trainer.read()
    engine.close()
    assert set(terms) == {"D/real", "D/fake", "G/fooled"}


def test_keys_come_from_file_names_and_leave_out_base_and_private_ones() -> None:
    found = registry.keys("gans")
    assert {"gan", "dcgan", "wgan_gp", "gan3d"} <= set(found)
    assert "base" not in found
    assert not [key for key in registry.keys("data") if key.startswith("_")]


def test_an_unknown_key_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="dcgan"):
        registry.find("gans", "nothing")


def test_a_member_that_does_not_import_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('no luck')")
    monkeypatch.setattr(ganstudio.gans, "__path__", [*ganstudio.gans.__path__, str(tmp_path)])
    found = registry.discover("gans")
    assert "broken" not in found
    assert "dcgan" in found
    assert "gans/broken cannot be used" in caplog.text


def test_a_file_holds_exactly_one_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.py").write_text("x = 1")
    monkeypatch.setattr(ganstudio.gans, "__path__", [*ganstudio.gans.__path__, str(tmp_path)])
    with pytest.raises(TypeError, match="must hold one GAN"):
        registry.find("gans", "empty")
