"""How to train, apart from what is trained: each setting declared once, and checked before any work is done."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, Protocol, TypedDict, Unpack

import numpy as np

from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.regularization import GRADIENT_TRANSFORMS, PENALTIES
from glassnet.core.schedules import SCHEDULES
from glassnet.documents import ANYTHING, checked
from glassnet.errors import ModelFileError, SettingError
from glassnet.training.declarations import Setting, completed, declared, describe, frozen, takes

DEFAULT_EPOCHS = 100
OF_CALLER = "a function of the caller"  # what a record says of a schedule that has no name


class Engine(Protocol):
    """What the settings must know of an engine."""

    @property
    def devices(self) -> tuple[str, ...]:
        """Where it computes."""

    @property
    def precisions(self) -> tuple[str, ...]:
        """What may go into its matrix products."""


ENGINES: dict[str, Any] = {}  # by name; filled by `backends.registry`


# fmt: off
class StepSettings(TypedDict, total=False):
    """Settings for which scikit-learn has names of its own."""

    optimizer: Annotated[str | None, Setting("gradient_descent", "Rule of a step.",
        'Its options stand in brackets: "adam(beta_1=0.8)". "lbfgs" searches along lines on the whole batch.',
        table=OPTIMIZERS)]
    learning_rate: Annotated[float | Sequence[float] | None, Setting(None, "alpha, the learning rate.",
        "Of a stack each network may have its own: k numbers.", "None is the optimiser's own.", interval="(0, inf)")]
    epochs: Annotated[int | None, Setting(None, "Passes over the training samples.",
        none=f"None is {DEFAULT_EPOCHS}, where no iterations are given either.", interval="[1, inf)")]
    iterations: Annotated[int | None, Setting(None, "Steps, in place of epochs.",
        "With the whole batch they are the same.", interval="[1, inf)")]
    batch_size: Annotated[int | None, Setting(None, "Samples per step.", none="None is all of them, the whole batch.",
        interval="[1, inf)")]
    l2: Annotated[float | Sequence[float], Setting(0.0, "lambda of the penalty on squared weights.",
        "It adds lambda / (2m) Σ W² to J, m the samples of a step; one number, or one for each network of a stack.",
        interval=PENALTIES["l2"].interval)]


class SharedSettings(TypedDict, total=False):
    """Settings that have the same name and meaning in every interface."""

    schedule: Annotated[str | Callable[..., float] | None, Setting("constant", "Factor on the learning rate over time.",
        'Options stand in brackets: "step(0.5, 10)". A function `factor(t, T, costs)` gets the time t of T epochs and '
        "the costs so far.", table=SCHEDULES)]
    shuffle: Annotated[bool, Setting(True, "Whether mini-batches are drawn in a new order each epoch.")]
    l1: Annotated[float | Sequence[float], Setting(0.0, "lambda of the penalty on absolute weights.",
        "It adds lambda / m ``Σ |W|`` to J; one number, or one for each network of a stack.",
        interval=PENALTIES["l1"].interval)]
    dropout: Annotated[float | Sequence[float] | Sequence[Sequence[float]] | None, Setting(0.0,
        "Share of hidden units dropped in each step.", "One number, or one per hidden layer. Of a stack each network "
        "may have its own: a row of one number, or of one per hidden layer. Not for lbfgs.", interval="[0, 1)")]
    clip_norm: Annotated[float | None, Setting(None, "Longest gradient that a step may take.",
        "A longer one is shortened to it. Not for lbfgs.", interval=GRADIENT_TRANSFORMS["clip_norm"].interval)]
    engine: Annotated[Literal["auto"] | str, Setting("auto", "What runs the equations.",
        '"auto" takes the native engine, and torch where its predicted time on a graphics processor is shorter, by the '
        "coefficients that ``glassnet engines`` shows (and measures, with ``--measure``); ``History.choice`` says why. "
        "Where an engine does not cover a run, NumPy takes it.", choices=ENGINES, old_names=("compiled",), later=True)]
    device: Annotated[Literal["auto", "cpu", "cuda"], Setting("auto", "Where the torch engine computes.",
        '"auto" is a graphics processor where torch finds one. "cuda" asks for the torch engine.', later=True)]
    precision: Annotated[Literal["full", "bfloat16"], Setting("full", "What goes into a matrix product.",
        "Numbers of the network's own type, or rounded to bfloat16, which processors made for it multiply several "
        "times as fast; parameters and all else stay float32. It asks for the torch engine.", later=True)]


class TrainingSettings(StepSettings, SharedSettings, total=False):
    """The settings of one training run, as `Network.fit` takes them."""

    keep_best: Annotated[bool, Setting(False, "Whether the parameters of the lowest cost are kept at the end, not the "
        "last ones.", "The validation cost, where validation data are given.")]


# fmt: on
TRAINING = declared(TrainingSettings)
SHARED = {name: TRAINING[name] for name in SharedSettings.__annotations__}


class Settings:
    """The settings of one training run: frozen, complete and checked.

    None leaves a setting at its default.

    Parameters
    ----------
    <settings>

    Raises
    ------
    SettingError
        If one is outside its range, or two exclude each other.
    TypeError
        If there is no setting of that name.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @takes(TRAINING)
    def __init__(self, **settings: Unpack[TrainingSettings]) -> None:
        for name, value in completed(TRAINING, settings, "fit").items():
            setting = TRAINING[name]
            value = setting.default if value is None else setting.renewed(frozen(value))  # noqa: PLW2901
            if value is not setting.default:
                setting.check(value)
            vars(self)[name] = value
        self._check_together()

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"settings are frozen; make new ones with another {name}")

    def _check_together(self) -> None:
        for name in ("learning_rate", "l2", "l1"):
            if getattr(self, name) == ():
                raise SettingError(f"{name}: expected {TRAINING[name].values}, or one for each network; got none")
        if self.epochs is not None and self.iterations is not None:
            raise SettingError(f"give epochs or iterations, not both; got {self.epochs} and {self.iterations}")
        rows = self.dropout if isinstance(self.dropout, tuple) else (self.dropout,)
        if len({len(row) if isinstance(row, tuple) else None for row in rows}) > 1:
            raise SettingError(f"dropout: expected one row of shares for each network, all of one length; got {rows}")
        able = [name for name, engine in ENGINES.items() if not self.unmet(engine)]
        if self.unmet() and self.engine not in ("auto", *able):
            engines = " or ".join(map(repr, (*able, "auto")))
            raise SettingError(f"{self.unmet()} needs engine={engines}; got engine={self.engine!r}")
        if choose(OPTIMIZERS, self.optimizer, "optimizer")[1].update is None:
            self._check_search()

    def _check_search(self) -> None:
        """Refuse what lbfgs, which searches along lines, cannot have."""
        if self.unmet():
            raise SettingError(f"{self.optimizer} runs on NumPy alone and takes no {self.unmet()}")
        for name in ("batch_size", "clip_norm"):
            if getattr(self, name) is not None:
                raise SettingError(f"{self.optimizer} searches along lines on the whole batch and takes no {name}")
        if self.drops_units or self.schedule != "constant":
            raise SettingError(f"{self.optimizer} needs a cost that stays the same: no dropout and no schedule")

    def unmet(self, engine: Engine | None = None) -> str:
        """Return the setting that an engine cannot meet, as it was written; "" where there is none.

        Parameters
        ----------
        engine : Engine, optional
            One that computes on the CPU alone, in full precision, by default.

        Returns
        -------
        str
            Such as "device='cuda'".
        """
        devices, precisions = (engine.devices, engine.precisions) if engine else (("cpu",), ("full",))
        if self.device not in ("auto", *devices):
            return f"device={self.device!r}"
        return "" if self.precision in precisions else f"precision={self.precision!r}"

    @property
    def drops_units(self) -> bool:
        """Whether any unit is dropped at all."""
        return bool(np.any(self.dropout))

    def of_networks(self, name: str, k: int | None) -> Any:
        """Return a setting that each network of a stack may have for itself, as the run takes it.

        Parameters
        ----------
        name : str
            "learning_rate" (the optimiser's own where none is given), or a penalty.
        k : int or None
            Networks side by side; None where there is one, without a leading axis.

        Returns
        -------
        float, or array (k,)
            One number for all, or one for each network.

        Raises
        ------
        SettingError
            If there is another number of them than of networks.
        """
        value = getattr(self, name)
        if isinstance(value, tuple):
            _check_stack(name, value, k)
            return np.array(value, float)
        if value is None and name == "learning_rate":
            return choose(OPTIMIZERS, self.optimizer, "optimizer")[1].learning_rate
        return value

    def penalties(self, k: int | None) -> dict[str, Any]:
        """Return the strength of each penalty that is asked for, by name: a number, or (k,), one for each network."""
        return {name: self.of_networks(name, k) for name in PENALTIES if getattr(self, name, 0)}

    @property
    def transforms(self) -> dict[str, float]:
        """The limit of each gradient transform that is asked for, by name."""
        return {name: limit for name in GRADIENT_TRANSFORMS if (limit := getattr(self, name, None)) is not None}

    def drops(self, L: int, k: int | None = None) -> list[Any]:
        """Return the share to drop for each of the layers 0 ... L, a float or, for k networks, an array (k, 1, 1).

        Input and output keep every unit.

        Raises
        ------
        SettingError
            If the shares are not one, or one per hidden layer; or their rows not one per network.
        """
        shares = np.array(self.dropout, float)
        if shares.ndim == 2:
            _check_stack("dropout", shares, k)
        if shares.ndim and shares.shape[-1] != L - 1 and shares.shape[1:] != (1,):
            rows = "" if k is None or shares.ndim == 2 else f" (one for each network is written as {k} rows of one)"
            raise SettingError(f"dropout: {L - 1} hidden layers need {L - 1} shares; got {shares.shape[-1]}{rows}")
        layers = np.moveaxis(np.broadcast_to(shares, (*shares.shape[:-1], L - 1)), -1, 0)
        return [0.0, *(float(drop) if drop.ndim == 0 else drop[:, None, None] for drop in layers), 0.0]

    def steps(self, m: int) -> tuple[int, int]:
        """Return the number of steps in an epoch over m samples, and in the whole run."""
        per_epoch = math.ceil(m / min(self.batch_size or m, m))
        return per_epoch, self.iterations or per_epoch * (self.epochs or DEFAULT_EPOCHS)

    def to_document(self) -> dict[str, Any]:
        """Return the settings as plain data for a training record."""
        values = {name: _plain(getattr(self, name)) for name in TRAINING}
        if callable(self.schedule):
            values["schedule"] = OF_CALLER
        return values


describe(Settings, TRAINING)


def check_document(document: Any) -> None:
    """Check the settings of a training record, as `Settings.to_document` wrote them, each for itself.

    Raises
    ------
    ValueError
        If one is unknown, missing (but for those that came later), or outside its range.
    """
    later = [name for name, setting in TRAINING.items() if setting.later]
    checked(document, dict.fromkeys(TRAINING, ANYTHING), "record, settings", later=later)
    for name, value in document.items():
        if (name, value) != ("schedule", OF_CALLER):
            try:
                Settings(**{name: TRAINING[name].renewed(value, of_file=True)})
            except SettingError as error:
                raise ModelFileError(f"record, settings: {error!s:.200}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value.item() if hasattr(value, "item") else value  # a number of NumPy's is no JSON


def _check_stack(name: str, values: Sequence[Any] | np.ndarray, k: int | None) -> None:
    if k is None:
        raise SettingError(
            f"{name}: one network takes one number; got {len(values)}, one for each network of a stack "
            f"(n_networks={len(values)})"
        )
    if len(values) != k:
        raise SettingError(f"{name}: expected one number, or one for each of {k} networks; got {len(values)}")
