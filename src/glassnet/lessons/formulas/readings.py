"""In which networks, and at which layers, a formula is meant to hold; a formula is right where one reading holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glassnet.lessons.formulas.evaluation import Evaluator, MisfitError, NoSuchLayerError, Place
from glassnet.lessons.formulas.network import SmallNetwork, small_network
from glassnet.lessons.formulas.signs import MATRICES
from glassnet.lessons.formulas.targets import same, truth
from glassnet.lessons.formulas.tree import Call, Formula, Node, Sum, Symbol, symbols, walk
from glassnet.lessons.formulas.words import phrase
from glassnet.typing import AnyArray as Array

SEEDS = (12, 11)  # of networks with m = 3 and m = 5
SAMPLES = 2  # looked at, where a formula is about sample i
UNIT = ("Z", "A", "W", "b", "dZ", "dA", "dW", "db", "z", "a", "dz", "da")  # letters that belong to a layer


@dataclass(frozen=True)
class Reading:
    """One way to take a formula.

    Parameters
    ----------
    L : int
        Layers of the network.
    layers : str
        Which l: "all", "hidden", "last", "first".
    one_unit, one_sample : bool
        Whether n[L] is 1, whether m is.
    remark : str or None
        What has to be said where only this reading is right.
    """

    L: int
    layers: str
    one_unit: bool
    one_sample: bool
    remark: str | None = None

    def places(self) -> Iterator[tuple[int, Place]]:
        """Yield the seed of a network and a place in it."""
        L = self.L
        ls = {"all": range(1, L + 1), "hidden": range(1, L), "last": (L,), "first": (1,)}[self.layers]
        for seed in SEEDS:
            for l in ls:
                for i in range(1 if self.one_sample else SAMPLES):
                    yield seed, Place(l, i, i)

    def network(self, seed: int, hidden: str) -> SmallNetwork:
        """Return one of the networks."""
        return small_network(seed, self.L, hidden, self.one_unit, self.one_sample)

    def holds(self, left: Node, right: Node, hidden: str, lenient: bool = False) -> bool:
        """Return whether a right side is right at every place where it can be asked.

        Parameters
        ----------
        left, right : Node
            Sides of the formula.
        hidden : str
            Activation of the hidden layers.
        lenient : bool
            As in `Evaluator`.

        Returns
        -------
        bool
            False also where it can be asked nowhere.
        """
        asked = False
        for seed, at in self.places():
            network = self.network(seed, hidden)
            try:
                right_value = code_of(left, network, at)
                value = Evaluator(network, at, lenient)(right)
            except NoSuchLayerError:
                continue
            except MisfitError:
                return False
            if not same(value, right_value):
                return False
            asked = True
        return asked


def code_of(left: Node, network: SmallNetwork, at: Place) -> Array:
    """Return the right value by the code that trains; kept, since each change of a formula is compared with it."""
    kept = network.__dict__.setdefault("_kept", {})
    key = left, at
    if key not in kept:
        if len(kept) > 1000:
            kept.clear()
        kept[key] = truth(left, network, at).code
    found: Array = kept[key]
    return found


def readings(formula: Formula) -> list[Reading]:
    """Return the readings of a formula, the likeliest first.

    Parameters
    ----------
    formula : Formula
        As it was read.

    Returns
    -------
    list of Reading
        At least one.
    """
    nodes = [formula.left, *formula.rights]
    letters = [each for node in nodes for each in symbols(node)]
    indices = [each.layer for node in nodes for each in walk(node) if isinstance(each, Symbol | Call) and each.layer]
    names = {each.name for each in letters}
    single = _is_of_one_sample(formula, letters)
    numbers = [index.offset for index in indices if not index.letter]
    farthest = max([index.offset for index in indices if index.letter == "l"], default=0)
    L = min(9, max(numbers)) if numbers else 3 + max(0, farthest - 1)
    L = max(L, 2)
    if any(each.name in ("w", "dw") and each.layer is None for each in letters):
        return [Reading(1, "last", True, single)]
    of_l = any(index.letter == "l" for index in indices)
    bare = any(each.name in UNIT and each.layer is None for each in letters) or any(
        isinstance(each, Call) and each.function == "g" and not each.layer for node in nodes for each in walk(node)
    )
    hidden = phrase("it holds for hidden layers; the output layer is sigmoid")
    one = phrase("it holds for one output unit")
    if of_l:
        ways = [("all", L, None), ("hidden", L, hidden)]
    elif bare:
        last, first = ("last", L, None), ("first", L, None)
        alone = ("last", 1, phrase("it holds for a network of one layer, such as logistic regression"))
        has_Y, has_X = bool(names & {"Y", "y", "Yhat", "yhat"}), bool(names & {"X", "x"})
        if has_Y and has_X:
            ways = [alone, last, first, ("all", L, None), ("hidden", L, hidden)]
        elif has_Y:
            ways = [last, ("all", L, None), alone]
        elif has_X:
            ways = [first, alone, ("all", L, None)]
        else:
            ways = [("all", L, None), ("hidden", L, hidden), last, first, alone]
    else:
        ways = [("last", L, None)]
    about_cost = isinstance(formula.left, Call) or formula.left.name in ("J", "L")  # type: ignore[attr-defined]
    of_one = None if about_cost else one
    return [
        *(Reading(depth, layers, False, single, remark) for layers, depth, remark in ways),
        *(Reading(depth, layers, True, single, of_one) for layers, depth, _ in ways),
    ]


def _is_of_one_sample(formula: Formula, letters: list[Symbol]) -> bool:
    """Return whether small letters mean one sample: nothing else in the formula is about all of them."""
    if any(each.sample for each in letters):
        return False
    whole = {"Z", "A", "X", "Y", "dZ", "dA", "m", "J", "Yhat", "dX"}
    of_cost = formula.total and getattr(formula.left, "name", "") in ("dW", "db", "dw")
    nodes = [each for right in formula.rights for each in walk(right)]
    summed = any(isinstance(each, Sum) or getattr(each, "function", "") in ("sum", "mean") for each in nodes)
    if of_cost or summed or any(each.name in whole for each in letters):
        return False
    return any(each.name in MATRICES for each in letters)
