"""The source picture that the result shall go with."""

from __future__ import annotations

from ganstudio.ui.inputs._source import PictureInput


class ImageInput(PictureInput):
    """A source picture that belongs to the sample, such as its outline."""

    kind = "image"
