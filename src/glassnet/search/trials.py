"""What a study found: its trials as plain data, the best of them, and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glassnet.text_table import fitted, number_text
from glassnet.texts import told

MOST_SHOWN = 15  # in a table
FINISHED, PRUNED, DIVERGED = "finished", "pruned", "diverged"


@dataclass(frozen=True)
class Trial:
    """One network, or one stack of them, that was tried.

    Parameters
    ----------
    number : int
        Counted from 0, in the order in which trials began; trial 0 is the model as it trains without a search.
    state : {"finished", "pruned", "diverged"}
        How it ended: pruned where its validation cost was above the median of those before at the same share of the
        training, diverged where its cost stopped being a finite number.
    settings : dict
        Arguments of the estimator beside those that were given.
    score : float or None
        The cost on rows left out, by which trials are compared (the squared error of the probabilities, the mean loss,
        or what a metric makes of it); None unless it finished.
    scores : dict of str to float
        On the same rows, by label.
    parameters : dict
        What was chosen for each parameter that is searched.
    n_parameters : int
        Weights and biases of its network, 0 unless it finished.
    seconds : float
        It took.
    """

    number: int
    state: str
    settings: dict[str, Any]
    score: float | None
    scores: dict[str, float]
    parameters: dict[str, Any]
    n_parameters: int
    seconds: float


@dataclass(frozen=True)
class Study:
    """What a search found.

    Parameters
    ----------
    trials : list of Trial
        In the order of their numbers.
    model : fitted estimator or None
        That of the best trial; None where it was not asked for.
    interrupted : bool
        Whether Ctrl-C ended the search.
    """

    trials: list[Trial]
    model: Any = None
    interrupted: bool = False

    @property
    def ranked(self) -> list[Trial]:
        """The trials that finished, the best first; of equal ones the earlier."""
        finished = [each for each in self.trials if each.score is not None]
        return sorted(finished, key=lambda each: (each.score, each.number))

    @property
    def best(self) -> Trial:
        """The trial of the lowest score."""
        return self.ranked[0]

    def __str__(self) -> str:
        return table(self.trials)


def table(trials: Sequence[Trial]) -> str:
    """Return trials as a table of at most 80 columns: the best first, then how the others ended.

    Parameters
    ----------
    trials : sequence of Trial
        In any order.

    Returns
    -------
    str
        Its lines.
    """
    ranked = Study(list(trials)).ranked
    heads = ("trial", "score", "network", "rate", "batch", "dropout", "decay", "epochs", "s")
    names = [told(name) for name in heads]
    rows = [names, *map(_row, ranked[:MOST_SHOWN])]
    rest = [f"{len(ranked) - MOST_SHOWN} more finished"] if len(ranked) > MOST_SHOWN else []
    for state in (PRUNED, DIVERGED):
        if count := sum(each.state == state for each in trials):
            rest.append(f"{count} {state}")
    ending = f"\n{told(', '.join(rest))}" if rest else ""
    return fitted(rows, {name for name in names if name != names[2]}) + ending


def _row(trial: Trial) -> Sequence[str]:
    tried: Mapping[str, Any] = trial.settings
    rate, drop = tried.get("learning_rate"), tried.get("dropout")
    decay = trial.parameters.get("weight_decay")
    return (
        str(trial.number), "" if trial.score is None else number_text(trial.score), _network(tried),
        "" if rate is None else number_text(rate, 2), str(tried.get("batch_size") or ""),
        "" if drop is None else f"{drop:.2f}", "" if decay is None else f"{decay:.3f}", str(tried.get("epochs") or ""),
        number_text(trial.seconds, 2),
    )  # fmt: skip


def _network(tried: Mapping[str, Any]) -> str:
    """Say in few letters which network is tried."""
    if not tried:
        return told("default")
    hidden = tried.get("hidden")
    layers = f"preset {tried['preset']}" if "preset" in tried else "" if hidden is None else "-".join(map(str, hidden))
    k = tried.get("n_networks", 1)
    return " ".join(filter(None, [layers, tried.get("activation"), f"x{k}" if k > 1 else ""]))
