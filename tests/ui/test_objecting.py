import numpy as np
import pytest

from ganstudio.latent.stand import Stand
from ganstudio.samples import SampleSpec, Scale
from ganstudio.train import messages as m
from ganstudio.train.verdicts import Objected
from ganstudio.ui.objecting import Objecting

VOXELS = m.Model("gan", "chairs", SampleSpec("voxels", (1, 4, 4, 4)), 6)
IMAGES = m.Model("gan", "digits", SampleSpec("image", (1, 4, 4)), 6)


@pytest.fixture
def errands(studio, monkeypatch):
    """What the workshop was asked."""
    asked = []

    def work(task, tag="", **arguments):
        asked.append((task, arguments))
        return len(asked)

    monkeypatch.setattr(studio, "work", work)
    monkeypatch.setattr(studio, "cancel", lambda ticket: asked.append(("cancel", ticket)))
    return asked


@pytest.fixture
def objecting(studio, errands):
    made = Objecting(studio)
    yield made
    made.release()


@pytest.fixture
def sent(studio):
    """What was told of the object at Latent."""
    told = []
    studio.objections.connect(told.append)
    return told


def answer(studio, errands, missing=""):
    heat = np.arange(64, dtype=np.float32).reshape(4, 4, 4)
    none = np.zeros(0, np.float32)
    found = Objected(np.zeros((1, 4, 4, 4)), heat, none, none, none, none, Scale(), missing=missing)
    studio.done.emit(m.Done(len(errands), "objections", found, "live", 0, 0.01))
    return heat


def stand(seed):
    return Stand(VOXELS.draw(1, seed)[0])


def begin(studio, model=VOXELS):
    studio.modelReady.emit(m.ModelReady("live", 0, model))
    studio.latentChanged.emit(stand(1))


def test_it_follows_latent_while_somebody_wants_it(studio, errands, objecting, sent) -> None:
    begin(studio)
    assert errands == []
    studio.want_objections("solid", True)
    assert studio.explorer.mailbox.with_critic
    heat = answer(studio, errands)
    np.testing.assert_array_equal(sent[-1], -heat)
    there = stand(2)
    studio.latentChanged.emit(there)
    assert errands[-1] == ("objections", {"stand": there, "steps": 0})
    studio.want_objections("solid", False)
    assert errands[-1] == ("cancel", 2)
    assert not studio.explorer.mailbox.with_critic
    count = len(errands)
    studio.latentChanged.emit(stand(3))
    assert len(errands) == count


def test_nothing_is_asked_twice_that_the_inspector_asks(studio, errands, objecting) -> None:
    begin(studio)
    objecting.set_needless(True)
    studio.want_objections("solid", True)
    studio.latentChanged.emit(stand(2))
    assert errands == []
    objecting.set_needless(False)
    assert len(errands) == 1


def test_a_training_whose_discriminator_is_on_its_way_loses_no_colours(
    studio, errands, objecting, sent
) -> None:
    studio.model_source = "live"
    begin(studio)
    studio.want_objections("solid", True)
    sent.clear()
    answer(studio, errands, missing="not shown yet")
    assert sent == []
    studio.model_source = "/runs/one"
    studio.latentChanged.emit(stand(2))
    answer(studio, errands, missing="none kept")
    assert sent == [None]


def test_another_model_has_no_objections_yet_and_pictures_never(
    studio, errands, objecting, sent
) -> None:
    studio.want_objections("solid", True)
    begin(studio, IMAGES)
    assert sent == [None]
    assert errands == []
