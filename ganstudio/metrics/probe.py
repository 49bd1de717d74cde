"""What a discriminator has learnt about classes that nobody told it."""

from __future__ import annotations

import warnings
from typing import ClassVar

import numpy as np

from ganstudio.metrics.base import Metric, Score, View


class LinearProbe(Metric):
    """A linear classifier on the features of the discriminator: 3D-GAN's own test.

    The discriminator never saw a label in the unconditional game; if objects of one class still
    lie together in its features, it has learnt what objects are. The features are the outputs of
    all its layers but the last, pooled by their maxima; a linear support vector machine learns on
    half of the labelled samples and is tested on the rest. The paper reaches 0.833 on ModelNet40.

    Source: Wu et al. 2016, arXiv:1610.07584, section 4.2.
    """

    title = "Linear classifier on D"
    takes = ("voxels",)
    scores: ClassVar[dict[str, Score]] = {
        "d_accuracy": Score("Classes in D's features", "higher", "Accuracy on objects held out."),
    }
    headline = ("d_accuracy",)
    live = False

    def applies(self, view: View) -> bool:
        """Where a discriminator could be asked."""
        return super().applies(view) and view.probe is not None

    def measure(self, view: View) -> dict[str, float]:
        """Learn on one part, test on the other."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.svm import LinearSVC

        assert view.probe is not None
        probe = view.probe
        mean, spread = probe.train.mean(0), probe.train.std(0) + 1e-6
        machine = LinearSVC(C=0.01, dual="auto", random_state=0, max_iter=2000)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # near enough to be compared
            machine.fit((probe.train - mean) / spread, probe.train_labels)
        said = machine.predict((probe.test - mean) / spread)
        return {"d_accuracy": float(np.mean(said == probe.test_labels))}
