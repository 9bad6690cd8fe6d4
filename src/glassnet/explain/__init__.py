"""Why a model for tables answers what it answers: which columns matter, how, for which row, and with which others.

Every function takes a fitted `TabularClassifier` or `TabularRegressor`, and returns plain results that print as a
sentence and a table; `glassnet.plots` draws them.
"""

from glassnet.explain.answers import Answer
from glassnet.explain.contributions import ColumnContribution, Contributions, contributions
from glassnet.explain.dependence import Axis, Dependence, dependence
from glassnet.explain.importance import Alike, ColumnImportance, Importance, importance
from glassnet.explain.interactions import Interaction, Interactions, interactions

__all__ = [
    "Alike",
    "Answer",
    "Axis",
    "ColumnContribution",
    "ColumnImportance",
    "Contributions",
    "Dependence",
    "Importance",
    "Interaction",
    "Interactions",
    "contributions",
    "dependence",
    "importance",
    "interactions",
]
