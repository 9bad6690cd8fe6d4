"""What is exported of a model, as plain data: what it takes, how features come about, layers, and what answers mean.

A format (ONNX, Python, C) is written from this alone. It knows a few kinds of features, not the kinds of columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from glassnet.core.architecture import Embedding
from glassnet.typing import AnyArray, Array

__all__ = [
    "Bins", "CalendarPart", "ClassAnswers", "Description", "Feature", "Given", "Input", "IsMissing", "Layer", "Means",
    "NumberAnswers", "OneOf", "Pixels", "Scaled", "TermScores", "Terms",
]  # fmt: skip


@dataclass(frozen=True)
class Input:
    """Something that an exported model takes.

    Parameters
    ----------
    name : str
        The column; "X" where rows of numbers or pictures are taken.
    kind : {"number", "moment", "time", "text", "words", "rows", "pictures"}
        A number for each row (of a moment the seconds since 1970, of a time of day those since midnight) or a text, of
        which the whole or the words say something; or all numbers of a row; or a picture.
    holds : str
        What it is, in a few words.
    shape : tuple of int
        Of one row: ``(n_x,)``, or ``(height, width, channels)``; empty for one cell.
    per_unit : float
        What a number is divided by before it is used: 86400 where seconds are given and days are learned.
    gaps : tuple of float
        Numbers that stand for a missing one.
    marks : tuple of str
        Texts that stand for a missing one.
    """

    name: str
    kind: str
    holds: str
    shape: tuple[int, ...] = ()
    per_unit: float = 1.0
    gaps: tuple[float, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feature:
    """Some features, side by side, that follow from one input.

    Parameters
    ----------
    input : Input
        What they follow from.
    """

    input: Input

    @property
    def width(self) -> int:
        """How many they are."""
        return 1


@dataclass(frozen=True)
class Given(Feature):
    """The numbers of a row as they are."""

    @property
    def width(self) -> int:
        """How many they are."""
        return self.input.shape[0]


@dataclass(frozen=True)
class Pixels(Feature):
    """The numbers of a picture, divided by 255; ``planes``: all red ones first, then all green ones, then blue."""

    planes: bool

    @property
    def width(self) -> int:
        """How many they are."""
        height, width, channels = self.input.shape
        return height * width * channels


@dataclass(frozen=True)
class Scaled(Feature):
    """z = (v - median) / spread, a missing v being the median; clipped: z / sqrt(1 + (z / 3)²)."""

    median: float
    spread: float
    clipped: bool


@dataclass(frozen=True)
class Bins(Feature):
    """For each bin how much of it lies below v: 0 to 0.5, a missing v being the median."""

    median: float
    edges: tuple[float, ...]

    @property
    def width(self) -> int:
        """How many they are."""
        return len(self.edges) - 1


@dataclass(frozen=True)
class IsMissing(Feature):
    """1 where there is no number or no text, else 0."""


@dataclass(frozen=True)
class OneOf(Feature):
    """For each value 1 where the text is it; then whether it is any other text, and whether it is missing."""

    values: tuple[str, ...]
    other: bool
    missing: bool

    @property
    def width(self) -> int:
        """How many they are."""
        return len(self.values) + self.other + self.missing


@dataclass(frozen=True)
class Means(Feature):
    """Numbers that belong to a text; 0 for a text that is not known."""

    values: tuple[str, ...]
    means: tuple[tuple[float, ...], ...]

    @property
    def width(self) -> int:
        """How many they are."""
        return len(self.means[0])


@dataclass(frozen=True)
class Terms(Feature):
    """How often a text holds words and pairs of neighbouring words: (1 + log n) * rarity, all scaled to one length.

    Parameters
    ----------
    input : Input
        The text.
    terms : tuple of str
        Words, and pairs of words with a blank between them.
    rarity : tuple of float
        Of each.
    length : float
        Of the features of a text that holds some.
    """

    terms: tuple[str, ...]
    rarity: tuple[float, ...]
    length: float

    @property
    def width(self) -> int:
        """How many they are."""
        return len(self.terms)


@dataclass(frozen=True)
class TermScores(Terms):
    """Sums of weights of the terms that a text holds, each times what `Terms` makes of it.

    Parameters
    ----------
    input, terms, rarity, length
        As of `Terms`.
    weights : tuple of tuple of float
        For each term, and for each score its weight.
    """

    weights: tuple[tuple[float, ...], ...]

    @property
    def width(self) -> int:
        """How many they are."""
        return len(self.weights[0])


@dataclass(frozen=True, eq=False)
class CalendarPart(Feature):
    """Numbers that belong to a part of a moment, such as its weekday; 0 where it is missing.

    Parameters
    ----------
    input : Input
        Seconds.
    part : str
        A key of `tables.columns.calendar.PARTS`.
    table : array (number of positions, number of features)
        The features of each position.
    """

    part: str
    table: Array

    @property
    def width(self) -> int:
        """How many they are."""
        return int(self.table.shape[1])


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer: W (n, n_prev), b (n, 1) and the activation's name; of k networks side by side (k, n, n_prev).

    Where weights are rounded, they are whole numbers times `step` (n, 1).
    """

    W: Array
    b: Array
    activation: str
    step: Array | None = None


@dataclass(frozen=True, eq=False)
class ClassAnswers:
    """What outputs say of classes.

    Parameters
    ----------
    classes : array (n_classes,)
        The labels.
    multilabel : bool
        Whether a row may have several; then they are the numbers of the outputs.
    threshold : float
        Of two classes, the second is decided on where its probability is above this.
    costs : array (n_classes, n_classes), optional
        The class of least expected cost is decided on: probabilities times these.
    """

    classes: AnyArray
    multilabel: bool
    threshold: float = 0.5
    costs: Array | None = None


@dataclass(frozen=True, eq=False)
class NumberAnswers:
    """What outputs say of numbers: outputs * scale + mean, and if `log` e to the power of that, times `factor`."""

    mean: Array
    scale: Array
    log: bool = False
    factor: float = 1.0


@dataclass(frozen=True, eq=False)
class Description:
    """A model, as plain data.

    Parameters
    ----------
    kind : str
        Of the model: "TabularClassifier", ..., "Network".
    inputs : tuple of Input
        What it takes.
    features : tuple of Feature
        What becomes of these, in this order.
    layers : tuple of Layer
        Layers 1 ... L.
    n_x : int
        Rows of X.
    answers : ClassAnswers, NumberAnswers or None
        What the outputs mean; None for a network without labels.
    embedding : Embedding, optional
        Layer 0, if there is one: its groups, rows and units.
    layer_0 : Layer, optional
        Its W (g, d, t) and b (g, d, 1).
    places : list of int
        With an embedding: where in X each feature is; other rows of X are 0.
    """

    kind: str
    inputs: tuple[Input, ...]
    features: tuple[Feature, ...]
    layers: tuple[Layer, ...]
    n_x: int
    answers: ClassAnswers | NumberAnswers | None
    embedding: Embedding | None = None
    layer_0: Layer | None = None
    places: list[int] = field(default_factory=list)

    @property
    def stack(self) -> int | None:
        """Number k of networks side by side, None for one alone."""
        return len(self.layers[0].W) if self.layers[0].W.ndim == 3 else None

    @property
    def sizes(self) -> list[int]:
        """n[0] ... n[L]."""
        return [self.layers[0].W.shape[-1], *(layer.W.shape[-2] for layer in self.layers)]

    @property
    def n_parameters(self) -> int:
        """Numbers in all W and b."""
        layers = (*self.layers, *filter(None, [self.layer_0]))
        return sum(int(layer.W.size + layer.b.size) for layer in layers)
