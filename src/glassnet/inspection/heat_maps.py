"""Arrays as coloured cells, each with its name and number in a tooltip: "W[2][0, 3] = 0.1234".

A small matrix shows its numbers. A row too long to be read as one line of cells is wrapped into a tile of its own, as a
picture's numbers are wrapped into the picture. Where there are more numbers than cells, a cell is the mean of some.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, isqrt, prod
from typing import Any

import numpy as np

from glassnet.inspection.labels import Labels
from glassnet.plain_text import in_html, shortened
from glassnet.texts import told
from glassnet.typing import Array, Indices

MOST_COLUMNS = 24  # of cells side by side; a longer row is wrapped
MOST_IN_WORDS = 4, 12  # columns and rows up to which the numbers themselves are written into the cells
MOST_CELLS = 1200  # of one array
MOST_TILES = 20  # of one array: of more rows those with the largest numbers are shown
MOST_PIXELS = 4096  # of a picture, each with its numbers
WIDTH = 168  # of a heat map or a picture, in pixels of the screen
LOW, HIGH = np.array([33, 102, 172]), np.array([214, 96, 30])  # colours of the most negative and positive number


@dataclass(frozen=True)
class Index:
    """How the entries of a matrix are called.

    Parameters
    ----------
    array : str
        Such as "W[1]".
    rows, columns : sequence of str
        What rows and columns stand for, where they have names.
    groups : int, optional
        Rows of each group, where groups lie one below the other, as an embedding's do: row 5 of groups of 4 is "1, 1".
    """

    array: str
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    groups: int | None = None

    def row(self, i: int) -> str:
        """Return a row's index: "3", or "1, 1" where there are groups."""
        return str(i) if self.groups is None else f"{i // self.groups}, {i % self.groups}"

    def entry(self, i: int, j: int) -> str:
        """Return an entry's name, and what it stands for: "W[1][0, 3] (age)"."""
        names = [shortened(names[k], 40) for names, k in ((self.rows, i), (self.columns, j)) if k < len(names)]
        meaning = f" ({', '.join(names)})" if names else ""
        return f"{self.array}[{self.row(i)}, {j}]{meaning}"

    def rows_of(self, members: Indices) -> str:
        """Return the index of neighbouring rows, as a slice."""
        first, last = int(members[0]), int(members[-1])
        return f"{first}:{last + 1}" if self.groups is None else f"{self.row(first)} to {self.row(last)}"


def number(value: float) -> str:
    """Return a number as it is shown: four digits, and never -0."""
    return f"{float(value) + 0.0:.4g}"


def heat_map(M: Array, index: Index, labels: Labels = Labels()) -> str:  # noqa: B008  frozen
    """Return a matrix (rows, columns) as cells; `labels` say whether its columns are a picture's numbers."""
    rows, columns = M.shape
    shape = labels.picture if labels.picture and columns == prod(labels.picture) else None
    if columns <= MOST_IN_WORDS[0] and rows <= MOST_IN_WORDS[1]:
        shown = _in_words(M, index)
    elif columns <= MOST_COLUMNS and rows <= (MOST_COLUMNS if columns > 1 else MOST_IN_WORDS[1]):
        titles = [f"{index.entry(i, j)} = {number(M[i, j])}" for i in range(rows) for j in range(columns)]
        shown = cells(_colours(M).reshape(-1, 3), titles, columns, min(22, WIDTH // columns))
    elif columns <= MOST_COLUMNS:
        blocks = _runs(rows, columns, index.rows_of)
        words = _Tiles(lambda j, i: index.entry(i, j), lambda j, place: f"{index.array}[{place}, {j}]", ":, {}")
        shown = _tiles(M.T, words, [str(j) for j in range(columns)], blocks)
    else:
        tiles = min(rows, MOST_TILES)
        blocks = _squares(shape, labels.order, tiles) if shape else _runs(columns, tiles, _slice)
        words = _Tiles(index.entry, lambda i, place: f"{index.array}[{index.row(i)}, {place}]", "{}, :")
        shown = _tiles(M, words, [index.row(i) for i in range(rows)], blocks)
    return f'<div class="heat" role="group" aria-label="{in_html(index.array)}">{shown}</div>'


def cells(colours: Array, titles: Sequence[str], columns: int, size: int) -> str:
    """Return coloured cells (n, 3) in rows of `columns`, each with its tooltip."""
    gap = 1 if size > 7 else 0
    inside = "".join(
        f'<i style="background:{_css(colour)}" title="{in_html(title)}"></i>'
        for colour, title in zip(colours, titles, strict=True)
    )
    grid = f"display:grid;grid-template-columns:repeat({columns},{size}px);grid-auto-rows:{min(size, 18)}px;gap:{gap}px"
    return f'<div class="cells" style="{grid}">{inside}</div>'


def _in_words(M: Array, index: Index) -> str:
    colours, (rows, columns) = _colours(M), M.shape
    lines = (
        "".join(
            f'<td style="background:{_css(colours[i, j])};color:{_ink(colours[i, j])}" '
            f'title="{in_html(index.entry(i, j))} = {number(M[i, j])}">{float(M[i, j]) + 0.0:.3g}</td>'
            for j in range(columns)
        )
        for i in range(rows)
    )
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


@dataclass(frozen=True)
class _Blocks:
    """Which numbers of a row share a cell, how that cell is called, and how many cells stand side by side."""

    members: Sequence[Indices]
    places: list[str]
    columns: int
    is_picture: bool = False


@dataclass(frozen=True)
class _Tiles:
    """How a tile's entries are called: one entry; the entries at a place; the tile itself."""

    entry: Callable[[int, int], str]
    place: Callable[[int, str], str]
    name: str


def _tiles(M: Array, words: _Tiles, names: Sequence[str], blocks: _Blocks) -> str:
    """Return each row of M wrapped into a tile."""
    size_of = np.linalg.norm(np.nan_to_num(M.astype(float), nan=1, posinf=1, neginf=1), axis=1)
    full = np.flatnonzero(size_of) if size_of.any() else np.arange(len(M))
    rows = np.sort(full[np.argsort(-size_of[full], kind="stable")[:MOST_TILES]])
    small = np.stack([M[rows][:, block].mean(axis=1) for block in blocks.members], axis=1)
    colours, room = _colours(small), WIDTH if len(rows) == 1 else WIDTH // 2 - 6
    size, tiles, most = max(3, min(18, room // blocks.columns)), [], max(map(len, blocks.members))
    for k, i in enumerate(rows.tolist()):
        titles = [_title(M[i], i, *block, words) for block in zip(blocks.members, blocks.places, strict=True)]
        caption = f"<small>[{words.name.format(names[i])}]</small>" if len(M) > 1 else ""
        tiles.append(f"<div>{cells(colours[k], titles, blocks.columns, size)}{caption}</div>")
    said = [f"the {len(rows)} of {len(full)} with the largest numbers"] if len(rows) < len(full) else []
    said += [f"{len(M) - len(full)} more are all 0"] if len(full) < len(M) else []
    if most > 1:
        said.append(f"a cell is the mean of {most} numbers")
    elif not blocks.is_picture:
        said.append(f"in lines of {blocks.columns}")
    more = "".join(f"<small>{told(sentence)}</small>" for sentence in said)
    return f'<div class="tiles">{"".join(tiles)}</div>{more}'


def _title(numbers: Array, i: int, block: Indices, place: str, words: _Tiles) -> str:
    if len(block) == 1:
        return f"{words.entry(i, int(block[0]))} = {number(numbers[block[0]])}"
    own = numbers[block]
    span = told(f"mean {number(own.mean())}, {number(own.min())} to {number(own.max())}")
    return f"{words.place(i, place)}: {span}"


def _slice(members: Indices) -> str:
    return f"{members[0]}:{members[-1] + 1}"


def _runs(length: int, tiles: int, place: Callable[[Indices], str]) -> _Blocks:
    """Return runs of neighbours, so that all tiles together keep to `MOST_CELLS`."""
    step = ceil(length * tiles / MOST_CELLS)
    members = np.split(np.arange(length), range(step, length, step))
    return _Blocks(members, list(map(place, members)), min(MOST_COLUMNS, isqrt(max(1, len(members) - 1)) + 1))


def _squares(shape: tuple[int, int, int], order: str, tiles: int) -> _Blocks:
    """Return squares of pixels with all of their colours."""
    height, width, _ = shape
    places = pixel_places(shape, order)  # (height, width, channels)
    side = next(
        side for side in range(1, max(height, width) + 1)
        if ceil(height / side) * ceil(width / side) * tiles <= MOST_CELLS or side == max(height, width)
    )  # fmt: skip
    corners = [(y, x) for y in range(0, height, side) for x in range(0, width, side)]
    members = [places[y : y + side, x : x + side].ravel() for y, x in corners]
    named = [f"y{y}:{min(y + side, height)} x{x}:{min(x + side, width)}" for y, x in corners]
    return _Blocks(members, named, ceil(width / side), is_picture=True)


def pixel_places(shape: tuple[int, int, int], order: str) -> Indices:
    """Return where each number (height, width, channels) of a picture stands in its column of X."""
    height, width, channels = shape
    places = np.arange(height * width * channels)
    if order == "planes":
        return places.reshape(channels, height, width).transpose(1, 2, 0)
    return places.reshape(height, width, channels)


def picture(x: Array, labels: Labels, name: str, sample: int, pictures: int = 1) -> str:
    """Return a sample's column of X as the picture that it is, with the numbers of each pixel in its tooltip.

    Where there are more `pictures` on a page, or large ones, neighbouring pixels share a tooltip.
    """
    assert labels.picture is not None
    height, width, channels = labels.picture
    places = pixel_places(labels.picture, labels.order)
    size = max(1, min(20, 192 // max(height, width)))
    side = ceil((pictures * height * width / MOST_PIXELS) ** 0.5)  # pixels that share a tooltip
    titles = [
        _pixels(x, places[y : y + side, c : c + side].reshape(-1, channels), f"{name}[{{}}, {sample}]", f"y{y} x{c}")
        for y in range(0, height, side) for c in range(0, width, side)
    ]  # fmt: skip
    inside = "".join(f'<i title="{title}"></i>' for title in titles)
    grid = (
        f"display:grid;grid-template-columns:repeat({ceil(width / side)},{side * size}px);"
        f"grid-auto-rows:{side * size}px;width:{size * width}px;height:{size * height}px;overflow:hidden;"
        f"background:url({_image(x, labels)}) 0 0/100% 100%;image-rendering:pixelated"
    )
    return f'<div class="cells picture" role="img" aria-label="{in_html(name)}" style="{grid}">{inside}</div>'


def thumbnails(X: Array, labels: Labels, most: int = 8) -> str:
    """Return the first columns of X as small pictures."""
    assert labels.picture is not None
    height, width, _ = labels.picture
    size = max(1, min(64 // max(height, width), 8))
    images = "".join(
        f'<img src="{_image(X[:, i], labels)}" width="{size * width}" height="{size * height}" alt="X[:, {i}]">'
        for i in range(min(most, X.shape[1]))
    )
    return f'<div class="thumbnails">{images}</div>'


def _image(x: Array, labels: Labels) -> str:
    """Return a column of X as the address of a picture.

    Black is 0 and white 1; where numbers leave [0, 1], as standardised ones do, the smallest and the largest.
    """
    assert labels.picture is not None
    values = np.nan_to_num(x.astype(float))[pixel_places(labels.picture, labels.order)]
    low, high = (0.0, 1.0) if values.min() >= 0 and values.max() <= 1 else (values.min(), values.max())
    shades = np.rint(255 * (values - low) / ((high - low) or 1)).astype(np.uint8)
    return "data:image/png;base64," + b64encode(_png(np.repeat(shades, 3 // shades.shape[2], axis=2))).decode()


def _pixels(x: Array, places: Indices, entry: str, where: str) -> str:
    """Return the tooltip of some pixels (pixels, channels): their numbers, or of several the means."""
    numbers = ", ".join(map(number, x[places].mean(axis=0)))
    if len(places) > 1:
        return f"{told(f'mean of {len(places)} pixels from {where}')}: {numbers}"
    first, last = int(places[0, 0]), int(places[0, -1])
    step = int(places[0, 1]) - first if len(places[0]) > 1 else 1
    index = str(first) if first == last else f"{first}:{last + 1}" + (f":{step}" if step > 1 else "")
    return f"{entry.format(index)} = {numbers} ({where})"


def _colours(M: Array) -> Any:
    """Return colours (rows, columns, 3): white at 0, equally strong for numbers as far from it."""
    M = np.nan_to_num(M.astype(float))
    share = (np.abs(M) / (np.abs(M).max() or 1))[..., None]
    return np.rint(255 + share * (np.where(M[..., None] < 0, LOW, HIGH) - 255)).astype(np.uint8)


def _css(colour: Array) -> str:
    return "#" + bytes(colour).hex()


def _ink(colour: Array) -> str:
    return "#fff" if colour @ np.array([0.3, 0.59, 0.11]) < 140 else "#1f2430"


def _png(colours: Array) -> bytes:
    """Encode (rows, columns, 3) colours as a PNG file: header, rows with filter 0, end.

    By hand, because a trace shows itself wherever NumPy is; Pillow comes with tables and reports alone.
    """
    rows, columns, _ = colours.shape
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in colours))),
        (b"IEND", b""),
    ]
    body = (
        struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data)) for tag, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)
