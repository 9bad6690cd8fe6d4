"""The table of optimisers: name -> the names of its state and `update(xp, theta, gradient, state, t, learning_rate)`.

theta and gradient are the flat parameters and their gradient, or matching slices of them: every rule works entry by
entry. The state is a dict of arrays like theta, zero at first. `update` changes theta and the state in place; t counts
steps from 1 and is an argument, never stored.

Sources: momentum Polyak 1964; nesterov Sutskever et al. 2013; rmsprop Tieleman and Hinton 2012; adam Kingma and Ba 2015;
adamw Loshchilov and Hutter 2019; lbfgs Byrd et al. 1995.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from glassnet.core.names import Option

Array = Any
State = dict[str, Array]


class Optimizer(NamedTuple):
    """One entry of the table; `update` is None where a line search by scipy takes the steps (lbfgs).

    In TeX θ stands for each W[l] and b[l], and an option is named as <mu>.
    """

    state: tuple[str, ...]
    update: Callable[..., None] | None
    learning_rate: float
    formula: str
    tex: str = ""
    options: Mapping[str, Option] = {}


def initial_state(xp: Any, optimizer: Optimizer, theta: Array) -> State:
    return {name: xp.zeros_like(theta) for name in optimizer.state}


def gradient_descent(xp: Any, theta: Array, gradient: Array, state: State, t: int, learning_rate: Any) -> None:
    theta -= learning_rate * gradient


# Polyak 1964
def momentum(xp: Any, theta: Array, gradient: Array, state: State, t: int, learning_rate: Any,
             mu: float = 0.9) -> None:
    v = state["v"]
    v *= mu
    v -= learning_rate * gradient
    theta += v


# Nesterov 1983, in the form of Sutskever et al. 2013
def nesterov(xp: Any, theta: Array, gradient: Array, state: State, t: int, learning_rate: Any,
             mu: float = 0.9) -> None:
    v = state["v"]
    v *= mu
    v -= learning_rate * gradient
    theta += mu * v - learning_rate * gradient                  # the step of the next velocity


# Tieleman and Hinton 2012, lecture 6.5 of their course
def rmsprop(xp: Any, theta: Array, gradient: Array, state: State, t: int, learning_rate: Any,
            rho: float = 0.9, epsilon: float = 1e-8) -> None:
    s = state["s"]
    s += (1 - rho) * (gradient * gradient - s)
    theta -= learning_rate * gradient / (xp.sqrt(s) + epsilon)


# Kingma and Ba 2015, algorithm 1
def adam(xp: Any, theta: Array, gradient: Array, state: State, t: int, learning_rate: Any,
         beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8) -> None:
    v, s = state["v"], state["s"]
    v += (1 - beta_1) * (gradient - v)
    s += (1 - beta_2) * (gradient * gradient - s)
    v_bias, s_bias = 1 - beta_1**t, 1 - beta_2**t               # both averages start at zero
    theta -= learning_rate / v_bias * v / (xp.sqrt(s) * s_bias**-0.5 + epsilon)


# Loshchilov and Hutter 2019, algorithm 2
def adamw(xp: Any, theta: Array, gradient: Array, state: State, t: int, learning_rate: Any,
          beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8, weight_decay: float = 0.01) -> None:
    theta *= 1 - learning_rate * weight_decay                   # not scaled like the gradient
    adam(xp, theta, gradient, state, t, learning_rate, beta_1, beta_2, epsilon)


_MU = {"mu": Option(0.9, "[0, 1]")}
_EPSILON = {"epsilon": Option(1e-8, "[0, inf)")}
_ADAM = {"beta_1": Option(0.9, "[0, 1)"), "beta_2": Option(0.999, "[0, 1)"), **_EPSILON}
_ADAM_TEX = (
    r"v &:= <beta_1> v + (1 - <beta_1>) d\theta \\ s &:= <beta_2> s + (1 - <beta_2>) d\theta^{2} \\ "
    r"\theta &:= \theta - \alpha \frac{v / (1 - <beta_1>^{t})}{\sqrt{s / (1 - <beta_2>^{t})} + <epsilon>}")

OPTIMIZERS: dict[str, Optimizer] = {
    "gradient_descent": Optimizer(
        (), gradient_descent, 0.01, "theta -= alpha d",
        r"W^{[l]} &:= W^{[l]} - \alpha dW^{[l]} \\ b^{[l]} &:= b^{[l]} - \alpha db^{[l]}"),
    "momentum": Optimizer(
        ("v",), momentum, 0.01, "v = mu v - alpha d; theta += v",
        r"v &:= <mu> v - \alpha d\theta \\ \theta &:= \theta + v", _MU),
    "nesterov": Optimizer(
        ("v",), nesterov, 0.01, "v = mu v - alpha d; theta += mu v - alpha d",
        r"v &:= <mu> v - \alpha d\theta \\ \theta &:= \theta + <mu> v - \alpha d\theta", _MU),
    "rmsprop": Optimizer(
        ("s",), rmsprop, 0.001, "s = rho s + (1 - rho) d²; theta -= alpha d / (sqrt(s) + epsilon)",
        r"s &:= <rho> s + (1 - <rho>) d\theta^{2} \\ \theta &:= \theta - \frac{\alpha d\theta}{\sqrt{s} + <epsilon>}",
        {"rho": Option(0.9, "[0, 1)"), **_EPSILON}),
    "adam": Optimizer(
        ("v", "s"), adam, 0.001, "v, s = averages of d, d², bias corrected; theta -= alpha v / (sqrt(s) + epsilon)",
        _ADAM_TEX, _ADAM),
    "adamw": Optimizer(
        ("v", "s"), adamw, 0.001, "theta *= 1 - alpha weight_decay; then adam",
        r"\theta &:= (1 - <weight_decay> \alpha) \theta \\ " + _ADAM_TEX,
        {**_ADAM, "weight_decay": Option(0.01, "[0, inf)")}),
    "lbfgs": Optimizer(
        (), None, 1.0, "scipy's L-BFGS-B on the whole batch", r"p &= -H d\theta \\ \theta &:= \theta + \eta p",
        {"tolerance": Option(1e-5, "[0, inf]"), "max_evaluations": Option(15_000, "[1, inf)", whole=True),
         "memory": Option(10, "[1, inf)", whole=True)}),
}
