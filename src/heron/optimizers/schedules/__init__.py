"""Learning-rate schedules: functions of the step count that an optimizer takes in place of a number.

Every schedule maps a step (0 for the first update) to a float scalar, by arithmetic alone, so that it can be traced
into the training program.
"""

from heron import registry
from heron.optimizers.schedules.base import LearningRateSchedule, deserialize, serialize
from heron.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from heron.optimizers.schedules.decay import ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]

registry.publish(
    "heron.optimizers.schedules",
    {
        schedule.__name__: schedule
        for schedule in (
            LearningRateSchedule,
            ExponentialDecay,
            InverseTimeDecay,
            PiecewiseConstantDecay,
            PolynomialDecay,
            CosineDecay,
            CosineDecayRestarts,
        )
    },
)
