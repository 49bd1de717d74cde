"""A picture of the other domain, to be brought over."""

from __future__ import annotations

from ganstudio.ui.inputs._source import PictureInput


class DomainInput(PictureInput):
    """A picture of another domain, where nothing shows what it should become."""

    kind = "domain"
