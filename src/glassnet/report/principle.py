"""The principle: forward and backward propagation derived for exactly this network."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import Architecture, choose_loss
from glassnet.core.losses import full_name
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.regularization import GRADIENT_TRANSFORMS, PENALTIES
from glassnet.core.schedules import SCHEDULES
from glassnet.network import Network
from glassnet.report.blocks import (
    Block,
    Cell,
    Formula,
    Heading,
    Paragraph,
    Section,
    Table,
    message,
    paragraph,
    row_text,
)
from glassnet.report.tex import filled, number
from glassnet.texts import keyed

LINEAR = {  # what a network of one layer is called, by its loss and output
    ("sigmoid_cross_entropy", "sigmoid"): "principle.logistic",
    ("softmax_cross_entropy", "softmax"): "principle.softmax",
    ("squared_error", "identity"): "principle.least_squares",
    ("poisson", "exp"): "principle.poisson",
}


def principle(network: Network) -> Section:
    """Return the section that derives the passes and the step of a network, from its record where it was trained."""
    architecture, record = network.architecture, network.record or {}
    settings = record.get("settings", {})
    return Section(
        message("principle.title"),
        [
            *_network(network),
            *_forward(architecture),
            *_cost(architecture, settings),
            *_backward(architecture),
            Heading(message("principle.update")),
            *(step(settings) if settings else [paragraph("principle.untrained")]),
            _dimensions(network),
        ],
    )


def _network(network: Network) -> list[Block]:
    n, L = network.architecture.sizes, network.L
    architecture, given = network.architecture, {"L": L, "sizes": "-".join(map(str, n)), "n_0": n[0], "n_L": n[-1]}
    blocks: list[Block] = [paragraph("principle.network", **given)]
    if architecture.embedding is not None:
        g, t, d = architecture.embedding
        blocks = [paragraph("principle.network_embedded", **given, n_x=architecture.n_x, g=g, t=t, d=d)]
    if L == 1:
        of_pair = LINEAR.get((_loss(architecture)[0], architecture.output), "principle.linear")
        blocks.append(paragraph(of_pair))
    if network.n_networks is not None:
        blocks.append(paragraph("principle.stack", k=network.n_networks))
    return blocks


def _forward(architecture: Architecture) -> list[Block]:
    n, lines = architecture.sizes, []
    if architecture.embedding is not None:
        groups, t, d = architecture.embedding
        lines.append(
            f"{_of_group('A', f'({d}, m)')} &= {_of_group('W', f'({d}, {t})')} {_of_group('X', f'({t}, m)')} + "
            rf"{_of_group('b', f'({d}, 1)')}, \quad j = 1 \dots {groups}"
        )
    for l in range(1, architecture.L + 1):
        g = _upright(choose(ACTIVATIONS, architecture.activations[l - 1], "activation")[0])
        shape = f"({n[l]}, m)"
        lines += [
            f"{_shaped('Z', l, shape)} &= {_shaped('W', l, f'({n[l]}, {n[l - 1]})')} "
            f"{_shaped('A', l - 1, f'({n[l - 1]}, m)')} + {_shaped('b', l, f'({n[l]}, 1)')}",
            f"{_shaped('A', l, shape)} &= {g}({_at('Z', l)})" + (r" = \hat{Y}" if l == architecture.L else ""),
        ]
    return [
        Heading(message("principle.forward")),
        paragraph("principle.forward_text"),
        Formula(_lines(lines)),
        _activations(architecture),
        *_derivations(architecture),
    ]


def _activations(architecture: Architecture) -> Table:
    used: dict[str, list[str]] = {}
    for l, choice in enumerate(architecture.activations, start=1):
        used.setdefault(choice, []).append(str(l))
    rows: list[list[Cell]] = []
    for choice, layers in used.items():
        g = choose(ACTIVATIONS, choice, "activation")[1]
        value, slope = filled(g.tex, g.options, g.formula), filled(g.slope_tex, g.options, g.slope_formula)
        rows.append([choice, ", ".join(layers), Formula(value), Formula(slope)])
    head: list[Cell] = [message("head.activation"), message("head.layers"), Formula("g(Z)"), Formula("g'(Z)")]
    return Table(message("principle.activations"), head, rows)


def _derivations(architecture: Architecture) -> list[Block]:
    """Return how the slope of each activation follows from its value; nothing of the identity and of users' own."""
    blocks: list[Block] = []
    for choice in dict.fromkeys(architecture.activations):
        g = choose(ACTIVATIONS, choice, "activation")[1]
        if not g.derivation_tex:
            continue
        first, *others = (filled(tex, g.options, "") for tex in (*g.derivation_tex, g.slope_tex))
        begin = r"\frac{\partial a_{j}}{\partial z_{k}}"
        if g.backward is None:
            begin = "g'(Z)"
        else:
            others[-1] = others[-1].removeprefix(begin + " = ")
        blocks += [
            paragraph(f"derivation.{g.rule}", activation=choice),
            Formula(_lines([f"{begin} &= {first}", *(f"&= {tex}" for tex in others)])),
        ]
    return [Heading(message("derivation.title")), *blocks] if blocks else []


def _loss(architecture: Architecture) -> tuple[str, Any]:
    return choose_loss(full_name(architecture.loss, architecture.sizes[-1], architecture.output))


def _cost(architecture: Architecture, settings: Mapping[str, Any]) -> list[Block]:
    name, entry = _loss(architecture)
    n_L, L = architecture.sizes[-1], architecture.L
    loss = filled(entry.tex, entry.options, entry.formula)
    tex = r"\ell(a, y) = " + loss + r", \quad J = \frac{1}{m} \sum_{i=1}^{m} "
    tex += (
        rf"\ell(a^{{[{L}](i)}}, y^{{(i)}})" if n_L == 1
        else rf"\sum_{{j=1}}^{{{n_L}}} \ell(a_{{j}}^{{[{L}](i)}}, y_{{j}}^{{(i)}})"
    )  # fmt: skip
    blocks: list[Block] = []
    for kind, penalty in PENALTIES.items():
        if any(_numbers(settings.get(kind))):
            tex += " + " + filled(penalty.tex, {}, penalty.formula)
            slope = filled(penalty.slope_tex, {}, penalty.slope_formula.format(m="m", l="l"))
            names = {"kind": kind.upper(), "symbol": penalty.symbol, "slope": slope}
            blocks.append(paragraph("principle.penalty", strength=_listed(settings[kind]), **names))
    if any(_numbers(settings.get("dropout"))):
        blocks.append(paragraph("principle.dropout", share=_listed(settings["dropout"])))
    intro = paragraph("principle.cost_text", loss=row_text("loss", name))
    return [Heading(message("principle.cost")), intro, Formula(tex), *blocks]


def _backward(architecture: Architecture) -> list[Block]:
    n, L = architecture.sizes, architecture.L
    _, loss = _loss(architecture)
    paired = loss.pair == architecture.output
    output = architecture.activations[-1]
    g = choose(ACTIVATIONS, output, "activation")[1]
    slope = filled(g.slope_tex, g.options, g.slope_formula)
    lines = []
    for l in range(L, 0, -1):
        whole = f"({n[l]}, m)"
        if l < L:
            lines += [
                f"{_shaped('dA', l, whole)} &= {_shaped('W', l + 1, f'({n[l]}, {n[l + 1]})', transposed=True)} "
                f"{_shaped('dZ', l + 1, f'({n[l + 1]}, m)')}",
                f"{_shaped('dZ', l, whole)} &= {_at('dA', l)} * g^{{[{l}]}}'({_at('Z', l)})",
            ]
        else:
            short = f"{_at('A', L)} - Y" if paired else f"{_at('dA', L)} * g^{{[{L}]}}'({_at('Z', L)})"
            lines.append(f"{_shaped('dZ', L, whole)} &= {short}")
        lines += [
            rf"{_shaped('dW', l, f'({n[l]}, {n[l - 1]})')} &= \frac{{1}}{{m}} {_shaped('dZ', l, whole)} "
            f"{_shaped('A', l - 1, f'(m, {n[l - 1]})', transposed=True)}",
            rf"{_shaped('db', l, f'({n[l]}, 1)')} &= \frac{{1}}{{m}} \sum_{{i=1}}^{{m}} dz^{{[{l}](i)}}",
        ]
    if architecture.embedding is not None:
        _, t, d = architecture.embedding
        lines += [
            f"{_shaped('dA', 0, f'({n[0]}, m)')} &= {_shaped('W', 1, f'({n[0]}, {n[1]})', transposed=True)} "
            f"{_shaped('dZ', 1, f'({n[1]}, m)')}",
            rf"{_of_group('dW', f'({d}, {t})')} &= \frac{{1}}{{m}} {_of_group('dA', f'({d}, m)')} "
            rf"\under{{X_{{j}}^{{\T}}}}{{(m, {t})}}",
            rf"{_of_group('db', f'({d}, 1)')} &= \frac{{1}}{{m}} \sum_{{i=1}}^{{m}} da_{{j}}^{{[0](i)}}",
        ]
    return [
        Heading(message("principle.backward")),
        paragraph("principle.backward_text"),
        Formula(
            r"\frac{\partial J}{\partial w_{jk}} = \frac{1}{m} \sum_{i=1}^{m} dz_{ji} a_{ki}, \quad "
            r"\frac{\partial J}{\partial b_{j}} = \frac{1}{m} \sum_{i=1}^{m} dz_{ji}, \quad "
            r"da_{ki} = \sum_{j} w_{jk} dz_{ji}"
        ),
        paragraph("principle.backward_matrices"),
        Formula(
            r"\lines{dZ^{[l]} &= dA^{[l]} * g^{[l]}'(Z^{[l]}) \\ dW^{[l]} &= \frac{1}{m} dZ^{[l]} A^{[l-1] \T} \\ "
            r"db^{[l]} &= \frac{1}{m} \sum_{i=1}^{m} dz^{[l](i)} \\ dA^{[l-1]} &= W^{[l] \T} dZ^{[l]}}"
        ),
        paragraph("principle.output_layer"),
        Formula(f"{_at('dA', L)} = {_layer(filled(loss.slope_tex, loss.options, 'dA'), L)}"),
        paragraph("principle.pair" if paired else "principle.no_pair", output=output),
        Formula(_layer(loss.pair_tex if paired else rf"dZ = dA * g'(Z), \quad g'(Z) = {slope}", L)),
        paragraph("principle.layers_back"),
        Formula(_lines(lines)),
    ]


def step(settings: Mapping[str, Any]) -> list[Block]:
    """Return what the optimiser does with the slopes, with the numbers of a run's settings."""
    name, entry = choose(OPTIMIZERS, settings["optimizer"], "optimizer")
    text = {
        "gradient_descent": message("principle.update_descent"),
        "lbfgs": message("principle.update_lbfgs", memory=number(entry.options.get("memory", 0))),
    }.get(name, message("principle.update_text", optimizer=name))
    blocks: list[Block] = [Paragraph(text), Formula(_lines([filled(entry.tex, entry.options, entry.formula)]))]
    if name == "lbfgs":
        return blocks
    alpha = _listed(settings["learning_rate"] or entry.learning_rate)
    schedule = settings["schedule"]
    if schedule == "constant":
        blocks.append(paragraph("principle.rate", alpha=alpha))
    elif " " in schedule:  # a function of the caller
        blocks.append(paragraph("principle.rate_own", alpha=alpha))
    else:
        name, factor = choose(SCHEDULES, schedule, "schedule")
        blocks.append(paragraph("principle.rate_schedule", alpha=alpha, schedule=row_text("schedule", name)))
        blocks.append(Formula(filled(factor.tex, factor.options, factor.formula)))
    for kind, transform in GRADIENT_TRANSFORMS.items():
        if (limit := settings.get(kind)) is None:
            continue
        if (key := f"principle.{kind}") in keyed():
            blocks.append(paragraph(key, limit=number(limit)))
        else:
            blocks.append(Formula(_lines([filled(transform.tex, {"limit": limit}, transform.formula)])))
    return blocks


def _dimensions(network: Network) -> Table:
    n = network.architecture.sizes
    head: list[Cell] = [message("head.layer"), "W, dW", "b, db", "Z, A, dZ, dA", message("head.parameters")]
    rows = [
        [str(l), f"({n[l]}, {n[l - 1]})", f"({n[l]}, 1)", f"({n[l]}, m)", f"{n[l] * n[l - 1] + n[l]:,}"]
        for l in range(1, network.L + 1)
    ]
    if network.architecture.embedding is not None:
        g, t, d = network.architecture.embedding
        rows.insert(0, ["0", f"({g}, {d}, {t})", f"({g}, {d}, 1)", f"({n[0]}, m)", f"{g * d * (t + 1):,}"])
    rows.append(["", "", "", "", f"{network.architecture.n_parameters:,}"])
    return Table(message("principle.dimensions"), head, rows)


def _at(letter: str, l: int) -> str:
    return f"{letter}^{{[{l}]}}"


def _shaped(letter: str, l: int, shape: str, *, transposed: bool = False) -> str:
    power = rf"[{l}] \T" if transposed else f"[{l}]"
    return rf"\under{{{letter}^{{{power}}}}}{{{shape}}}"


def _of_group(letter: str, shape: str) -> str:
    """Return a matrix of group j of the embedding, or its rows of X or A[0]."""
    return rf"\under{{{letter}_{{j}}{'' if letter == 'X' else '^{[0]}'}}}{{{shape}}}"


def _layer(tex: str, l: int) -> str:
    """Give every A, Z, dA and dZ of a formula its layer."""
    return re.sub(r"(?<![\\A-Za-z])(d?[AZ])(?![a-zA-Z^])", rf"\1^{{[{l}]}}", tex)


def _lines(lines: Sequence[str]) -> str:
    return r"\lines{" + r" \\ ".join(lines) + "}"


def _upright(name: str) -> str:
    return rf"\name{{{name}}}"


def _numbers(value: Any) -> list[float]:
    """Return a setting's numbers, also where each network of a stack has its own."""
    if isinstance(value, list | tuple):
        return [number for entry in value for number in _numbers(entry)]
    return [] if value is None else [value]


def _listed(value: Any) -> str:
    return ", ".join(map(number, _numbers(value)))
