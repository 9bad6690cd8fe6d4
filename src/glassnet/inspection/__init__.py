"""Looking inside a network: plain data, nothing drawn."""

from glassnet.inspection.diagnosis import Diagnosis, Finding
from glassnet.inspection.dimensions import Dimension, DimensionTable
from glassnet.inspection.gradient_check import GradientCheck, check_activation, check_loss
from glassnet.inspection.labels import Labels
from glassnet.inspection.snapshots import Snapshots
from glassnet.inspection.strongest import Term
from glassnet.inspection.trace import Trace, TraceLine

__all__ = [
    "Diagnosis",
    "Dimension",
    "DimensionTable",
    "Finding",
    "GradientCheck",
    "Labels",
    "Snapshots",
    "Term",
    "Trace",
    "TraceLine",
    "check_activation",
    "check_loss",
]
