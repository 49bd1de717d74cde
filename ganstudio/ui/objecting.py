"""Objections to the object at Latent, for panels that colour it by them."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.train.verdicts import Objected
from ganstudio.ui.asking import Asking
from ganstudio.ui.studio import Studio

WHO = "objections"


class Objecting(QObject):
    """Keeps ``studio.objections`` up to date while somebody wants them.

    It asks by itself, at the share that is fair to a training, but for the times when the
    Inspector has the same object judged anyway.
    """

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self._stand: Stand | None = None
        self._model: m.Model | None = studio.model
        self._needless = False
        self._asking = Asking(studio, WHO, self)
        self._asking.answered.connect(self.tell)
        studio.modelReady.connect(self._on_model)
        studio.latentChanged.connect(self._on_latent)
        studio.objectionsWanted.connect(self._on_wanted)

    def set_needless(self, needless: bool) -> None:
        """Whether somebody else has the object at Latent judged now, and tells of it here."""
        if needless != self._needless:
            self._needless = needless
            self._renew(soon=True)

    def release(self) -> None:
        """Want nothing any more."""
        self._asking.forget()
        self.studio.look_at_scores(WHO, False)

    def tell(self, found: Objected) -> None:
        """What the discriminator objects to in the object at Latent."""
        model = self._model
        if model is None or found.sample.shape != model.spec.shape:
            return
        if found.missing and self.studio.model_source == "live":
            return  # the discriminator comes along with the next generator
        voxels = model.spec.kind == "voxels" and not found.missing
        self.studio.objections.emit(-found.heat if voxels else None)

    def _on_model(self, event: m.ModelReady) -> None:
        if event.model != self._model:
            self._model = event.model
            self._asking.forget()
            self.studio.objections.emit(None)
        self._renew()

    def _on_latent(self, stand: Stand) -> None:
        self._stand = stand
        self._renew()

    def _on_wanted(self, wanted: bool) -> None:
        self.studio.look_at_scores(WHO, wanted)
        self._renew(soon=True)

    def _renew(self, soon: bool = False) -> None:
        """Ask again, or no longer."""
        model, stand = self._model, self._stand
        if self._needless or not self.studio.objections_wanted:
            self._asking.forget()
        elif model is None or model.spec.kind != "voxels" or stand is None:
            return
        elif stand.z.shape == (model.z_dim,):
            self._asking.ask("objections", soon=soon, stand=stand, steps=0)
