"""How values are chosen: by what the trials so far say, and by the number of the trial.

Every trial has a generator of its own, which its place seeds: processes that share a study never try the same, and what
the first trials try does not depend on how many processes there are, or how many of them end before their time.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from optuna.samplers import BaseSampler, TPESampler

AGAIN = "again"  # the place of the trial of a process that ended, which another one repeats
FIRST = 10  # trials that are drawn at random


def places(trials: Sequence[Any]) -> dict[int, int]:
    """Return by which number each trial is drawn, by its number in the storage.

    Parameters
    ----------
    trials : sequence of optuna.trial.FrozenTrial
        All of a study, in the order of their numbers.

    Returns
    -------
    dict of int to int
        That of a trial that repeats another one is the other one's; the rest are counted from 0.
    """
    found: dict[int, int] = {}
    fresh = 0
    for each in trials:
        again = each.user_attrs.get(AGAIN)
        found[each.number] = fresh if again is None else int(again)
        fresh += again is None
    return found


class ByNumber(BaseSampler):
    """Tree-structured Parzen estimators (Bergstra and others 2011), seeded for each trial anew.

    Parameters
    ----------
    seed : int
        Of the study.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._of_trial: dict[int, TPESampler] = {}

    def _sampler(self, study: Any, trial: Any) -> TPESampler:
        if trial.number not in self._of_trial:
            place = places(study.get_trials(deepcopy=False))[trial.number]
            seed = int(np.random.SeedSequence((self.seed, place)).generate_state(1)[0])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that two of its options are experimental
                sampler = TPESampler(n_startup_trials=FIRST, multivariate=True, group=True, seed=seed)
            self._of_trial = {trial.number: sampler}
        return self._of_trial[trial.number]

    def infer_relative_search_space(self, study: Any, trial: Any) -> Any:
        """Return the parameters that are chosen together."""
        return self._sampler(study, trial).infer_relative_search_space(study, trial)

    def sample_relative(self, study: Any, trial: Any, search_space: Any) -> dict[str, Any]:
        """Return values of these."""
        return self._sampler(study, trial).sample_relative(study, trial, search_space)

    def sample_independent(self, study: Any, trial: Any, param_name: str, param_distribution: Any) -> Any:
        """Return the value of one that is chosen alone."""
        return self._sampler(study, trial).sample_independent(study, trial, param_name, param_distribution)
