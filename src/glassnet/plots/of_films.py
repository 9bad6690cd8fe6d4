"""A film of a training: the network with its weights, what it answers, and its cost, moment by moment."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from glassnet import interrupts
from glassnet.plots.style import literal, word
from glassnet.plots.words import letters
from glassnet.typing import AnyArray, Array

SIZE, DPI = (8.0, 4.5), 100  # 800 x 450 pixels
SIDE, OF_UNIT = 60, 24  # places along a side of the surface, of a unit's map
MOST_BYTES, FEWEST = 3_000_000, 30  # of a file; pictures that it has in any case
UNITS = 10  # of a layer, that are drawn: the first ones
MOST_POINTS, MOST_CLASSES = 500, 12
INK, SOFT, LINE = "#1b2330", "#566172", "#dde1e7"
BELOW, ZERO, ABOVE = (np.array(rgb) / 255 for rgb in ((204, 92, 4), (241, 242, 244), (21, 98, 168)))
CLASSES = ("#d66910", "#1f6fb8", "#00966e", "#be6496", "#bea000", "#46a5e1", "#a02d14", "#6e6e78", "#705ea0", "#465f1e")
MARKS = ("o", "s", "^", "D", "*")
FIRST, LAST = 0.6, 2.0  # seconds for which the first and the last picture stay
SLOWEST = 0.25  # seconds of each other one, at most


class Moment(NamedTuple):
    """Where a training stands.

    Parameters
    ----------
    iteration : int
        Steps taken.
    network : Network
        As it is then.
    curves : mapping of str to (x, y)
        Costs until then: "training", and "test" where there are test samples.
    facts : mapping of str to str
        Figures above the picture, by name.
    """

    iteration: int
    network: Any
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]]
    facts: Mapping[str, str]


@dataclass
class Samples:
    """What a film shows a network answer.

    Parameters
    ----------
    X, Y : array (n[0], m), (n[L], m)
        One column per sample.
    classes : sequence of str, optional
        Their names; None where a number is predicted.
    names : sequence of str
        Of the features.
    test : array of bool (m,), optional
        Which samples test.
    picture : tuple of int, optional
        Where the features are the points of a picture: its height, its width, 3 for colours.
    """

    X: Array
    Y: Array
    classes: Sequence[str] | None
    names: Sequence[str]
    test: AnyArray | None = None
    picture: Sequence[int] | None = None

    @property
    def is_plane(self) -> bool:
        """Whether there are two features, over whose plane all can be seen."""
        return len(self.X) == 2

    def indices(self, Y: Array) -> AnyArray:
        """Return the class of each column (m,)."""
        return Y.argmax(axis=0) if len(Y) > 1 else (Y[0] > 0.5).astype(int)


def diverging(values: AnyArray) -> AnyArray:
    """Return the colours of numbers from -1, orange, over 0, paper, to 1, blue: (..., 3)."""
    values = np.nan_to_num(np.asarray(values, float))[..., None]
    share = np.minimum(np.abs(values), 1) ** 0.8
    return ZERO + (np.where(values < 0, BELOW, ABOVE) - ZERO) * share


@dataclass
class Film:
    """The pictures of a training, of 800 x 450 pixels.

    Parameters
    ----------
    samples : Samples
        What is shown.
    last : int
        The iteration of the last picture: how far the curves will go.
    highest : float
        The highest cost of the curves.
    lang : {"en", "zh"}
        The language.
    """

    samples: Samples
    last: int
    highest: float
    lang: str = "en"
    _parts: list[Callable[[Moment], None]] = field(default_factory=list)
    _moving: list[Any] = field(default_factory=list)
    _figure: Any = None
    _canvas: Any = None
    _background: Any = None

    def picture(self, moment: Moment) -> Any:
        """Return the picture of a moment.

        Parameters
        ----------
        moment : Moment
            Of a network of the same sizes as that of the first one.

        Returns
        -------
        PIL.Image.Image
            RGB.
        """
        with interrupts.held():
            from PIL import Image

        with letters(self.lang):
            if self._figure is None:
                self._begin(moment)
            for part in self._parts:
                part(moment)
            canvas = self._canvas
            canvas.restore_region(self._background)  # only what moves is drawn again
            for artist in self._moving:
                artist.draw(canvas.get_renderer())
        return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())

    def _moves(self, artist: Any) -> Any:
        """Return a part of the picture that is drawn for every moment, over what stays, in the order of these calls."""
        artist.set_animated(True)
        self._moving.append(artist)
        return artist

    # ------------------------------------------------------------ what stays
    def _begin(self, first: Moment) -> None:
        with interrupts.held():
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure

        self._figure = figure = Figure(SIZE, dpi=DPI, facecolor="white")
        self._canvas = FigureCanvasAgg(figure)
        self._heads(first)
        self._network(figure.add_axes((0.01, 0.05, 0.57, 0.77)), first.network)
        place = figure.add_axes((0.655, 0.36, 0.2813, 0.50))
        if self.samples.is_plane:
            self._surface(place)
        elif self.samples.classes is not None and len(self.samples.classes) <= MOST_CLASSES:
            self._confusion(place)
        else:
            self._beside_truth(place)
        self._curves(figure.add_axes((0.655, 0.08, 0.2813, 0.18)))
        self._canvas.draw()
        self._background = self._canvas.copy_from_bbox(figure.bbox)

    def _heads(self, first: Moment) -> None:
        heads: list[Any] = []
        figure = self._figure

        def draw(moment: Moment) -> None:
            facts = {word("Iteration"): f"{moment.iteration:,}", **moment.facts}
            for k, (name, value) in enumerate(facts.items()):
                if len(heads) <= 2 * k:
                    x = 0.035 + 0.17 * k
                    heads.append(figure.text(x, 0.955, literal(name), color=SOFT, fontsize=8.5, va="center"))
                    number = figure.text(x, 0.905, "", color=INK, fontsize=13, fontweight="bold", va="center")
                    heads.append(self._moves(number))
                heads[2 * k + 1].set_text(literal(value))

        draw(first)
        self._parts.append(draw)

    # ------------------------------------------------------------ the network
    def _network(self, ax: Any, network: Any) -> None:
        with interrupts.held():
            from matplotlib.collections import LineCollection

        sizes, L = network.architecture.sizes, network.L
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.axis("off")
        shown = [min(n, UNITS) for n in sizes]
        is_picture = self.samples.picture is not None
        wide = 0.57 * SIZE[0] / (0.77 * SIZE[1])  # of the axes, for one of their height
        high = min(0.115, 0.8 / max(shown[1:] if is_picture else shown))
        size = min(0.09 if max(shown) > 5 else 0.11, 0.82 * high)
        across = np.linspace(0.13, 0.86, L + 1)
        ups = [0.48 + high * ((n - 1) / 2 - np.arange(n)) for n in shown]
        if is_picture:
            ups[0] = np.array([0.48])
        lines = []
        for l in range(1, L + 1):
            first = 1 if l == 1 and is_picture else shown[l - 1]
            ends = [(ups[l - 1][i], ups[l][j]) for j in range(shown[l]) for i in range(first)]
            half = size / wide / 2 + 0.006
            begin = across[l - 1] + (half if not (l == 1 and is_picture) else 0.115 / wide)
            t = np.linspace(0, 1, 18)
            along = begin + (across[l] - half - begin) * t
            paths = [np.stack([along, low + (up - low) * (3 * t**2 - 2 * t**3)], axis=1) for low, up in ends]
            lines.append(LineCollection(paths, capstyle="round", zorder=1))
            ax.add_collection(self._moves(lines[-1]))
        boxes = [[self._box(ax, across[l], up, size / wide, size) for up in ups[l]] for l in range(L + 1)]
        if is_picture:
            boxes[0] = [self._box(ax, across[0], 0.48, 0.23 / wide, 0.23)]
        self._names(ax, network, across, ups, size, shown)
        grid = self._grid(OF_UNIT) if self.samples.is_plane else None

        def draw(moment: Moment) -> None:
            net = moment.network
            for l, each in enumerate(lines, start=1):
                W = np.asarray(net.W[l], float)[: shown[l], : shown[l - 1]]
                W = np.zeros((shown[l], 1)) if l == 1 and is_picture else W
                strength = (np.abs(W) / (np.abs(W).max() or 1.0)).ravel()
                rgb = np.where(W.ravel()[:, None] < 0, BELOW, ABOVE)
                opacity = 0.9 * (0.2 + 0.8 * strength) if strength.any() else np.full(len(strength), 0.25)
                each.set(color=np.column_stack([rgb, opacity]), linewidth=0.4 + 3.2 * strength)
            for l in range(L + 1):
                for box, picture in zip(boxes[l], self._of_units(net, l, len(boxes[l]), grid), strict=True):
                    box.set_data(picture)

        self._parts.append(draw)

    def _box(self, ax: Any, x: float, y: float, wide: float, high: float) -> Any:
        """Return the image of a unit, in a box with round corners."""
        with interrupts.held():
            from matplotlib.patches import FancyBboxPatch

        left, low = x - wide / 2, y - high / 2
        extent = (left, left + wide, low, low + high)
        image = ax.imshow(np.ones((2, 2, 3)), extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
        box = FancyBboxPatch(
            (left, low), wide, high, boxstyle=f"round,pad=0,rounding_size={0.18 * wide}", mutation_aspect=high / wide,
            facecolor="none", edgecolor="#b9c0ca", linewidth=0.8,
        )  # fmt: skip
        ax.add_patch(box)
        image.set_clip_path(box)
        ax.set(xlim=(0, 1), ylim=(0, 1))
        self._moves(image)
        self._moves(box)
        return image

    def _of_units(self, net: Any, l: int, n: int, grid: Array | None) -> list[AnyArray]:
        """Return the picture of each unit of a layer: its map over the plane, its weights, or how far it is on."""
        if l == 0 and self.samples.picture is not None:
            return [_pixels(self.samples.X[:, 0], self.samples.picture)]
        if l == 1 and self.samples.picture is not None:
            return [_weights(w, self.samples.picture) for w in np.asarray(net.W[1][:n], float)]
        if grid is None:
            return [np.broadcast_to(diverging(0.0 if l == 0 else 0.12), (2, 2, 3))] * n
        if l == 0:
            ramp = np.linspace(-1, 1, OF_UNIT)
            both = [np.tile(ramp, (OF_UNIT, 1)), np.tile(ramp[:, None], OF_UNIT)]
            return [diverging(each) for each in both[:n]]
        A = net.forward(grid, layer=l)[:n].reshape(-1, OF_UNIT, OF_UNIT)
        if net.architecture.activations[l - 1].startswith(("sigmoid", "softmax")):
            return [diverging(2 * each - 1) for each in A]
        return [diverging(each / (np.abs(each).max() or 1.0)) for each in A]

    def _names(
        self, ax: Any, network: Any, across: AnyArray, ups: list[AnyArray], size: float, shown: list[int]
    ) -> None:
        look: Any = {"color": SOFT, "fontsize": 8.5, "va": "center"}
        sizes, L = network.architecture.sizes, network.L
        for l, n in enumerate(sizes):
            title = word("Input") if l == 0 else word("Output") if l == L else word(f"Layer {l}")
            more = "" if n == shown[l] and not (l == 0 and self.samples.picture) else f" {n:,}"
            ax.text(across[l], 0.985, title + more, ha="center", color=INK, fontsize=9, va="center")
            what = "" if l == 0 else network.architecture.activations[l - 1]
            ax.text(across[l], 0.935, what, ha="center", **look)
        if self.samples.picture is None and len(self.samples.names) <= UNITS:
            for name, up in zip(self.samples.names, ups[0], strict=False):
                ax.text(across[0] - 0.6 * size, up, literal(str(name)[:9]), ha="right", **look)
        classes = self.samples.classes
        if classes is not None:
            names = [classes[-1]] if sizes[-1] == 1 else list(classes[:UNITS])
            for name, up in zip(names, ups[L], strict=False):
                ax.text(across[L] + 0.6 * size, up, literal(str(name)[:9]), ha="left", **look)

    # ------------------------------------------------------------ the answers
    def _grid(self, side: int) -> Array:
        """Return the points of the plane as columns, row by row upwards: (2, side²)."""
        low, high = self._corners()
        along, up = (np.linspace(low[k], high[k], side) for k in (0, 1))
        return np.stack([np.tile(along, side), np.repeat(up, side)])

    def _corners(self) -> tuple[Array, Array]:
        low, high = self.samples.X.min(axis=1), self.samples.X.max(axis=1)
        margin = np.where(high > low, 0.08 * (high - low), 1.0)
        return low - margin, high + margin

    def _surface(self, ax: Any) -> None:
        samples, grid = self.samples, self._grid(SIDE)
        low, high = self._corners()
        extent = (low[0], high[0], low[1], high[1])
        image = ax.imshow(np.ones((2, 2, 3)), extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
        self._moves(image)
        self._bare(ax)
        some = np.linspace(0, samples.X.shape[1] - 1, min(samples.X.shape[1], MOST_POINTS)).astype(int)
        test = np.zeros(len(some), bool) if samples.test is None else samples.test[some]
        if samples.classes is None:
            middle, scale = _middle(samples.Y[0])
            rgb = diverging((samples.Y[0, some] - middle) / scale)
            kinds = [(np.ones(len(some), bool), "o", rgb)]
        else:
            found = samples.indices(samples.Y[:, some])
            kinds = [(found == k, MARKS[k % len(MARKS)], _colours(k)) for k in range(len(samples.classes))]
        for chosen, mark, rgb in kinds:
            for of_test in (False, True):
                these = chosen & (test == of_test)
                inside = rgb[these] if np.ndim(rgb) == 2 else rgb
                look: Any = {"s": 13 if len(some) > 200 else 22, "marker": mark, "zorder": 3}
                look |= (
                    {"facecolors": "white", "edgecolors": inside, "linewidths": 1.1} if of_test
                    else {"facecolors": inside, "edgecolors": "white", "linewidths": 0.6}
                )  # fmt: skip
                self._moves(ax.scatter(*samples.X[:, some[these]], **look))
        ax.set(xlim=extent[:2], ylim=extent[2:])

        def draw(moment: Moment) -> None:
            A = moment.network.forward(grid)
            image.set_data(self._shades(A).reshape(SIDE, SIDE, 3))

        self._parts.append(draw)

    def _shades(self, A: Array) -> AnyArray:
        """Return the colours of answers."""
        if self.samples.classes is None:
            middle, scale = _middle(self.samples.Y[0])
            return diverging((A[0] - middle) / scale)
        if len(A) == 1:
            return diverging(0.75 * (2 * A[0] - 1))
        shades = np.array([_colours(k) for k in range(len(A))])[A.argmax(axis=0)]
        return 1 + (shades - 1) * 0.42

    def _confusion(self, ax: Any) -> None:
        samples, classes = self.samples, list(self.samples.classes or ())
        chosen = np.ones(samples.X.shape[1], bool) if samples.test is None or not samples.test.any() else samples.test
        X, truth, k = samples.X[:, chosen], samples.indices(samples.Y[:, chosen]), len(classes)
        image = self._moves(ax.imshow(np.ones((k, k, 3)), interpolation="nearest", aspect="auto"))
        self._bare(ax)
        look: Any = {"ha": "center", "va": "center", "fontsize": 7 if k > 4 else 10}
        counts = [[self._moves(ax.text(c, r, "", **look)) for c in range(k)] for r in range(k)]
        names = [literal(str(name)[:9]) for name in classes]
        ax.set_xticks(range(k), names, fontsize=7, color=SOFT, rotation=0 if max(map(len, names)) < 5 or k < 4 else 60)
        ax.set_yticks(range(k), names, fontsize=7, color=SOFT)
        ax.tick_params(length=0, labelbottom=False, labeltop=True)

        def draw(moment: Moment) -> None:
            M = np.zeros((k, k), int)
            np.add.at(M, (truth, samples.indices(moment.network.forward(X))), 1)
            shares = M / np.maximum(M.sum(axis=1, keepdims=True), 1)
            sign = np.where(np.eye(k, dtype=bool), 1, -1)
            image.set_data(diverging(sign * shares))
            for r, c in np.ndindex(k, k):
                counts[r][c].set_text(str(M[r, c]) if M[r, c] else "")
                counts[r][c].set_color("white" if shares[r, c] > 0.5 else INK)

        self._parts.append(draw)

    def _beside_truth(self, ax: Any) -> None:
        """Draw the predictions against the truth."""
        samples = self.samples
        some = np.linspace(0, samples.X.shape[1] - 1, min(samples.X.shape[1], MOST_POINTS)).astype(int)
        X, truth = samples.X[:, some], samples.Y[0, some]
        span = (float(samples.Y[0].min()), float(samples.Y[0].max()))
        margin = 0.08 * (span[1] - span[0]) or 1.0
        span = (span[0] - margin, span[1] + margin)
        ax.plot(span, span, color=SOFT, linewidth=0.8, linestyle="--")
        points = self._moves(ax.scatter(truth, truth, s=10, color=ABOVE, alpha=0.6, linewidths=0))
        self._bare(ax)
        ax.set(xlim=span, ylim=span)
        ax.set_xlabel(word("true"), fontsize=8, color=SOFT)
        ax.set_ylabel(word("predicted"), fontsize=8, color=SOFT)
        self._parts.append(
            lambda moment: points.set_offsets(np.stack([truth, moment.network.forward(X)[0].clip(*span)], axis=1))
        )

    # ------------------------------------------------------------ the cost
    def _curves(self, ax: Any) -> None:
        looks = {"training": (ABOVE, "-"), "test": (BELOW, (0, (4, 2)))}
        lines, dots = {}, {}
        for name, (rgb, dash) in looks.items():
            lines[name] = self._moves(ax.plot([], [], color=rgb, linestyle=dash, lw=1.6)[0])
            dots[name] = self._moves(ax.plot([], [], "o", color=rgb, markersize=3.5)[0])
        ax.set(xlim=(0, max(1, self.last)), ylim=(0, 1.08 * self.highest))
        ax.spines[["top", "right", "left"]].set_visible(False)
        ax.spines["bottom"].set_color(LINE)
        ax.grid(axis="y", color=LINE, linewidth=0.7)
        ax.set_xticks([0, max(1, self.last)], ["0", f"{self.last:,}"], fontsize=7.5, color=SOFT)
        ax.locator_params(axis="y", nbins=3)
        ax.tick_params(length=0, labelsize=7.5, labelcolor=SOFT)
        ax.set_title(word("Cost J"), loc="left", fontsize=9, color=INK)
        x = 0.62
        for name, (rgb, _) in looks.items():
            ax.text(x, 1.09, word(name), transform=ax.transAxes, color=rgb, fontsize=8, ha="left")
            x += 0.24

        def draw(moment: Moment) -> None:
            for name, (along, up) in moment.curves.items():
                known = [(x, y) for x, y in zip(along, up, strict=True) if y is not None]
                lines[name].set_data(*zip(*known, strict=True) if known else ([], []))
                dots[name].set_data(*([[value] for value in known[-1]] if known else ([], [])))

        self._parts.append(draw)

    def _bare(self, ax: Any) -> None:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)


def _pixels(x: Array, shape: Sequence[int]) -> AnyArray:
    """Return a sample as a picture, its first row below, as images of units are drawn."""
    low, high = float(x.min()), float(x.max())
    M = ((x - low) / ((high - low) or 1.0)).reshape(shape)[::-1]
    return M if M.ndim == 3 else diverging(M)


def _weights(w: Array, shape: Sequence[int]) -> AnyArray:
    M = w.reshape(shape)[::-1]
    M = M.sum(axis=-1) if M.ndim == 3 else M
    return diverging(M / (np.abs(M).max() or 1.0))


def _middle(y: Array) -> tuple[float, float]:
    low, high = float(y.min()), float(y.max())
    return (low + high) / 2, (high - low) / 2 or 1.0


def _colours(k: int) -> AnyArray:
    return _rgb(CLASSES[k % len(CLASSES)])


def _rgb(text: str) -> AnyArray:
    return np.array([int(text[k : k + 2], 16) / 255 for k in (1, 3, 5)])


# ---------------------------------------------------------------- the file
def written(pictures: Iterable[Any], kind: str, seconds: float = 7.0) -> bytes:
    """Return pictures as an animation that runs for ever.

    Parameters
    ----------
    pictures : iterable of PIL.Image.Image
        In their order; they are compressed one after the other.
    kind : {"gif", "webp"}
        The format.
    seconds : float
        How long it runs, but for its first and last picture, which stay a little.

    Returns
    -------
    bytes
        The file; of what would be too long, every second picture is left out.
    """
    found = [_few_colours(each) if kind == "gif" and each.mode != "P" else each for each in pictures]
    each = min(SLOWEST, seconds / len(found))
    durations = [1000 * (FIRST if k == 0 else LAST if k == len(found) - 1 else each) for k in range(len(found))]
    durations = [10 * round(value / 10) for value in durations]  # a GIF counts hundredths
    file = io.BytesIO()
    more: Any = {"quality": 78, "method": 3, "minimize_size": False} if kind == "webp" else {"optimize": False}
    found[0].save(file, kind, save_all=True, append_images=found[1:], duration=durations, loop=0, **more)
    if file.tell() > MOST_BYTES and len(found) > FEWEST:
        return written([*found[:-1:2], found[-1]], kind, seconds)
    return file.getvalue()


def _few_colours(picture: Any) -> Any:
    """Return a picture in the colours that are drawn, the same for all, so that what stays costs nothing."""
    from PIL import Image

    return picture.quantize(palette=_palette(), dither=Image.Dither.NONE)


@cache
def _palette() -> Any:
    """Return a picture whose palette has the colours of numbers, classes and ink."""
    from PIL import Image

    whole, half = np.linspace(-1, 1, 33), [_colours(k) for k in range(len(CLASSES))]
    shades = [1 + (np.array(each) - 1) * 0.42 for each in half]
    greys = np.linspace(0, 1, 12)[:, None] * (1 - _rgb(INK)) + _rgb(INK)
    rgb = np.concatenate([diverging(whole), half, shades, greys])
    found = Image.new("P", (1, 1))
    found.putpalette((255 * rgb).round().astype(np.uint8).tobytes())
    return found


def text_of(value: float | None, *, percent: bool = False) -> str:
    """Return a figure above the picture."""
    return "-" if value is None else f"{100 * value:.1f} %" if percent else f"{value:.3g}"
