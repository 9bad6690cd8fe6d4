"""Trainings recorded epoch by epoch, where tools for that can show and compare them: TensorBoard and MLflow.

A recorder is a callback: of `Network.fit`, of the fit of `TabularClassifier` and `TabularRegressor`, and, in
scikit-learn's protocol, of ``MLPClassifier().set_callbacks(...)``. Each training that it sees is a run of its own.
"""

from glassnet.record.mlflow import MLflow
from glassnet.record.tensorboard import TensorBoard

__all__ = ["MLflow", "TensorBoard"]
