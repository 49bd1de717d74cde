"""Whether a generator that is told attributes makes samples that have them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ganstudio.metrics.base import FeatureMetric, Score, View, features

RIDGE = 1e-2  # of the mean squared feature


class Attributes(FeatureMetric):
    """The share of attributes that come out as they were asked for.

    Each attribute is read from the features by a line fitted to the training samples. Chance is
    one half, and the mean over attributes of the accuracy among those that shall have it and
    those that shall not, so that saying "no" to all that is rare earns nothing. Real samples
    give the most that this reading can reach.

    Source: Choi et al. 2018 (StarGAN), arXiv:1711.09020, section 5.4, there with a ResNet.
    """

    title = "Attributes asked for"
    scores: ClassVar[dict[str, Score]] = {
        "attributes": Score("Attributes obeyed", "higher", "Balanced share, 0.5 is chance."),
    }
    headline = ("attributes",)

    def applies(self, view: View) -> bool:
        """Where attributes were told."""
        told = view.fake.attributes is not None and view.train.attributes is not None
        return super().applies(view) and told

    def measure(self, view: View) -> dict[str, float]:
        """Balanced accuracy of what the features say, over attributes."""
        known, asked = view.train.attributes, view.fake.attributes
        assert known is not None
        assert asked is not None
        lines = _fit(features(view.train), known)
        said = _with_one(features(view.fake)) @ lines > 0
        shares = []
        for column in range(asked.shape[1]):
            wanted = asked[:, column] > 0.5
            if wanted.any() and not wanted.all():
                has, lacks = said[wanted, column].mean(), 1 - said[~wanted, column].mean()
                shares.append((has + lacks) / 2)
        return {"attributes": float(np.mean(shares))} if shares else {}


def _fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Ridge regression (F + 1, A) on -1 and 1, both answers weighing the same."""
    inputs, lines = _with_one(x), []
    for column in y.T > 0.5:
        share = min(max(float(column.mean()), 1e-3), 1 - 1e-3)
        weight = np.where(column, 0.5 / share, 0.5 / (1 - share))[:, None]
        gram = inputs.T @ (weight * inputs)
        gram[np.diag_indices_from(gram)] += RIDGE * np.diagonal(gram).mean()
        lines.append(np.linalg.solve(gram, inputs.T @ (weight[:, 0] * (2.0 * column - 1))))
    return np.stack(lines, axis=1)


def _with_one(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x.astype(np.float64), np.ones((len(x), 1))], axis=1)
