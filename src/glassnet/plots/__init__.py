"""Pictures of plain results, by matplotlib, which loads when the first one is drawn.

Every function takes `ax`, the axes to draw on, makes a figure of its own without it, and returns the axes.
"""

from glassnet.plots.general import bars, lines, scatter
from glassnet.plots.of_answers import calibration_curve, cumulative_gains, prediction_error, threshold_curve
from glassnet.plots.of_explanations import contributions, dependence, importance, interactions
from glassnet.plots.of_networks import decision_boundary, diagram, first_layer_weights
from glassnet.plots.of_planes import images, matrix, surface
from glassnet.plots.of_searches import search
from glassnet.plots.of_tables import activations, confusion_matrix
from glassnet.plots.of_training import cost_curves, distributions, learning_rates

__all__ = [
    "activations",
    "bars",
    "calibration_curve",
    "confusion_matrix",
    "contributions",
    "cost_curves",
    "cumulative_gains",
    "decision_boundary",
    "dependence",
    "diagram",
    "distributions",
    "first_layer_weights",
    "images",
    "importance",
    "interactions",
    "learning_rates",
    "lines",
    "matrix",
    "prediction_error",
    "scatter",
    "search",
    "surface",
    "threshold_curve",
]
