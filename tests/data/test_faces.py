from pathlib import Path

import pytest
import torch

from ganstudio.data._face import drawing
from ganstudio.data._face.attributes import CHOICES
from ganstudio.data.faces import ATTRIBUTES, MEASURES, Faces, FacesConfig, draw, render


def changed(attributes, **values):
    """The same faces with some attributes set, by name of the value or as a number."""
    altered = dict(attributes)
    for name, value in values.items():
        number = ATTRIBUTES[name].index(value) if isinstance(value, str) else value
        altered[name] = torch.full_like(attributes[name], number)
    return altered


def changed_share(one, other) -> torch.Tensor:
    return (one != other).any(dim=1).float().mean(dim=(1, 2))


@pytest.fixture(scope="module")
def many():
    return draw(4000, 0)


@pytest.fixture(scope="module")
def plain():
    """A few faces with nothing on them."""
    return changed(draw(6, 1), hat="none", glasses="none", beard="none", hair="short")


def test_every_value_comes_up_and_stays_in_range(many):
    assert set(many) == set(ATTRIBUTES) | set(MEASURES)
    for name, values in ATTRIBUTES.items():
        assert many[name].dtype == torch.int64
        assert many[name].bincount(minlength=len(values)).min() > 100, name
        assert many[name].max() < len(values)
    for name, (low, high) in MEASURES.items():
        assert many[name].dtype == torch.float32
        assert many[name].min() >= low
        assert many[name].max() <= high
        assert many[name].std() > 0.2 * (high - low)


def test_attributes_go_together(many):
    laughs = many["expression"] == ATTRIBUTES["expression"].index("laughing")
    assert many["mouth_open"][laughs].min() >= 0.5
    assert (many["hat_colour"] != many["clothes_colour"]).all()
    long = many["hair"] == ATTRIBUTES["hair"].index("long")
    assert many["beard"][long].max() == 0


def test_a_larger_set_begins_with_the_smaller_one():
    small, large = draw(20, 7), draw(70, 7)
    assert all(torch.equal(small[name], large[name][:20]) for name in small)
    assert not torch.equal(small["face_width"], draw(20, 8)["face_width"])


def test_a_face_does_not_depend_on_its_neighbours():
    faces = draw(300, 2)
    together = render(faces, 32)
    alone = render({name: value[280:283] for name, value in faces.items()}, 32)
    assert (together[280:283].int() - alone.int()).abs().max() <= 1


@pytest.mark.parametrize("size", [32, 64])
def test_pictures_are_colourful_and_all_different(size):
    pictures = render(draw(24, 3), size)
    assert pictures.shape == (24, 3, size, size)
    assert pictures.dtype == torch.uint8
    assert (pictures.float().mean(dim=(2, 3)).std(dim=1) > 2).all()
    assert len({bytes(picture.flatten().tolist()) for picture in pictures}) == 24


def test_sizes_show_the_same_faces():
    faces = draw(8, 5)
    small, large = render(faces, 32).float(), render(faces, 128).float()
    shrunk = torch.nn.functional.avg_pool2d(large, 4)
    assert (small - shrunk).abs().mean() < 6


@pytest.mark.parametrize("name", list(ATTRIBUTES))
def test_every_attribute_shows(name):
    faces = changed(draw(4, 6), hat="beanie", glasses="none", beard="none", hair="ponytail",
                    expression="neutral")  # fmt: skip
    if name in ("parting", "hair"):
        faces = changed(faces, hat="none")
    pictures = [render(changed(faces, **{name: value}), 64) for value in ATTRIBUTES[name]]
    for i, one in enumerate(pictures):
        for other in pictures[i + 1 :]:
            assert changed_share(one, other).min() > 0.002


@pytest.mark.parametrize("name", list(MEASURES))
def test_every_measure_shows(name, plain):
    low, high = MEASURES[name]
    faces = changed(plain, expression="surprised")
    one, other = (render(changed(faces, **{name: value}), 64) for value in (low, high))
    assert changed_share(one, other).min() > 0.002


def test_what_is_changed_stays_where_it_belongs(plain):
    bare = render(plain, 64)
    with_glasses = render(changed(plain, glasses="round"), 64)
    rows = (bare != with_glasses).any(dim=1).any(dim=2).any(dim=0).nonzero()
    assert rows.min() > 16
    assert rows.max() < 48


def test_a_hat_hides_the_hair_above_its_rim(plain):
    under = changed(plain, hat="beanie", tilt=0.0, shift=0.0, expression="neutral")
    bald, *others = (
        render(changed(under, hair=style), 64)[:, :, :18]
        for style in ("bald", "bun", "curly", "mohawk")
    )
    assert all(torch.equal(bald, other) for other in others)


def test_the_skin_has_its_colour():
    faces = changed(draw(6, 1), hat="none", hair="bald", beard="none", glasses="none", tilt=0.0)
    for index, code in enumerate(CHOICES["skin"].colours):
        forehead = render(changed(faces, skin=index, shift=0.0), 64)[:, :, 20:22, 30:33]
        wanted = torch.tensor(list(bytes.fromhex(code))).view(1, 3, 1, 1)
        assert (forehead - wanted).abs().max() <= 12


def test_the_set_carries_its_attributes():
    config = FacesConfig(count=70, seed=9)
    samples = Faces(config, Path()).load()
    assert torch.equal(samples.labels, samples.attributes["expression"])
    assert torch.equal(samples.x[:6], Faces(config, Path("nowhere")).preview(6))
    assert Faces.spec(config).condition.names == ATTRIBUTES["expression"]


@pytest.mark.parametrize("kind", [None, "domain"])
def test_drawing_tells_how_far_it_is_and_can_be_ended(kind, monkeypatch):
    class EnoughError(Exception):
        pass

    def end(text: str) -> None:
        assert "of 20,000" in text
        raise EnoughError

    monkeypatch.setattr(drawing, "TOLD_S", 0.0)
    config = FacesConfig(count=20_000, size=64)
    with pytest.raises(EnoughError):
        Faces(config, Path(), kind, end).load()
