"""What outputs mean, in C: the function that takes a row and returns the index of a class, or writes numbers."""

from __future__ import annotations

from glassnet.estimators.targets import MAX_LOGARITHM
from glassnet.export.c_text import array, function, listed, quoted
from glassnet.export.description import ClassAnswers, Description, NumberAnswers
from glassnet.typing import AnyArray

TYPES = {"U": "char *const", "O": "char *const", "f": "double"}  # of labels; else long


def predict(description: Description, row: str) -> list[str]:
    """Return constants and the function `NAME_predict`.

    Parameters
    ----------
    description : Description
        Of the model.
    row : str
        The parameter that a row is.

    Returns
    -------
    list of str
        Parts of the file.
    """
    answers, n = description.answers, description.sizes[-1]
    prepare = [f"float X[{description.n_x}];", f"NAME_prepare({row.split('*')[1]}, X);"]
    if answers is None:
        return [function(f"void NAME_predict({row}, float *A)", *prepare, "NAME_forward(X, A);")]
    if isinstance(answers, NumberAnswers):
        return _numbers(answers, n, row, prepare)
    if answers.multilabel:
        return [function(f"void NAME_predict({row}, float *P)", *prepare, "NAME_forward(X, P);")]
    constants = [_labels(answers.classes)]
    if answers.costs is not None:
        constants.append(array("double", "NAME_costs", answers.costs))
    forward = ["NAME_forward(X, P);"] if n > 1 else ["NAME_forward(X, P + 1);", "P[0] = 1 - P[1];"]
    head = f"int NAME_predict({row}, float *P)"
    return [
        *constants,
        function(head, "int i, j, index = 0;", *prepare, *forward, *_decision(answers), "return index;"),
    ]


def _numbers(answers: NumberAnswers, n: int, row: str, prepare: list[str]) -> list[str]:
    y = "A[i] * NAME_scale[i] + NAME_mean[i]"
    y = f"exp(fmin({y}, {MAX_LOGARITHM!r})) * {answers.factor!r}" if answers.log else y
    loop = [f"for (i = 0; i < {n}; i++)", f"    y[i] = {y};"]
    constants = [array("double", "NAME_scale", answers.scale), array("double", "NAME_mean", answers.mean)]
    head = f"void NAME_predict({row}, double *y)"
    return [*constants, function(head, "int i;", f"float A[{n}];", *prepare, "NAME_forward(X, A);", *loop)]


def _decision(answers: ClassAnswers) -> list[str]:
    """Return statements that set the index of the class."""
    K = len(answers.classes)
    if answers.costs is not None:
        return [
            f"for (j = 0; j < {K}; j++) {{",
            "    double more = 0;  /* than the best so far costs */",
            f"    for (i = 0; i < {K}; i++)",
            f"        more += P[i] * (NAME_costs[i * {K} + j] - NAME_costs[i * {K} + index]);",
            "    if (more < 0)",
            "        index = j;",
            "}",
        ]
    if K == 2:
        return ["(void)i, (void)j;", f"index = P[1] > {answers.threshold!r};"]
    return ["(void)i;", f"for (j = 1; j < {K}; j++)", "    if (P[j] > P[index])", "        index = j;"]


def _labels(classes: AnyArray) -> str:
    if classes.dtype.kind in "UO":
        texts = list(map(quoted, classes.tolist()))
    else:
        texts = [str(label) for label in (classes.astype(int) if classes.dtype.kind == "b" else classes).tolist()]
    return listed(f"static const {TYPES.get(classes.dtype.kind, 'long')} NAME_classes[{len(texts)}]", texts)
