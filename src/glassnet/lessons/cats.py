"""The experiment about pictures: three networks tell cats from other pictures, and what 50 test pictures can say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from glassnet.errors import DataError, SettingError
from glassnet.files import status
from glassnet.lessons.data import accuracy
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table, mean_and_range, middle, numbers
from glassnet.lessons.progress import tracked
from glassnet.lessons.runs import cost_curves, stack
from glassnet.network import Network
from glassnet.typing import AnyArray

if TYPE_CHECKING:
    from glassnet.tables import Dataset


class Model(NamedTuple):
    """One of the three: its hidden layers, first weights, learning rate and steps, and the published accuracies."""

    hidden: tuple[int, ...]
    initializer: str
    learning_rate: float
    steps: int
    train: float
    test: float


MODELS = {
    "logistic regression": Model((), "zeros", 0.005, 2000, 0.9904, 0.70),
    "two layers": Model((7,), "normal(0.01)", 0.0075, 2500, 1.00, 0.72),
    "four layers": Model((20, 7, 5), "lecun", 0.0075, 2500, 0.9856, 0.80),
}
PUBLISHED = (12288, 209, 50)  # n_x, training and test pictures of the published set
MOST_WRONG = 10  # pictures shown


class Parts(NamedTuple):
    """Training and test pictures as columns, their labels, the test pictures as pictures, the names of 0 and 1."""

    X: AnyArray
    Y: AnyArray
    X_test: AnyArray
    Y_test: AnyArray
    pictures: AnyArray
    names: tuple[str, str]


def cats(
    seeds: Sequence[int],
    data: str | Path | None = None,
    models: Mapping[str, Model] = MODELS,
    shorter: int = 1,
    size: int = 64,
) -> Evidence:
    """Logistic regression, two layers and four layers on the same pictures, from several starts.

    The first start is the one that the published numbers came from; steps are divided by `shorter`.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    data : str or Path
        The training .h5 file, or a folder of pictures in two classes: see `read_parts`.
    models : mapping of str to Model
        The networks by name, the first and the last of which are compared.
    shorter : int
        Divides the steps.
    size : int
        Height and width that pictures of a folder are brought to.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    from glassnet.inspection.intervals import wilson  # which loads half of the package, as reading tables does

    parts = read_parts(data, size, seeds[0])
    n_x, m, m_test = len(parts.X), parts.X.shape[1], parts.X_test.shape[1]
    starts = [np.random.RandomState(1), *seeds]
    train, test, curves, nets = {}, {}, {}, {}
    for name, model in tracked(models.items()):
        own = starts[:1] if model.initializer == "zeros" else starts  # from zero there is but one start
        starts[0] = np.random.RandomState(1)
        net = nets[name] = stack([n_x, *model.hidden, 1], None, own, initializer=model.initializer)
        curves[name] = descend(net, parts.X, parts.Y, model.steps // shorter, model.learning_rate)
        train[name] = accuracy(net.forward(parts.X), parts.Y)
        test[name] = accuracy(net.forward(parts.X_test), parts.Y_test)
    rows = []
    for name, model in models.items():
        low, high = wilson(round(test[name].mean() * m_test) / m_test, m_test)
        layers, between = "-".join(map(str, (n_x, *model.hidden, 1))), f"{low:.2f} to {high:.2f}"
        rows.append((name, layers, train[name][0], train[name].mean(), test[name][0], *mean_and_range(test[name]),
                     between))  # fmt: skip
    logistic, *_, deep = models
    shares = ", ".join(f"{value.mean():.1%} by {name}" for name, value in test.items())
    gain = np.median(test[deep]) - np.median(test[logistic])
    findings = [  # of a few starts, one may leave all relu units of a small layer dead
        Finding(f"{deep}: accuracy on the training pictures", numbers(train[deep]), at_least=0.95, share=0.6),
        Finding(f"test accuracy of {deep} above {logistic}, median of the starts", numbers(gain), at_least=0),
    ]
    if (n_x, m, m_test) == PUBLISHED and shorter == 1:
        missed = [abs(test[name][0] - model.test) for name, model in models.items()]
        findings.append(Finding("published test accuracy missed by, each network", numbers(missed), at_most=0.0201))
    head = ("network", "layers", "train, published start", "mean", "test, published start", "mean", "lowest", "highest",
            "95 % interval of the mean")  # fmt: skip
    worst, said = _most_wrong(nets[deep], parts)
    interval = {name: wilson(round(value.mean() * m_test) / m_test, m_test) for name, value in test.items()}
    return Evidence(
        findings,
        [
            Table(f"{m} training and {m_test} test pictures of two classes, {' and '.join(parts.names)}", head, rows),
            Table(f"Test pictures that {deep} got most wrong", ("picture", "is", "called so with probability"), said),
        ],
        [
            Picture("lines", "Cost", {
                "series": {name: (None, *middle(curve)) for name, curve in curves.items()}, "x": "step", "y": "J",
            }),
            Picture("bars", f"Test accuracy, and what {m_test} pictures allow", {
                "values": {name: value.mean() for name, value in test.items()}, "spread": interval, "x": "accuracy",
            }),
            Picture("images", "Most wrong", {
                "pictures": parts.pictures[worst], "columns": 5,
                "titles": [f"{number}: {is_}\n{p:.0%}" for number, is_, p in said],
            }),
        ],
        [f"{m_test} test pictures: one of them is {1 / m_test:.1%}. Where the intervals overlap, the order of the "
         "networks may be luck.",
         "Trained in the span of the training pictures, in which gradient descent stays: the same steps, in seconds."],
        f"Right of the test pictures: {shares}; {m_test} pictures leave {interval[deep][0]:.0%} to "
        f"{interval[deep][1]:.0%} possible for the last.",
    )  # fmt: skip


def descend(net: Network, X: AnyArray, Y: AnyArray, steps: int, learning_rate: float) -> AnyArray:
    """Train a stack by gradient descent as `fit` would, in the few coordinates that it moves in; return J (steps, k).

    dW[1] = 1/m dZ[1] Xᵀ lies in the span of the m samples. With X = Q R, the columns of Q orthonormal, W[1] X is
    (W[1] Q) R: a network with W[1] Q takes the same steps on the m rows of R, and all that W[1] gains is what W[1] Q
    gains, times Qᵀ. Equal but for rounding, and 12288 / 209 times less work in the first layer.
    """
    if X.shape[0] <= X.shape[1]:
        return cost_curves(net, X, Y, steps, learning_rate=learning_rate)
    Q, R = np.linalg.qr(X)
    architecture = net.architecture
    inner = stack([len(R), *architecture.sizes[1:]], architecture.activations, [0] * len(net.vector))
    begun = net.W[1] @ Q
    inner.W[1], inner.b[1] = begun, net.b[1]
    for l in range(2, net.L + 1):
        inner.W[l], inner.b[l] = net.W[l], net.b[l]
    curves = cost_curves(inner, R, Y, steps, learning_rate=learning_rate)
    net.W[1], net.b[1] = net.W[1] + (inner.W[1] - begun) @ Q.T, inner.b[1]
    for l in range(2, net.L + 1):
        net.W[l], net.b[l] = inner.W[l], inner.b[l]
    return curves


def read_parts(data: str | Path | None, size: int, seed: int) -> Parts:
    """Read pictures with two classes: a pair of HDF5 files, a folder with such a pair, or a folder of pictures.

    Raises
    ------
    SettingError
        Without data.
    DataError
        If they are no pictures, or not of two classes.
    """
    from glassnet.tables import Pictures
    from glassnet.tables.splitting import split

    if data is None:
        raise SettingError("cats: needs pictures: --data with the training .h5 file (the test file beside it), or "
                           "with a folder that has a sub-folder of pictures for each of two classes")  # fmt: skip
    first, second = _pair(Path(data))
    train = _pictures(first, size)
    test = train.test if second is None else _pictures(second, size)
    if test is None:
        rows, _, others = split(_labels(train), test=0.2, rng=np.random.default_rng(seed), stratify=True)
    else:
        rows, others = np.arange(len(train)), np.arange(len(test))
    test = test or train
    names = train.class_names or np.unique(_labels(train))
    if len(names) != 2:
        raise DataError(
            f"cats: expected pictures of two classes; {first} has {len(names)}: " + ", ".join(map(str, names[:10]))
        )
    if not isinstance(test.X, Pictures) or test.X.n_x != train.X.n_x:
        raise DataError(f"cats: expected test pictures as large as those to train on, {train.X.describe()}")
    X, X_test = (part.X.take(which).rows().T / 255.0 for part, which in ((train, rows), (test, others)))
    Y, Y_test = ((_labels(part)[which] == names[1]).astype(float)[None, :]
                 for part, which in ((train, rows), (test, others)))  # fmt: skip
    return Parts(X, Y, X_test, Y_test, test.X.images[others], (str(names[0]), str(names[1])))


def _pair(path: Path) -> tuple[Path, Path | None]:
    """Return what to train on, and the test part beside it where there is one."""
    status(path)  # whether the system can look at all
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in (".h5", ".hdf5") and "train" in file.name)
        path = files[0] if files else path
    beside = path.with_name(path.name.replace("train", "test"))
    return path, beside if path.is_file() and beside != path and beside.exists() else None


def _pictures(path: Path, size: int) -> Dataset:
    from glassnet.tables import Pictures, read

    dataset = read(path, size=size)
    if not isinstance(dataset.X, Pictures):
        raise DataError(f"cats: expected pictures; {path} holds {len(dataset)} rows of numbers")
    return dataset


def _labels(dataset: Dataset) -> AnyArray:
    if dataset.y is None:
        raise DataError("cats: expected pictures of two classes; these have no labels. Put them into two sub-folders")
    return dataset.y


def _most_wrong(net: Network, parts: Parts) -> tuple[AnyArray, list[tuple[int, str, float]]]:
    """Return the test pictures whose true class got the least probability, mean of the networks, and what was said."""
    A = net.forward(parts.X_test).mean(axis=0)[0]
    of_truth = np.where(parts.Y_test[0] == 1, A, 1 - A)
    worst = np.argsort(of_truth)[:MOST_WRONG]
    return worst, [(int(i) + 1, parts.names[int(parts.Y_test[0, i])], float(of_truth[i])) for i in worst]


EXPERIMENTS = {
    "cats": Experiment(
        "Cats, or not",
        "Four layers tell cats better than logistic regression: .80 against .70 of 50 test pictures (two layers: .72), "
        "as far as 50 pictures can say.",
        cats, (4, 2), {"size": 16}, needs_data="the training .h5 file or a folder of pictures"),
}  # fmt: skip
