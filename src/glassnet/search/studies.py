"""A study: trial after trial is asked for, trained, pruned where it lags behind, and told; by any processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from glassnet.errors import DataError, DivergedError, SettingError
from glassnet.search.alive import Watch, signs_of_life
from glassnet.search.sampling import AGAIN, ByNumber, places
from glassnet.search.space import is_single, settings_of
from glassnet.search.storage import opened
from glassnet.search.trials import DIVERGED, FINISHED, PRUNED, Study, Trial
from glassnet.training.history import Progress

Fit = Callable[[dict[str, Any], list[Callable[[Progress], Any]]], Any]  # settings and callbacks to a fitted model

PARTS = 10  # of a training, at the ends of which trials are compared
BEFORE_PRUNING = 5  # trials that finish first
NOT_BEFORE = 3  # parts of a training
WAIT = 0.5  # seconds between two looks at what the other processes do


class _Ended(Exception):  # noqa: N818 - nothing went wrong
    """A trial is not trained to its end."""


class Search:
    """One process's part in a study.

    Parameters
    ----------
    fit : callable
        Takes settings and callbacks, and returns a fitted model of `glassnet.estimators.tabular.model`.
    given : mapping
        Settings that are not tried.
    name : str
        Of the study in its storage: the same for the same data and given settings, and for no others.
    seed : int
        By which values are drawn.
    trials : int
        In all, those of other processes included.
    time_limit : float, optional
        Seconds of this process.
    storage : str or Path, optional
        A journal file or the URL of a database.
    prune : bool
        Whether trials that lag behind are ended.
    tell : callable
        Gets each `Trial` of this process when it has ended.
    """

    def __init__(
        self, fit: Fit, given: Mapping[str, Any], name: str, *, seed: int, trials: int, time_limit: float | None = None,
        storage: str | Path | None = None, prune: bool = True, tell: Callable[[Trial], Any] = lambda trial: None,
    ) -> None:  # fmt: skip
        if trials < 1:
            raise SettingError(f"trials: expected a whole number of at least 1; got {trials!r}")
        self.fit, self.given, self.trials, self.prune, self.tell = fit, given, trials, prune, tell
        self.end = None if time_limit is None else time.monotonic() + time_limit
        self.watch = Watch()
        pruner = optuna.pruners.MedianPruner(n_startup_trials=BEFORE_PRUNING, n_warmup_steps=NOT_BEFORE)
        with _quiet():
            self.study = optuna.create_study(
                storage=opened(storage), sampler=ByNumber(seed), pruner=pruner, study_name=name, load_if_exists=True
            )

    def run(self) -> Study:
        """Train until the study has its trials, the time is over, or Ctrl-C; return what all processes found."""
        interrupted = False
        with _quiet():
            try:
                while (following := self._next()) is not None:
                    self._train(*following)
            except KeyboardInterrupt:
                interrupted = True
            ended = self.study.get_trials(deepcopy=False)
        place = places(ended)
        found = {place[each.number]: trial for each in ended if (trial := _plain(each, place[each.number])) is not None}
        done = Study([found[number] for number in sorted(found)], interrupted=interrupted)
        if not done.ranked:
            if interrupted:
                raise KeyboardInterrupt
            raise DataError(
                f"search: none of {len(done.trials)} trials has finished; give it more time, or fewer settings"
            )
        return done

    @property
    def is_late(self) -> bool:
        """Whether the time is over."""
        return self.end is not None and time.monotonic() > self.end

    def _next(self) -> tuple[Any, int] | None:
        """Return the next trial of this process and its place; None where all have ended, or the time is over."""
        while not self.is_late:
            known = self.study.get_trials(deepcopy=False)
            place = places(known)
            for lost in self.watch.lost(known):
                if self._has_failed(lost):
                    self._queue(lost, place[lost.number])
            asked = sorted(set(place.values()))[: self.trials]
            rest = set(asked) - {place[each.number] for each in known if _has_ended(each)}
            for each in self.watch.left(known, rest):
                self._queue(each, place[each.number])
            if len(asked) < self.trials or any(each.state == TrialState.WAITING for each in known):
                trial = self.study.ask()
                place = places(self.study.get_trials(deepcopy=False))
                if place[trial.number] < self.trials:
                    return trial, place[trial.number]
                self._has_failed(trial)  # another process was as fast
            elif not rest:
                return None
            else:
                time.sleep(WAIT)
        return None

    def _has_failed(self, trial: Any) -> bool:
        """Mark a trial as failed; return whether no other process did."""
        try:
            self.study.tell(trial.number, state=TrialState.FAIL)
        except (ValueError, UpdateFinishedTrialError):
            return False
        return True

    def _queue(self, lost: Any, place: int) -> None:
        """Let a trial be done again, by whichever process asks next."""
        drawn = lost.params if "settings" in lost.user_attrs else {}  # else it is drawn anew, from its beginning
        self.study.enqueue_trial(drawn, user_attrs={AGAIN: place})

    def _train(self, trial: Any, place: int) -> None:
        """Train a trial and tell how it ended; one that another process has taken over is let go of."""
        began = time.perf_counter()
        told: dict[str, Any] = {"state": TrialState.FAIL}
        try:
            settings = {} if place == 0 else settings_of(trial, self.given)
            trial.set_user_attr("settings", settings)
            judge = _Judge(self, trial, prunes=self.prune and is_single({**self.given, **settings}))
            with signs_of_life(trial):
                model = self.fit(settings, [judge])
            if model.was_interrupted:
                raise KeyboardInterrupt
            trial.set_user_attr("scores", dict(model.left_out_))
            trial.set_user_attr("n_parameters", model.network_.architecture.n_parameters)
            told = {"values": model.left_out_["cost"]}
        except _Ended:
            if judge.is_pruned:
                told = {"state": TrialState.PRUNED}
        except DivergedError:
            with suppress(UpdateFinishedTrialError):
                trial.set_user_attr(DIVERGED, True)
        except UpdateFinishedTrialError:
            pass  # this process was thought to be gone, and another one does it again
        finally:
            try:
                trial.set_user_attr("seconds", round(time.perf_counter() - began, 3))
                self.study.tell(trial, **told)
            except (ValueError, UpdateFinishedTrialError):
                told = {}
        ended = _plain(self.study.get_trials(deepcopy=False)[trial.number], place)
        if told and ended is not None:
            self.tell(ended)


class _Judge:
    """A callback that reports the validation cost at each tenth of a training, and ends one that lags behind."""

    def __init__(self, search: Search, trial: Any, *, prunes: bool) -> None:
        self.search, self.trial, self.prunes = search, trial, prunes
        self.part, self.is_pruned = 0, False

    def __call__(self, progress: Progress) -> None:
        if progress.moment == "epoch" and self.prunes and progress.validation_cost is not None:
            cost, part = float(np.mean(progress.validation_cost)), PARTS * progress.epoch // progress.epochs
            if self.part < part < PARTS:
                for each in range(self.part + 1, part + 1):
                    self.trial.report(cost, each)
                self.part, self.is_pruned = part, self.trial.should_prune()
        if self.is_pruned or self.search.is_late:
            raise _Ended


def _has_ended(trial: Any) -> bool:
    """Return whether a trial has a result: it finished, lagged behind, or diverged."""
    return trial.state in (TrialState.COMPLETE, TrialState.PRUNED) or bool(trial.user_attrs.get(DIVERGED))


def _plain(trial: Any, place: int) -> Trial | None:
    """Return a trial of Optuna's that has ended as plain data."""
    if not _has_ended(trial):
        return None
    known = trial.user_attrs
    state = {TrialState.COMPLETE: FINISHED, TrialState.PRUNED: PRUNED}.get(trial.state, DIVERGED)
    score = trial.value if state == FINISHED else None
    scores = known.get("scores", {})
    return Trial(
        place, state, known["settings"], score, scores, dict(trial.params), known.get("n_parameters", 0),
        known.get("seconds", 0.0),
    )  # fmt: skip


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from logging, which is not ours to print."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
