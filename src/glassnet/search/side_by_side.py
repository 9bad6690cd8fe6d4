"""scikit-learn splits, scores and ranks; the fits go side by side, one thread each.

Networks release the interpreter's lock while they train, so that threads suffice: nothing is copied to another process.
Each fit gives the same result as alone with the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from joblib import parallel_config
from sklearn import model_selection
from sklearn.base import is_classifier
from sklearn.model_selection import ParameterGrid, ParameterSampler, check_cv

from glassnet.arrays.threads import blas_threads
from glassnet.backends.choice import amortise_startup_over
from glassnet.errors import SettingError, WrongTypeError
from glassnet.estimators.sklearn_compat import BaseSearchCV, Interval
from glassnet.search.pool import Threads
from glassnet.typing import ArrayLike, Rows


def cross_validate(
    estimator: Any,
    X: Rows,
    y: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    scoring: Any = None,
    cv: Any = None,
    n_jobs: int | None = None,
    verbose: int = 0,
    params: Mapping[str, Any] | None = None,
    return_train_score: bool = False,
    return_estimator: bool = False,
    return_indices: bool = False,
    error_score: float | str = np.nan,
) -> dict[str, Any]:
    """Fit and score an estimator on each split of the data, the fits side by side over the cores.

    Parameters
    ----------
    estimator : estimator
        A glassnet estimator, a pipeline with one inside, or any other with scikit-learn's interface.
    X : array-like (n_samples, n_features)
        One row per sample.
    y : array-like (n_samples,) or (n_samples, n_outputs), optional
        Labels or numbers.
    groups : array-like (n_samples,), optional
        Group of each sample, for a `cv` that keeps groups together.
    scoring : str, callable, list, tuple or dict, optional
        One score or several; None takes the estimator's own.
    cv : int, splitter or iterable of (train, test), optional
        How to split; None is 5 folds, which keep the classes' shares for a classifier.
    n_jobs : int, optional
        Fits at once; None is one per core, 1 goes one by one.
    verbose : int
        How much is printed.
    params : mapping, optional
        Arguments of the estimator's ``fit``; arrays with one entry per sample are split like X.
    return_train_score, return_estimator, return_indices : bool
        Whether the result holds the scores on the training rows, the fitted estimators, the rows of each split.
    error_score : float or "raise"
        Score of a fit that fails.

    Returns
    -------
    dict
        Arrays with one entry per split under ``test_score`` (``test_<name>`` for several), ``fit_time``,
        ``score_time``, and what else was requested: the dict of `sklearn.model_selection.cross_validate`.

    Raises
    ------
    WrongTypeError
        If `estimator` has no ``fit``, or is a class and not an instance.
    ValueError
        If every fit fails, or an argument cannot be used.
    KeyboardInterrupt
        After Ctrl-C, once all fits have been stopped.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassnet import MLPClassifier, cross_validate
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((8,), solver="lbfgs", max_iter=1000, random_state=1)
    >>> len(cross_validate(net, X, y, cv=3)["test_score"])
    3
    """
    check_estimator(estimator)
    cv = check_cv(5 if cv is None else cv, y, classifier=is_classifier(estimator))
    fits = cv.get_n_splits(X, y, (params or {}).get("groups") if groups is None else groups)
    with threads(), together(fits, n_jobs):
        results: dict[str, Any] = model_selection.cross_validate(
            estimator,
            X,
            y,
            groups=groups,
            scoring=scoring,
            cv=cv,
            n_jobs=n_jobs,
            verbose=verbose,
            params=params,
            return_train_score=return_train_score,
            return_estimator=return_estimator,
            return_indices=return_indices,
            error_score=error_score,
        )
    return results


class SearchCV(BaseSearchCV):
    """Search for the best parameters by cross-validation, the fits side by side over the cores.

    Every combination of a grid is tried or, with `n_iter`, so many at random. All else is as in scikit-learn's
    `GridSearchCV` and `RandomizedSearchCV`.

    Parameters
    ----------
    estimator : estimator
        A glassnet estimator, a pipeline with one inside, or any other with scikit-learn's interface.
    param_grid : dict or list of dict
        Values to try for each parameter: a list, or with `n_iter` also a distribution with ``rvs``. Parameters inside
        a pipeline are named ``step__parameter``.
    n_iter : int, optional
        Candidates to draw; None tries all.
    scoring : str, callable, list, tuple or dict, optional
        One score or several; None takes the estimator's own.
    n_jobs : int, optional
        Fits at once; None is one per core, 1 goes one by one.
    refit : bool, str or callable
        Whether the best candidate is fitted on all of the data; with several scores, the one that decides.
    cv : int, splitter or iterable of (train, test), optional
        How to split; None is 5 folds, which keep the classes' shares for a classifier.
    verbose : int
        How much is printed.
    error_score : float or "raise"
        Score of a fit that fails.
    return_train_score : bool
        Whether ``cv_results_`` holds the scores on the training rows.
    random_state : int, RandomState instance or None
        Source of the candidates that `n_iter` draws.

    Attributes
    ----------
    cv_results_ : dict
        One entry per candidate: its parameters, scores by split, their mean, standard deviation and rank, times.
    best_estimator_, best_params_, best_score_, best_index_
        The candidate of the highest mean score, fitted on all of the data; as fitted alone, to the bit.
    scorer_, n_splits_, refit_time_, multimetric_, classes_, n_features_in_, feature_names_in_
        As in `GridSearchCV`.

    See Also
    --------
    cross_validate : The scores of one set of parameters.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassnet import MLPClassifier, SearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((8,), solver="lbfgs", max_iter=1000, random_state=1)
    >>> search = SearchCV(net, {"alpha": [0.01, 1000.0]}, cv=3).fit(X, y)
    >>> search.best_params_
    {'alpha': 0.01}
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseSearchCV._parameter_constraints,
        "param_grid": [dict, list],
        "n_iter": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any,
        param_grid: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        n_iter: int | None = None,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: bool | str | Callable[..., Any] = True,
        cv: Any = None,
        verbose: int = 0,
        error_score: float | str = np.nan,
        return_train_score: bool = False,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.param_grid = param_grid
        self.n_iter = n_iter
        self.random_state = random_state

    def fit(self, X: Rows, y: ArrayLike | None = None, **params: Any) -> SearchCV:
        """Fit and score every candidate on every split, then the best one on all of the data.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            One row per sample.
        y : array-like (n_samples,) or (n_samples, n_outputs), optional
            Labels or numbers.
        **params
            Arguments of the estimator's ``fit``, split like X where they have one entry per sample; ``groups`` goes to
            the splitter.

        Returns
        -------
        SearchCV
            The search itself.

        Raises
        ------
        WrongTypeError
            If the estimator has no ``fit``, or is a class and not an instance.
        SettingError
            If a distribution is given without `n_iter`.
        ValueError
            If every fit fails, or an argument cannot be used.
        KeyboardInterrupt
            After Ctrl-C, once all fits have been stopped.
        """
        check_estimator(self.estimator)
        if self.n_iter is None:
            check_lists(self.param_grid)
        with threads():
            super().fit(X, y, **params)
        return self

    def _run_search(self, evaluate_candidates: Callable[[list[dict[str, Any]]], Any]) -> None:
        """Run all candidates together, so that their fits share an engine's start-up."""
        if self.n_iter is None:
            candidates = list(ParameterGrid(self.param_grid))
        else:
            candidates = list(ParameterSampler(self.param_grid, self.n_iter, random_state=self.random_state))
        with together(len(candidates) * self.n_splits_, self.n_jobs):
            evaluate_candidates(candidates)


def threads() -> Any:
    """Return a context in which scikit-learn's fits run in `Threads`, one per core unless `n_jobs` is given."""
    return parallel_config(backend=Threads(), n_jobs=-1)


@contextmanager
def together(fits: int, n_jobs: int | None) -> Iterator[None]:
    """Count every run inside as `fits` equal runs; where several run at once, each has one BLAS thread."""
    at_once = Threads().effective_n_jobs(-1 if n_jobs is None else n_jobs)
    several = at_once > 1
    with amortise_startup_over(fits, min(fits, at_once)), blas_threads(0 if several else np.inf, one=several):
        yield


def check_estimator(estimator: Any) -> None:
    """Refuse an object that cannot be cloned, set and fitted.

    Raises
    ------
    WrongTypeError
        If it is a class, or lacks one of the methods.
    """
    if isinstance(estimator, type):
        raise WrongTypeError(f"estimator: expected an estimator itself; got its class: write {estimator.__name__}()")
    lacking = [name for name in ("fit", "get_params", "set_params") if not hasattr(estimator, name)]
    if lacking:
        raise WrongTypeError(
            "estimator: expected one with scikit-learn's interface, such as MLPClassifier(); "
            f"got {type(estimator).__name__}, which has no {' and no '.join(lacking)}"
        )


def check_lists(param_grid: Any) -> None:
    """Refuse distributions where every combination is to be tried.

    Raises
    ------
    SettingError
        If a value has ``rvs``.
    """
    for grid in [param_grid] if isinstance(param_grid, Mapping) else param_grid:
        for name, values in grid.items():
            if hasattr(values, "rvs"):
                raise SettingError(f"param_grid: {name!r} is a distribution; say how often to draw, such as n_iter=20")
