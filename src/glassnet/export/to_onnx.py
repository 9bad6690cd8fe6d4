"""A model as an ONNX graph, raw rows in and answers out: written operator by operator, samples being rows.

Columns are prepared in float64 as this library does, the network computes in float32, estimates of numbers come back in
float64. A stack of k networks is one graph with an axis more, and its answers are averaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet._version import __version__
from glassnet.estimators.targets import MAX_LOGARITHM
from glassnet.export.activations import as_tensor
from glassnet.export.description import ClassAnswers, Description, NumberAnswers
from glassnet.export.onnx_features import WRITERS, taken
from glassnet.export.onnx_graph import Graph, Tensor
from glassnet.typing import AnyArray

LABEL, PROBABILITIES, ESTIMATES, OUTPUT = "label", "probabilities", "variable", "A"  # as scikit-learn's exports have


def to_onnx(description: Description, name: str = "glassnet") -> Any:
    """Return a described model as ONNX.

    Parameters
    ----------
    description : Description
        Of a model.
    name : str
        Of the graph.

    Returns
    -------
    onnx.ModelProto
        Checked. A classifier's outputs are "label" (N,) and "probabilities" (N, n_classes), a regressor's "variable"
        (N, n_outputs), a network's "A" (N, n[L]), or (k, N, n[L]) of k networks side by side.

    Raises
    ------
    MissingLibraryError
        If onnx is not installed.
    """
    names = [one.name for one in description.inputs]
    free = {end: _free(end, names) for end in (LABEL, PROBABILITIES, ESTIMATES, OUTPUT)}
    graph = Graph([*names, *free.values()])
    tensors = {one: taken(graph, one) for one in description.inputs}
    parts = [WRITERS[type(each)](each, tensors[each.input]) for each in description.features]
    A = _network(description, _arranged(description, parts))
    if description.answers is None:
        graph.output(A, free[OUTPUT], [*([description.stack] if description.stack else []), "N", description.sizes[-1]])
    else:
        if description.stack:
            A = graph.node("ReduceMean", A, graph.constant(np.array([0], np.int64)), keepdims=0, name="mean")
        if isinstance(description.answers, ClassAnswers):
            P_width = len(description.answers.classes)
            label, P = _classes(description.answers, A)
            graph.output(label, free[LABEL], ["N", *([P_width] if description.answers.multilabel else [])])
            graph.output(P, free[PROBABILITIES], ["N", P_width])
        else:
            graph.output(_numbers(description.answers, A), free[ESTIMATES], ["N", description.sizes[-1]])
    doc = f"{description.kind} of glassnet {__version__}: {'-'.join(map(str, description.sizes))}"
    return graph.model(name, doc, __version__)


def _arranged(description: Description, parts: list[Tensor]) -> Tensor:
    """Return X (N, n_x): features side by side, or where an embedding expects them, zeros between."""
    graph = parts[0].graph
    if not description.places:
        return graph.joined(parts, name="X_prepared")
    given = graph.joined([*parts, (parts[0].columns(0, 1) * 0)])
    order = np.full(description.n_x, len(description.places))
    order[description.places] = np.arange(len(description.places))
    return given.take(order)


def _network(description: Description, X: Tensor) -> Tensor:
    """Return A[L]: (N, n[L]), or (k, N, n[L])."""
    graph, A = X.graph, X
    if description.layer_0 is not None:
        assert description.embedding is not None
        g, t, d = description.embedding
        lead = [description.stack] if description.stack else []
        axes = list(range(len(lead)))
        groups = X.columns(0, g * t).reshape(0, g, t).transpose(1, 0, 2)  # (g, N, t)
        W, b = (np.swapaxes(M, -1, -2) for M in (description.layer_0.W, description.layer_0.b))
        A = groups @ graph.constant(W, "W0") + graph.constant(b, "b0")  # (g, N, d), or (k, g, N, d)
        n = len(lead)
        A = A.transpose(*axes, n + 1, n, n + 2).reshape(*([0] * (n + 1)), g * d)
        rest = description.n_x - g * t
        if rest:
            others = X.columns(g * t, description.n_x)
            if lead:
                ones = graph.constant(np.ones((description.stack, 1, 1), np.float32))
                others = others * ones
            A = graph.joined([A, others], axis=-1, name="A0")
    for l, layer in enumerate(description.layers, start=1):
        W, b = (np.swapaxes(M, -1, -2) for M in (layer.W, layer.b))
        product = graph.node("MatMul", A, graph.constant(W, f"W{l}"))
        Z = graph.node("Add", product, graph.constant(b, f"b{l}"), name=f"Z{l}")
        A = as_tensor(Z, layer.activation)
    return A


def _classes(answers: ClassAnswers, A: Tensor) -> tuple[Tensor, Tensor]:
    """Return labels and probabilities."""
    graph, K = A.graph, len(answers.classes)
    if answers.multilabel:
        return (A > 0.5).to("int64"), A
    P = A if K > 2 else graph.joined([1 - A, A])
    if answers.costs is not None:
        index = graph.node("ArgMin", P @ answers.costs, dtype="int64", axis=1, keepdims=0)
    elif K > 2:
        index = graph.node("ArgMax", P, dtype="int64", axis=1, keepdims=0)
    else:
        index = (answers.threshold < A).to("int64").reshape(-1)
    classes = answers.classes.astype(np.int64) if answers.classes.dtype.kind in "iu" else answers.classes
    return graph.constant(classes, "classes").take(index, axis=0), P


def _numbers(answers: NumberAnswers, A: Tensor) -> Tensor:
    """Return estimates in the units of the targets."""
    y = A.to("float64") * answers.scale + answers.mean
    return A.graph.node("Exp", y.clip(-np.inf, MAX_LOGARITHM)) * answers.factor if answers.log else y


def _free(name: str, taken: list[str]) -> str:
    """Return a name that no input has."""
    return name if name not in taken else _free(f"{name}_", taken)


def answers_of(content: bytes, inputs: Mapping[str, AnyArray]) -> list[AnyArray]:
    """Return what a file answers to rows, by onnxruntime.

    Parameters
    ----------
    content : bytes
        The file.
    inputs : mapping of str to array
        As `inputs_of` returns them.

    Returns
    -------
    list of array
        The outputs: labels and probabilities, or estimates.

    Raises
    ------
    ImportError
        If onnxruntime is not installed.
    """
    from onnxruntime import InferenceSession

    return list(InferenceSession(content, providers=["CPUExecutionProvider"]).run(None, dict(inputs)))
