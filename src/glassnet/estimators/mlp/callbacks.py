"""scikit-learn's callback protocol: each epoch of a fit is a task that callbacks see begin and end."""

from __future__ import annotations

import copy
from typing import Any

from sklearn.callback import CallbackSupportMixin, with_callbacks

from glassnet.estimators.sklearn_compat import callback_context, has_callbacks
from glassnet.typing import AnyArray

__all__ = ["CallbackSupportMixin", "EpochTasks", "with_callbacks"]


class EpochTasks:
    """Tells the callbacks of an estimator that its fit and each epoch begin and end.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Who is fitted; callbacks that ask for a fitted estimator get a copy as it stands.
    X, y, sample_weight : array
        The training data, as callbacks are shown it.
    epochs : int
        Most epochs.
    """

    def __init__(self, estimator: Any, X: AnyArray, y: AnyArray, sample_weight: AnyArray | None, epochs: int) -> None:
        self.estimator = estimator
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        self.data: dict[str, Any] = {"X": X, "y": y, "metadata": metadata}
        self.left: int = epochs
        self.epoch: Any = None
        self.fit: Any = callback_context(estimator, epochs)
        self.listened: bool = has_callbacks(estimator)
        if self.listened:
            self.fit.call_on_fit_task_begin(estimator=estimator, **self.data)

    def begin_epoch(self) -> None:
        """Open the task of the next epoch, if there can be one."""
        if self.listened and self.left:
            self.left -= 1
            self.epoch = self.fit.subcontext(task_name="epoch")
            self.epoch.call_on_fit_task_begin(estimator=self.estimator, **self.data)

    def end_epoch(self) -> bool:
        """Close the task of the epoch; return whether a callback wants to stop."""
        if self.epoch is None:
            return False
        ended, self.epoch = self.epoch, None
        return bool(ended.call_on_fit_task_end(estimator=self.estimator, **self.data, **self._fitted()))

    def end(self) -> None:
        """Close the task of the fit, and that of an epoch which never came."""
        if self.epoch is not None:
            self.epoch.call_on_fit_task_end(estimator=self.estimator)
        if self.listened:
            self.fit.call_on_fit_task_end(estimator=self.estimator, **self.data, **self._fitted())

    def _fitted(self) -> dict[str, Any]:
        network = self.estimator.network_
        return {"reconstruction_attributes": lambda: {"network_": copy.deepcopy(network)}}
