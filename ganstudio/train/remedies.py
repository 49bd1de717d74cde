"""What may keep a variant from diverging, from the knobs that it has."""

from __future__ import annotations

from ganstudio.knobs import Config, knobs_of
from ganstudio.train.messages import Remedy

RATES = ("g_lr", "d_lr")
PENALTIES = ("gp_weight", "r1_weight", "gamma")
CLIPS = ("clip",)
FAR = 4.0  # times its default, from where on a rate goes back to it at once


def remedies(config: Config, precision: str) -> tuple[Remedy, ...]:
    """Lower rates, a stronger hold on D, a wider number format; the likeliest first.

    Args:
        config: the knobs as they are.
        precision: of activations, such as ``bfloat16``.
    """
    found = []
    for name, knob in knobs_of(type(config)).items():
        value = getattr(config, name)
        if not knob.live or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if name in RATES and value > 0:
            usual = float(knob.default)
            wanted = usual if value > FAR * usual > 0 else value / 2
        elif name in PENALTIES:
            wanted = value * 2 or float(knob.default) or 1.0
        elif name in CLIPS:
            wanted = value / 2
        else:
            continue
        low = wanted if knob.low is None else max(wanted, knob.low)
        wanted = float(f"{low if knob.high is None else min(low, knob.high):.3g}")
        if wanted != value:
            found.append(Remedy(f"{name} {wanted:g} instead of {value:g}", name, wanted))
    if precision not in ("float32", "float64") and hasattr(config, "precision"):
        text = f"precision float32 instead of {precision}, in a branch"
        found.append(Remedy(text, "precision", "float32", live=False))
    return tuple(sorted(found, key=lambda one: (not one.live, one.knob not in RATES)))
