"""What a generator made is found again, at the length that latents have."""

import numpy as np
import pytest
import torch

from ganstudio.latent.arithmetic import shell
from ganstudio.latent.projection import REACH, Budget, Found, ProjectionError, project
from ganstudio.latent.stand import Stand
from ganstudio.latent.subject import Subject
from ganstudio.samples import SampleSpec

SPEC = SampleSpec("image", (1, 8, 8))
LONG = Budget(seconds=60, steps=90, starts=64)


def made(subject: Subject, seed: int = 7, **rest: object) -> torch.Tensor:
    with torch.no_grad():
        return subject.sample(subject.latents(1, seed), **rest)[0]


def test_what_was_made_is_found(telescope: Subject) -> None:
    target = made(telescope)
    found = project(telescope, SPEC, target, LONG)
    assert found.loss < 0.05 * found.begun
    assert found.steps == 90
    np.testing.assert_allclose(found.sample, target, atol=0.1)
    with torch.no_grad():
        again = telescope.sample(torch.from_numpy(found.stand.z)[None])[0]
    np.testing.assert_array_equal(found.sample, again)
    assert abs(np.linalg.norm(found.stand.z) - shell(6)) <= REACH + 1e-4


def test_what_cannot_be_made_ends_within_the_prior(telescope: Subject, subject) -> None:
    target = torch.ones(1, 8, 8)
    target[:, ::2] = -1
    found = project(telescope, SPEC, target, LONG)
    assert 0 < found.loss < found.begun
    assert abs(np.linalg.norm(found.stand.z) - shell(6)) <= REACH + 1e-4
    cube = project(subject(prior="uniform"), SPEC, target, LONG)
    assert np.abs(cube.stand.z).max() <= 1


def test_each_class_is_tried_and_a_held_one_kept(subject) -> None:
    told = subject(classes=True)
    target = made(told, told={"classes": torch.tensor([2])})
    found = project(told, SPEC, target, LONG, classes=3)
    assert found.stand.told["classes"].tolist() == [2]
    held = project(told, SPEC, target, LONG)
    assert held.stand.told["classes"].tolist() == [0]
    assert held.loss > found.loss


@pytest.mark.parametrize("through", ["w", "w+", None])
def test_styles_are_shifted(styled, through: str | None) -> None:
    made_of = styled()
    spec = SampleSpec("image", (1, 16, 16))
    target = made(made_of)
    found = project(made_of, spec, target, LONG, through=through)
    shape = (made_of.layers, 7) if through == "w+" else (7,)
    assert found.stand.shift is not None
    assert found.stand.shift.shape == shape
    assert found.loss < found.begun
    with torch.no_grad():
        z, shift = (torch.from_numpy(x)[None] for x in (found.stand.z, found.stand.shift))
        again = made_of.sample(z, shift).clamp(-1, 1)[0]
    np.testing.assert_array_equal(found.sample, again)


def test_truncation_and_noise_are_kept_and_the_place_tried(telescope: Subject) -> None:
    z = telescope.latents(1, 5)[0].numpy()
    place = Stand(z, psi=0.5, noise=0.0)
    target = made(telescope, 5, psi=0.5)
    found = project(telescope, SPEC, target, Budget(60, 0, 8), stand=place)
    assert (found.stand.psi, found.stand.noise, found.steps) == (0.5, 0.0, 0)
    assert np.array_equal(found.stand.z, z)
    assert found.loss == pytest.approx(0, abs=1e-6)


def test_volumes_and_points_are_found_too() -> None:
    class Plane(torch.nn.Linear):
        def forward(self, z, c=None):
            return torch.tanh(super().forward(z)).reshape(len(z), *self.shape)

    for kind, shape in (("points", (2,)), ("voxels", (1, 8, 8, 8))):
        torch.manual_seed(0)
        net = Plane(3, int(np.prod(shape))).requires_grad_(False)
        net.shape = shape

        class Drawn:
            def sample(self, players, z, told, psi, shift, noise):
                return players["G"](z)

            def mapped(self, players, z, told):
                return z

        subject = Subject(Drawn(), {"G": net}, 3, {})
        found = project(subject, SampleSpec(kind, shape), made(subject), LONG)
        assert isinstance(found, Found)
        assert found.sample.shape == shape
        assert found.loss < 0.1 * found.begun


def test_progress_comes_with_a_picture_and_can_end_it(telescope: Subject) -> None:
    heard: list[tuple[float, str, np.ndarray | None]] = []
    project(telescope, SPEC, made(telescope), LONG, report=lambda *news: heard.append(news))
    assert heard[0][2].shape == (1, 8, 8)
    assert all(0 <= share < 1 for share, _, _ in heard)

    def enough(*_: object) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        project(telescope, SPEC, made(telescope), LONG, report=enough)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"target": torch.zeros(1, 4, 4)}, r"\(1, 4, 4\)"),
        ({"target": torch.full((1, 8, 8), torch.nan)}, "finite"),
        ({"through": "w"}, "no mapped latent"),
        ({"budget": Budget(seconds=0)}, "positive"),
    ],
)
def test_what_cannot_be_sought_is_refused(telescope: Subject, change: dict, word: str) -> None:
    asked = {"target": torch.zeros(1, 8, 8), **change}
    with pytest.raises(ProjectionError, match=word):
        project(telescope, SPEC, **asked)


def test_a_place_of_another_model_is_refused(telescope: Subject) -> None:
    place = Stand(np.ones(3, np.float32))
    with pytest.raises(ProjectionError, match="3 numbers, and this model takes 6"):
        project(telescope, SPEC, made(telescope), LONG, stand=place)
