"""How results look on a terminal, in a pipe, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.cli.look_command import counted_kinds
from glassnet.cli.progress import Watch, before, lines_of_progress
from glassnet.cli.score_table import cross_validation_table, score_table
from glassnet.cli.terminal import complain, console, say, say_json
from glassnet.estimators.saving import kind_of
from glassnet.estimators.tabular.recipes import preset_named
from glassnet.network import Network
from glassnet.plain_text import one_line, visible
from glassnet.scoring import Coverage, CrossValidation, Scores
from glassnet.tables import Dataset, Pictures
from glassnet.tables.recognition import Decision, decision_of
from glassnet.text_table import fitted, folded, padded, width_of, wrapped
from glassnet.texts import told
from glassnet.training.history import History, Progress
from glassnet.workflows import SampledDataset, SampleTrace, Training

if TYPE_CHECKING:
    from rich.status import Status

    from glassnet.backends.measure import EngineLine
    from glassnet.inspection.trace import Trace

MOST_CLASSES_SHOWN = 12
NUMBERS_SHOWN = 6
TERMS_SHOWN = 4  # of the strongest in a layer
WIDTH = 80  # cells of a line


class Show:
    """Prints results for a person, or as one JSON document.

    Parameters
    ----------
    as_json : bool
        Whether to print JSON and nothing else.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.out = console()
        self.err = console(stderr=True)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing that moves is shown."""
        return self.as_json or not self.err.is_terminal

    def line(self, head: str, text: str, *, names: bool = False) -> None:
        """Print a text beside a short head, on a terminal in lines that it holds; names stay as they are, in one."""
        if self.as_json:
            return
        said = visible(text if names else told(text))
        in_lines = self.out.is_terminal and not names
        for i, line in enumerate(folded(said, self.out.width - 10) if in_lines else [said]):
            self.out.print(padded(told(head) if i == 0 else "", 10), style="bold", end="")
            self.out.print(line)

    # ------------------------------------------------------------ training
    def dataset(self, dataset: Dataset, parts: dict[str, int]) -> None:
        """Print what was read, before the training starts."""
        X, y, rows = dataset.X, dataset.y, len(dataset)
        what = f"pictures, n_x = {X.describe()}" if isinstance(X, Pictures) else f"rows, {X.num_columns} columns"
        counts = None
        if isinstance(dataset, SampledDataset) and not isinstance(X, Pictures):
            rows, counts, what = dataset.rows, dataset.counts, f"rows, {X.num_columns} columns in parts"
        self.line("Data", f"{rows} {what}; {_target(dataset.target, y, counts)}")
        if not isinstance(X, Pictures):
            decisions = [decision_of(each) or Decision("category") for each in X.schema]
            self.line("Columns", counted_kinds([(each.kind, each.reason) for each in decisions]))
        self.line("Split", ", ".join(f"{rows} {part}" for part, rows in parts.items() if rows))

    @contextmanager
    def progress(self) -> Iterator[Watch]:
        """Show the training's progress: a bar on a terminal, elsewhere a line every ten seconds on standard error."""
        if self.is_quiet:
            with lines_of_progress(complain) as watch:
                yield watch
            return
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("[bold]{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"))
        bar = Bar(*columns, TimeRemainingColumn(), console=self.err, transient=True)
        task = bar.add_task(padded(told("Training"), 9), text="")

        def move(progress: Progress) -> None:
            bar.start()  # at the first call; the lines about the data stand above it
            bar.update(task, total=progress.epochs, completed=progress.epoch, text=_progress_text(progress))

        def wait(what: str, rows: int) -> None:
            bar.start()
            bar.update(task, total=None, text=told(before(what, rows)))

        try:
            yield Watch(move, wait)
        finally:
            bar.stop()

    def status(self, words: str) -> AbstractContextManager[Status | None]:
        """Return rich's moving sign that work is under way, in letters that standard error can show; none in a pipe."""
        if self.is_quiet:
            return nullcontext()
        return self.err.status(told(words), spinner="dots" if self.err.encoding.startswith("utf") else "line")

    @contextmanager
    def waiting(self) -> Iterator[Callable[[str], None]]:
        """Show on a terminal what is being measured; stay quiet in a pipe."""
        with self.status("Measuring") as status:
            yield lambda name: status.update(told(f"Measuring {name}")) if status else None

    def engines(self, lines: list[EngineLine]) -> None:
        """Print the engines as a table, and where its costs come from."""
        if self.as_json:
            say_json([line._asdict() for line in lines])
            return
        head = ("engine", "devices", "good for", "start", "a step", "a layer", "GFLOP/s", "costs")
        say(fitted([tuple(map(told, row)) for row in (head, *map(_engine, lines))]) + "\n")
        for line in lines:
            self.line(line.engine, line.available)
        words = (
            'GFLOP/s in small, middle and large products. engine="auto" takes native, else numpy; a device '
            "where its predicted time is shorter: `glassnet engines --measure` measures this machine."
        )
        say("\n" + wrapped(told(words)))

    def training(self, outcome: Training, out: Path) -> None:
        """Print what a training did."""
        model, history = outcome.model, outcome.model.history_
        network = model.network_
        if self.as_json:
            architecture = network.architecture
            say_json({
                "model": str(out), "source": outcome.source, "target": outcome.target, "rows": outcome.parts,
                "architecture": architecture.to_document(), "parameters": architecture.n_parameters,
                "scores": {part: _scores(scores) for part, scores in outcome.scores.items()},
                "left_out": model.left_out_, "record": network.record, "notes": outcome.notes,
            })  # fmt: skip
            return
        for note in outcome.notes:
            self.line("Note", one_line(note))
        self.line("Network", _architecture(network))
        samples = (network.record or {})["samples"]
        held = outcome.parts["training"] - samples
        judges = f"{held} others" if held else "the validation part"
        best = f"; best after {history.best_epoch}, by {judges}" if history.validation_cost else ""
        how = "solved" if model.was_solved else f"{history.epochs} epochs"
        self.line("Fit", f"{how} over {samples} rows in {history.seconds:.2f} s{best}")
        self.line("Engine", history.choice or history.engine)
        if preset_named(model.preset).plain:
            self.costs(history)
        self.scores(outcome)
        self.line("Saved", str(out), names=True)
        if outcome.interrupted:
            self.line("Note", f"interrupted: the best network so far was saved; resume with --resume {out}")

    def scores(self, outcome: Training) -> None:
        """Print the scores of a training, those of the test rows first."""
        parts = dict(reversed(outcome.scores.items()))
        self.line("Scores", ", ".join(f"{part}: {scores.rows} rows" for part, scores in parts.items()))
        say(score_table(parts))
        self.confusion(outcome.model, next(iter(parts.values())))

    def costs(self, history: History) -> None:
        """Print the cost after every hundredth step, as the course does, and before the last one."""
        J = [float(np.mean(cost)) for cost in history.cost]
        apart = 100 * max(1, len(J) // 2500)
        steps = sorted({*range(0, len(J), apart), len(J) - 1})
        cells = [f"{step}: {J[step]:.6f}" for step in steps]
        width = max(map(len, cells))
        lines = ["   ".join(cell.rjust(width) for cell in cells[k : k + 4]) for k in range(0, len(cells), 4)]
        self.line("Cost", "after so many steps")
        say("\n".join(lines))

    def evaluation(
        self, model: Any, scores: Scores, notes: Sequence[str] = (), coverage: Coverage | None = None
    ) -> None:
        """Print how a model did."""
        if self.as_json:
            measured = {} if coverage is None else {"interval": coverage._asdict()}
            say_json({**_scores(scores), **measured, **({"notes": list(notes)} if notes else {})})
            return
        for note in notes:
            self.line("Note", one_line(note))
        far = ""
        if scores.unlike is not None:
            far = f", {scores.unlike:.1%} of them unlike those of the training (where 1% are)"
        self.line("Rows", f"{scores.rows}{far}")
        say(score_table({"this model": scores}))
        if coverage is not None:
            size = f"{coverage.size:.3g} classes" if hasattr(model, "classes_") else f"mean width {coverage.size:.4g}"
            low, high = coverage.between
            self.line("Interval", f"holds {coverage.measured:.4f}, asked {coverage.asked:g} "
                                  f"({low:.2f} to {high:.2f} by sampling); {size}")  # fmt: skip
        self.confusion(model, scores)

    def cross_validation(self, result: CrossValidation) -> None:
        """Print mean and deviation of the scores of each fold."""
        if self.as_json:
            named = {name: getattr(result, name) for name in ("mean", "deviation", "baseline")}
            say_json({**named, "folds": [_scores(each) for each in result.folds]})
            return
        self.line("Rows", f"{sum(each.rows for each in result.folds)}, in {len(result.folds)} folds")
        say(cross_validation_table(result))

    def confusion(self, model: Any, scores: Scores) -> None:
        """Print the confusion matrix where it is small enough to read."""
        if not 0 < len(scores.confusion) <= MOST_CLASSES_SHOWN:
            return
        from rich.cells import cell_len, set_cell_size  # a Chinese letter is as wide as two

        head, longest = told("true \\ predicted"), 16
        labels = [visible(label) for label in model.classes_]
        labels = [set_cell_size(label, min(cell_len(label), longest)) for label in labels]
        most = max(count for row in scores.confusion for count in row)
        width = max(len(str(most)), *map(cell_len, labels)) + 2
        say(f"\n{head}" + "".join(" " * (width - cell_len(label)) + label for label in labels))
        for label, row in zip(labels, scores.confusion, strict=True):
            say(set_cell_size(label, width_of(head)) + "".join(f"{count:>{width}}" for count in row))
        say("")

    # ------------------------------------------------------------ inside
    def inside(self, model: Any, sample: SampleTrace | None) -> None:
        """Print the inside of a model, and one row's way through it."""
        network = model if isinstance(model, Network) else model.network_
        table = network.dimensions(1)
        if self.as_json:
            architecture = network.architecture
            document = {
                "kind": kind_of(model), "architecture": architecture.to_document(),
                "parameters": architecture.n_parameters, "dimensions": [vars(line) for line in table],
                "record": network.record,
            }  # fmt: skip
            if sample is not None:
                document["row"] = sample.row
                document["prediction"], document["truth"] = sample.prediction, sample.truth
                document["trace"] = [
                    {**vars(line), "numbers": sample.trace.array(line.array).tolist()} for line in sample.trace.lines()
                ]
            say_json(document)
            return
        self.line("Model", kind_of(model), names=True)
        self.line("Network", _architecture(network))
        if not isinstance(model, Network):
            self.line("Input", _input(model))
            self.line("Output", _output(model), names=True)
        if network.record:
            record = network.record
            self.line("Training", f"{record['samples']} samples, {record['epochs']} epochs, {record['steps']} steps, "
                                  f"{record['seconds']:.2f} s")  # fmt: skip
        if sample is None:
            say(f"\n{table}")
            return
        truth = "" if sample.truth is None else f", true value {sample.truth}"
        self.line("Row", f"{sample.row}: predicted {sample.prediction}{truth}")
        trace, one = sample.trace, sample.trace.of_network(sample.network)
        if trace.n_networks is not None:
            say(f"\n{trace.answers(sample.words.predictions)}\n")
            say(wrapped(told(f"network {sample.network} in full; --network k shows another, k from 0")))
        say(f"\n{one}\n")
        say(_numbers(trace, sample.network))
        if strongest := _strongest(one):
            say(f"\n{strongest}")


def _engine(line: EngineLine) -> tuple[str, ...]:
    seconds = line.cost_coefficients
    rates = (1e-9 / seconds[name] if seconds[name] else np.inf for name in ("small", "middle", "large"))
    return (
        line.engine, line.devices, line.good_for, f"{seconds['start']:.1f} s",
        f"{seconds['step'] * 1e6:.0f} µs", f"{seconds['layer'] * 1e6:.0f} µs",
        ", ".join("-" if np.isinf(rate) else f"{rate:.0f}" for rate in rates), line.source,
    )  # fmt: skip


def _target(name: str | None, y: Any, counted: Mapping[Any, int] | None = None) -> str:
    head = f"target {name!r}" if name else "target"
    if y is None:
        return "no target"
    values, counts = np.unique(y, return_counts=True)
    if counted is not None:
        values, counts = np.array(list(counted)), np.array(list(counted.values()))
    if len(values) > MOST_CLASSES_SHOWN:
        return f"{head}: {len(values)} values from {values[0]} to {values[-1]}"
    return f"{head}: " + ", ".join(f"{value} {count}" for value, count in zip(values, counts, strict=True))


def _progress_text(progress: Progress) -> str:
    if progress.cost is None:
        return ""
    validation = "" if progress.validation_cost is None else f"  validation {np.mean(progress.validation_cost):.4f}"
    return told(f"cost {np.mean(progress.cost):.4f}{validation}  {progress.samples_per_second:,.0f} samples/s")


def _scores(scores: Scores) -> dict[str, Any]:
    confusion = {"confusion": scores.confusion} if scores.confusion else {}
    baseline = {"baseline": scores.baseline} if scores.baseline else {}
    unlike = {} if scores.unlike is None else {"unlike": scores.unlike}
    return {"rows": scores.rows, **scores.values, **confusion, **baseline, **unlike}


def _architecture(network: Network) -> str:
    architecture = network.architecture
    sizes = "-".join(map(str, architecture.sizes))
    stack = "" if network.n_networks is None else f" each, {network.n_networks} networks side by side"
    activations, embedding = ", ".join(architecture.activations), architecture.embedding
    embedded = "" if embedding is None else f"embedding of {embedding}, "
    return f"{sizes} ({activations}), {architecture.loss}, {embedded}{architecture.n_parameters:,} parameters{stack}"


def _input(model: Any) -> str:
    preparation = model.preparation_
    if preparation.pictures:
        shape = preparation.pictures
        return f"pictures of {shape.height} x {shape.width} x {shape.channels} = {shape.n_x}, {shape.order}"
    columns = dict.fromkeys(column.name for column in preparation.columns)  # one of many categories is there twice
    return f"{len(columns)} columns as {preparation.n_features} features: {', '.join(columns)}"


def _output(model: Any) -> str:
    name, target = f"{model.target_name_}: " if model.target_name_ else "", model.target_
    if not hasattr(model, "classes_"):
        power = "e" if target.factor == 1 else f"{target.factor:.4g} times e"
        return name + told(f"a number, {power} to the power of the answer" if target.log else "a number")
    classes = ", ".join(map(str, model.classes_))
    if target.costs is not None:
        return name + told(f"{classes}; the one of least expected cost")
    if target.threshold == 0.5:
        return name + classes
    return name + told(f"{classes}; {model.classes_[-1]} where its probability is above {target.threshold:.3g}")


def _numbers(trace: Trace, network: int) -> str:
    """Write out the first unit of each layer, forward and, where the target is known, back again."""
    layers, one = range(1, trace.architecture.L + 1), trace.of_network(network)
    forward = [one.unit(letter, l, terms=NUMBERS_SHOWN) for l in layers for letter in ("Z", "A")]
    letters = () if trace.dZ is None else ("dA", "dZ", "dW", "db")
    back = [one.unit(letter, l, terms=NUMBERS_SHOWN) for l in reversed(layers) for letter in letters]
    if trace.architecture.embedding is not None:
        forward.insert(0, one.unit("A", 0, terms=NUMBERS_SHOWN))
        back += [one.unit(letter, 0, terms=NUMBERS_SHOWN) for letter in letters if letter != "dZ"]
    written = [*forward, *back]
    whose = "" if trace.n_networks is None else f" of network {network} of {trace.n_networks}"
    lines = [told(f"the first unit of each layer{whose}, written out")]
    for sentence in written:
        first, *rest = folded(told(sentence), WIDTH - 6)
        lines += [f"  {first}", *(f"      {part}" for part in rest)]
    return "\n".join(lines)


def _strongest(trace: Trace) -> str:
    """Return the largest terms of each layer that has too many to be read, with the names of their features."""
    names = trace.labels.features if trace.architecture.embedding is None else ()
    rows: list[tuple[str, ...]] = [("weight", "W", "A", "W*A", "feature")]
    for l in range(1, trace.architecture.L + 1):
        if trace.W[l].shape[1] <= NUMBERS_SHOWN:
            continue
        for term in trace.strongest(l, most=TERMS_SHOWN):
            numbers = (f"{value + 0.0:.4g}" for value in (term.weight, term.activation, term.product))
            name = visible(names[term.input]) if l == 1 and names else ""
            rows.append((f"W[{l}][{term.unit}, {term.input}]", *numbers, name))
    if len(rows) == 1:
        return ""
    head = told("the strongest terms of each layer with many inputs")
    return f"{head}\n{fitted([tuple(map(told, rows[0])), *rows[1:]], right=set(map(told, ('W', 'A', 'W*A'))))}"
