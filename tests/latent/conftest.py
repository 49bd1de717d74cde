"""Small generators whose latent spaces are known."""

import pytest
import torch
from torch import nn

from ganstudio.gans.base import GAN, GANConfig
from ganstudio.gans.stylegan2 import StyleGAN2, StyleGAN2Config
from ganstudio.latent.subject import Subject
from ganstudio.samples import ConditionSpec, SampleSpec


class Lens(nn.Module):
    """A picture that hears some numbers of z loudly, some hardly, and the class through a table."""

    def __init__(self, z_dim: int, loud: tuple[float, ...], side: int, classes: int) -> None:
        super().__init__()
        made = torch.Generator().manual_seed(0)
        q = torch.linalg.qr(torch.randn(64, z_dim, generator=made)).Q
        self.first = nn.Linear(z_dim, 64)
        self.paint = nn.Linear(64, side * side)
        self.told = nn.Embedding(classes, side * side) if classes else None
        with torch.no_grad():
            self.first.weight.copy_(q * torch.tensor(loud))
            self.first.bias.zero_()
            self.paint.weight.mul_(0.5)
        self.side = side

    def forward(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        x = self.paint(torch.tanh(self.first(z)))
        if self.told is not None:
            weights = c if c.dim() == 2 else nn.functional.one_hot(c, 3).to(x.dtype)
            x = x + weights @ self.told.weight
        return torch.tanh(x).reshape(len(z), 1, self.side, self.side)


class Telescope(GAN):
    title = "Telescope"
    loud = (0.1, 2.0, 0.5, 0.02, 1.0, 0.05)

    def networks(self):
        return {"G": Lens(len(self.loud), self.loud, self.spec.side, self.condition.classes)}

    def d_terms(self, batch, fake):
        return {}

    def g_terms(self, batch, fake):
        return {}

    @property
    def condition(self):
        return self.spec.condition


def _subject(classes: bool = False, prior: str = "normal", side: int = 8) -> Subject:
    torch.manual_seed(0)
    told = ConditionSpec("classes", ("a", "b", "c")) if classes else ConditionSpec()
    gan = Telescope(GANConfig(z_dim=6), SampleSpec("image", (1, side, side), told))
    gan.G.eval().requires_grad_(False)
    known = {"classes": torch.tensor([0])} if classes else {}
    return Subject(gan, gan.players, 6, known, prior)


def _styled(classes: bool = False) -> Subject:
    torch.manual_seed(0)
    told = ConditionSpec("classes", ("a", "b", "c")) if classes else ConditionSpec()
    config = StyleGAN2Config(width=2, z_dim=5, w_dim=7, conditional=classes)
    gan = StyleGAN2(config, SampleSpec("image", (1, 16, 16), told))
    gan.G.eval().requires_grad_(False)
    known = {"classes": torch.tensor([0])} if classes else {}
    return Subject(gan, {"G": gan.G}, 5, known, "normal", 7, gan.layers)


@pytest.fixture
def telescope() -> Subject:
    """Hears number 1 of z the loudest, then 4, then 2."""
    return _subject()


@pytest.fixture
def subject():
    """Telescopes as asked for."""
    return _subject


@pytest.fixture
def styled():
    """Small style generators as asked for."""
    return _styled
