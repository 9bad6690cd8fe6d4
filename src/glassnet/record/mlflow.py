"""Trainings in MLflow."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from glassnet.errors import FileError, MissingLibraryError, in_short
from glassnet.record.recorder import Recorder


class MLflow(Recorder):
    """A callback that writes settings, costs and learning rates to an MLflow server or folder.

    Parameters
    ----------
    uri : str, optional
        Where to, such as ``http://host:5000`` or ``sqlite:///mlflow.db``; MLflow's own choice (MLFLOW_TRACKING_URI) by
        default.
    experiment : str
        Under which the runs stand; made where it is not there.
    name : str, optional
        Of the runs; MLflow invents one by default.

    Attributes
    ----------
    run_ids : list of str
        Of the trainings so far.

    Raises
    ------
    MissingLibraryError
        If mlflow is not installed.
    FileError
        When a training begins, if MLflow does not answer.

    Examples
    --------
    >>> from glassnet import TabularClassifier, record
    >>> model = TabularClassifier(preset="fast")
    >>> model.fit(X, y, callbacks=[record.MLflow("http://localhost:5000")])  # doctest: +SKIP
    """

    def __init__(self, uri: str | None = None, *, experiment: str = "glassnet", name: str | None = None) -> None:
        try:
            from mlflow import MlflowClient
            from mlflow.entities import Metric, Param
        except ImportError as error:
            raise MissingLibraryError.of("recording for MLflow", "mlflow-skinny") from error
        self.uri, self.experiment, self.name = uri, experiment, name
        self.run_ids: list[str] = []
        self._of_mlflow: tuple[Any, Any, Any] = (MlflowClient, Metric, Param)
        self._client: Any = None

    def begin(self, run: int, settings: Mapping[str, Any]) -> None:
        """Create a run with the settings of a training."""
        make_client, _, make_param = self._of_mlflow
        try:
            self._client = self._client or make_client(self.uri)
            found = self._client.get_experiment_by_name(self.experiment)
            of = self._client.create_experiment(self.experiment) if found is None else found.experiment_id
            self.run_ids.append(self._client.create_run(of, run_name=self.name).info.run_id)
            params = [make_param(name, str(value)) for name, value in settings.items()]
            self._client.log_batch(self.run_ids[-1], params=params)
        except Exception as error:  # of MLflow, of its server, or of what it stores by
            raise FileError(f"MLflow at {self.uri or 'its default place'}: {in_short(error)}") from error

    def write(self, epoch: int, values: Mapping[str, float]) -> None:
        """Write the numbers of an epoch, all in one request."""
        now, make_metric = int(1000 * time.time()), self._of_mlflow[1]
        metrics = [make_metric(name, value, now, epoch) for name, value in values.items()]
        self._client.log_batch(self.run_ids[-1], metrics=metrics)

    def end(self) -> None:
        """Mark the run as finished."""
        self._client.set_terminated(self.run_ids[-1])
