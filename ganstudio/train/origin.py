"""Where a branch begins: its trainer stands at a checkpoint of the parent."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from ganstudio.recipe import Recipe
from ganstudio.train import examples
from ganstudio.train.branch import Parent, checkpoints_before, difference
from ganstudio.train.checkpoints import Checkpoint
from ganstudio.train.run import RunError, RunFolder
from ganstudio.train.trainer import Trainer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Origin:
    """The checkpoint that a branch goes on from.

    Attributes:
        parent: its run, and the real samples seen by then.
        seconds: time spent training by then.
    """

    parent: Parent
    seconds: float


def take_up(trainer: Trainer, recipe: Recipe, parent: Parent) -> Origin:
    """Stand a fresh trainer at the parent's nearest checkpoint at or before a moment.

    With the parent's own recipe all goes on to the bit as it would have there; with another seed,
    batch or data set, order and noise are drawn anew. The parent is read and nothing else.

    Args:
        trainer: of the branch's recipe.
        recipe: what it trains.
        parent: the moment asked for.

    Raises:
        RunError: if the networks are other ones, the samples are, pairs would be held out that the
            parent was trained on, or no checkpoint is whole.
    """
    then = Recipe.of_run(parent.run)
    if then.variant == recipe.variant:
        samples = recipe.spec
        if change := examples.change(then, samples):
            raise RunError(f"{recipe.data} is not what {parent.run} was trained on: {change}")
    checkpoint = _newest_whole(parent)
    fixed = difference(then, recipe)
    if then.variant != recipe.variant or not _fits(trainer, checkpoint):
        raise RunError(
            f"{parent.run} cannot go on with this recipe, for its networks are other ones: {fixed}"
        )
    same_data = (then.data, then.dataset) == (recipe.data, recipe.dataset)
    if same_data and recipe.held_out > then.held_out:
        raise RunError(
            f"held_out is {recipe.held_out:g}, and {parent.run} was trained on some of those pairs "
            f"(its held_out is {then.held_out:g}): set it to that or less"
        )
    same = same_data and (then.basics.seed, then.held_out) == (recipe.basics.seed, recipe.held_out)
    trainer.restore(checkpoint, reseed=not same)
    where = Parent(parent.run, checkpoint.nimg)
    return Origin(where, float(checkpoint.state["seconds"]))


def _newest_whole(parent: Parent) -> Checkpoint:
    """Also while another program trains the parent, and lets old checkpoints go."""
    run = RunFolder(parent.run)
    for path in checkpoints_before(parent.run, parent.nimg):
        try:
            return run.read(path.name)
        except RunError as error:
            log.warning("%s; the checkpoint before it is used", error)
    raise RunError(f"{parent.run} has no checkpoint that is whole before that moment")


def _fits(trainer: Trainer, checkpoint: Checkpoint) -> bool:
    """Whether its weights are those of networks like these, all of the same shape."""
    own = {
        f"{name}.{key}": value.shape
        for name, player in trainer.gan.players.items()
        for key, value in player.state_dict().items()
    }
    return own == {name: value.shape for name, value in checkpoint.weights.items()}
