"""What the gallery's tiles show, and how the pictures of a group stand together."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.latent.stand import Stand
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Examples, Model
from ganstudio.ui.pictures import to_bytes
from ganstudio.ui.tableau import Fixed, Tableau, compose
from ganstudio.words import encode, vocabulary

SPEC = SampleSpec("image", (1, 8, 8))
COUNT = 20
SOURCE = ConditionSpec("image", (), (1, 4, 4), "outline")


def model(z_dim=32, classes=(), inputs=()):
    if classes:
        inputs = (ConditionSpec("classes", tuple(classes)), *inputs)
    return Model("dcgan", "digits", SPEC, z_dim, "normal", tuple(inputs))


def examples(**told):
    return Examples(np.linspace(-1, 1, COUNT * 64).reshape(COUNT, 1, 8, 8).astype("f4"), told)


def sources(side=4):
    return np.random.default_rng(2).uniform(-1, 1, (COUNT, 1, side, side)).astype(np.float32)


def results(fixed):
    """Samples of which the first value is the number of the result."""
    numbers = np.arange(len(fixed.z), dtype=np.float32) / 100
    return np.broadcast_to(numbers[:, None, None, None], (len(numbers), 1, 8, 8)).copy()


def test_noise_alone_fills_the_tiles():
    fixed = Fixed.draw(model(), 36, seed=1)
    np.testing.assert_array_equal(fixed.z, model().draw(36, 1))
    assert fixed.told == {}
    assert fixed.find(Stand(fixed.z[7])) == 7
    assert fixed.find(Stand(np.zeros(32, np.float32))) == -1
    assert fixed.find(Stand(np.zeros(3, np.float32))) == -1
    tableau = compose(fixed, results(fixed), {}, to_bytes)
    assert tableau.headers == ()
    assert (tableau.picture_of(5), tableau.result_of(5)) == (5, 5)


@pytest.mark.parametrize(("classes", "rows", "columns"), [(10, 10, 6), (2, 2, 32), (200, 8, 8)])
def test_classes_are_rows_and_columns_share_a_latent(classes, rows, columns):
    names = tuple(f"class {i}" for i in range(classes))
    fixed = Fixed.draw(model(classes=names), 64, seed=0)
    assert fixed.columns == columns
    assert fixed.row_names == names[:rows]
    assert fixed.z.shape == (rows * columns, 32)
    np.testing.assert_array_equal(fixed.z[:columns], fixed.z[columns : 2 * columns])
    stand = Stand(*fixed.of(columns + 1))
    assert stand.told["classes"].tolist() == [1]
    assert fixed.find(stand) == columns + 1
    blend = np.full((1, classes), 1 / classes, np.float32)
    assert fixed.find(Stand(stand.z, {"classes": blend})) == -1


def test_captions_are_rows_too():
    captions = [f"number {word}" for word in ("one", "two", "three", "four", "five")] * 4
    words = vocabulary(captions)
    told = np.array([encode(caption, words, 6)[0] for caption in captions])
    spec = ConditionSpec("text", words, (6,))
    fixed = Fixed.draw(model(inputs=(spec,)), 16, 0, examples(text=told))
    assert fixed.row_names == tuple(captions[:4])
    assert fixed.columns == 4
    np.testing.assert_array_equal(fixed.told["text"], np.repeat(told[:4], 4, axis=0))
    np.testing.assert_array_equal(fixed.z[:4], fixed.z[4:8])


def test_attributes_name_their_rows():
    spec = ConditionSpec("attributes", ("hat", "beard"), (2,))
    told = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    few = Examples(np.zeros((4, 1, 8, 8), np.float32), {"attributes": told})
    fixed = Fixed.draw(model(inputs=(spec,)), 16, 0, few)
    assert fixed.row_names == ("none", "hat", "hat, beard", "beard")


def test_a_source_stands_beside_its_result_and_target():
    known = examples(image=sources())
    fixed = Fixed.draw(model(0, inputs=(SOURCE,)), 64, 0, known)
    assert fixed.z.shape == (16, 0)
    beside = {"round trip": -results(fixed)}
    tableau = compose(fixed, results(fixed), beside, to_bytes)
    assert tableau.headers == ("Outline", "Result", "Target", "Round trip")
    assert tableau.pixels.shape == (64, 8, 8, 3)
    group = tableau.pixels[4 * 5 : 4 * 6]
    np.testing.assert_array_equal(group[0, ::2, ::2, :1], to_bytes(sources()[5:6])[0][..., :1])
    np.testing.assert_array_equal(group[0, 0, 0], group[0, 1, 1])
    np.testing.assert_array_equal(group[1:2], to_bytes(results(fixed)[5:6]))
    np.testing.assert_array_equal(group[2:3], to_bytes(known.x[5:6]))
    np.testing.assert_array_equal(group[3:4], to_bytes(-results(fixed)[5:6]))
    assert [tableau.result_of(picture) for picture in range(20, 24)] == [5] * 4
    assert tableau.picture_of(5) == 21
    assert tableau.picture_of(-1) == -1
    assert fixed.find(Stand(*fixed.of(5))) == 5


def test_a_domain_of_few_pictures_gives_as_many_groups():
    spec = ConditionSpec("domain", (), (1, 8, 8))
    fixed = Fixed.draw(model(0, inputs=(spec,)), 64, 0, examples(domain=sources(8)[:5]))
    assert len(fixed.z) == len(fixed.told["domain"]) == len(fixed.sources["Source"]) == 5
    assert compose(fixed, results(fixed), {}, to_bytes).pixels.shape[0] == 10


def test_another_domain_has_no_target():
    spec = ConditionSpec("domain", (), (1, 8, 8))
    fixed = Fixed.draw(model(0, inputs=(spec,)), 16, 0, examples(domain=sources(8)))
    assert fixed.targets is None
    assert compose(fixed, results(fixed), {}, to_bytes).headers == ("Source", "Result")


def test_a_source_is_turned_into_every_class():
    taken = model(0, ("happy", "sad", "angry"), (SOURCE,))
    told = examples(image=sources(), classes=np.zeros(COUNT, np.int64))
    fixed = Fixed.draw(taken, 16, 0, told)
    assert fixed.results == ("happy", "sad", "angry")
    assert fixed.told["classes"].tolist() == [0, 1, 2] * 4
    np.testing.assert_array_equal(fixed.told["image"][3:6], np.repeat(sources()[1:2], 3, axis=0))
    tableau = compose(fixed, results(fixed), {"round trip": results(fixed)}, to_bytes)
    assert tableau.headers == ("Outline", "happy", "sad", "angry")
    assert [tableau.result_of(picture) for picture in range(4, 8)] == [3, 3, 4, 5]
    assert tableau.picture_of(4) == 6


def test_a_source_gets_each_attribute_turned_over():
    spec = ConditionSpec("attributes", ("hat", "beard"), (2,))
    has = np.tile(np.array([[1, 0]], np.float32), (COUNT, 1))
    taken = model(0, inputs=(SOURCE, spec))
    fixed = Fixed.draw(taken, 4, 0, examples(image=sources(), attributes=has))
    assert fixed.told["attributes"].tolist() == [[0, 0], [1, 1]]
    assert has[0].tolist() == [1, 0], "the examples stay as they are"
    assert fixed.targets is None


def test_a_sound_is_seen():
    spec = ConditionSpec("sound", (), (1, 16, 4), "voice")
    told = np.full((COUNT, 1, 16, 4), -1, np.float32)
    told[:, :, 0] = 1  # the lowest pitch
    fixed = Fixed.draw(model(inputs=(spec,)), 16, 0, examples(sound=told))
    tableau = compose(fixed, results(fixed), {}, to_bytes)
    assert tableau.headers == ("Voice", "Result")
    assert tableau.pixels.shape == (8, 16, 8, 3)
    assert tableau.pixels[0, -1].min() > 200
    assert tableau.pixels[0, 0].max() < 40


def test_what_a_model_of_noise_shows_beside_stands_beside():
    fixed = Fixed.draw(model(), 4, 0)
    tableau = compose(fixed, results(fixed), {"round trip": results(fixed)}, to_bytes)
    assert tableau.headers == ("Result", "Round trip")
    assert tableau.picture_of(3) == 6


def test_the_highest_scores_come_first_and_tiles_still_know_what_they_show() -> None:
    fixed = Fixed(np.arange(4.0)[:, None])
    pixels = np.arange(4, dtype=np.uint8)[:, None, None, None].repeat(3, 3)
    ranked = Tableau(fixed, pixels).ranked(np.array([0.1, 0.9, -1.0, 0.5]))
    assert ranked.pixels[:, 0, 0, 0].tolist() == [1, 3, 0, 2]
    assert [ranked.result_of(picture) for picture in range(4)] == [1, 3, 0, 2]
    assert [ranked.picture_of(result) for result in range(4)] == [2, 0, 3, 1]
    assert ranked.picture_of(-1) == -1


def test_rows_are_ranked_each() -> None:
    fixed = Fixed(np.zeros((4, 1)), columns=2, row_names=("a", "b"))
    pixels = np.zeros((4, 1, 1, 3), np.uint8)
    ranked = Tableau(fixed, pixels).ranked(np.array([0.0, 1.0, 9.0, 8.0]))
    assert ranked.order.tolist() == [1, 0, 2, 3]


def test_groups_are_ranked_by_their_mean_and_stay_together() -> None:
    fixed = Fixed(np.zeros((4, 1)), results=("x", "y"))
    pixels = np.arange(6, dtype=np.uint8)[:, None, None, None].repeat(3, 3)
    tableau = Tableau(fixed, pixels, ("Source", "x", "y"), first=1)
    ranked = tableau.ranked(np.array([0.0, 1.0, 2.0, 3.0]))
    assert ranked.pixels[:, 0, 0, 0].tolist() == [3, 4, 5, 0, 1, 2]
    assert [ranked.shown_in(picture) for picture in range(6)] == [-1, 2, 3, -1, 0, 1]
    assert ranked.result_of(0) == 2
    assert ranked.picture_of(0) == 4
