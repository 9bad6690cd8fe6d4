"""Looking inside a network: plain data, nothing drawn."""

from glassnet.inspection.dimensions import Dimension, DimensionTable
from glassnet.inspection.gradient_check import GradientCheck, check_activation, check_loss
from glassnet.inspection.trace import Trace, TraceLine

__all__ = [
    "Dimension",
    "DimensionTable",
    "GradientCheck",
    "Trace",
    "TraceLine",
    "check_activation",
    "check_loss",
]
