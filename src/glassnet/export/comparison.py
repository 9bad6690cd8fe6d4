"""How far an exported file answers as the model does."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from glassnet.network import Network
from glassnet.typing import AnyArray


@dataclass(frozen=True)
class Comparison:
    """Answers of a file beside those of its model.

    Parameters
    ----------
    rows : int
        That were compared.
    made : bool
        Whether they are random ones.
    labels : int or None
        In how many rows another label is answered; None where there are no labels.
    largest : float
        Largest difference: of probabilities; of numbers in standard deviations of the model's.
    """

    rows: int
    made: bool
    labels: int | None
    largest: float

    @property
    def sentence(self) -> str:
        """Return it in words."""
        made = "made rows" if self.made else "rows"
        if self.labels is None:
            return f"{self.rows:,} {made}: numbers differ by at most {self.largest:.1e} of their deviation"
        labels = f"labels differ in {self.labels:,}" if self.labels else "no label differs"
        return f"{self.rows:,} {made}: {labels}, probabilities by at most {self.largest:.1e}"

    def to_document(self) -> dict[str, Any]:
        """Return it as plain data.

        Returns
        -------
        dict
            That JSON can hold.
        """
        return asdict(self)


def answers_of_model(model: Any, rows: Any) -> list[AnyArray]:
    """Return labels and probabilities, or numbers alone, as an exported file does: one row for each sample."""
    if isinstance(model, Network):
        return [np.swapaxes(model.forward(rows), -1, -2)]
    if hasattr(model, "predict_proba"):
        return [np.asarray(_dense(model.predict(rows))), model.predict_proba(rows)]
    estimates = np.asarray(model.predict(rows))
    return [estimates.reshape(len(estimates), -1)]


def compared(model: Any, rows: Any, answers: list[AnyArray], *, made: bool) -> Comparison:
    """Compare a file's answers to rows with the model's.

    Parameters
    ----------
    model : estimator or Network
        That was exported.
    rows : rows
        As it takes them.
    answers : list of array
        What the file says of them.
    made : bool
        Whether they are random ones.

    Returns
    -------
    Comparison
        Of both.
    """
    *labels, values = answers_of_model(model, rows)
    *given, numbers = answers
    differences = np.abs(numbers - values)
    differences[np.isnan(differences) & (numbers == values)] = 0  # both infinite
    largest = float(differences.max())
    if labels:
        differ = (np.asarray(given[0]) != labels[0]).reshape(len(labels[0]), -1).any(axis=1)
        return Comparison(len(differ), made, int(differ.sum()), largest)
    return Comparison(values.shape[-2], made, None, largest / (float(np.std(values)) or 1.0))


def _dense(labels: Any) -> Any:
    return labels.toarray() if hasattr(labels, "toarray") else labels
