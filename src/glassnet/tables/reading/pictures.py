"""Pictures from files and folders, resized to one size; a sub-folder's name is the class of its pictures."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from glassnet.errors import DataError, GlassnetError
from glassnet.memory import check_room
from glassnet.plain_text import listed
from glassnet.tables.dataset import Dataset, Pictures, height_and_width
from glassnet.tables.reading.broken import broken_is_file_error

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
KINDS = ("PNG", "JPEG", "MPO", "BMP", "GIF", "WEBP", "TIFF", "PPM", "AVIF")  # Pillow's names for what is in a file
COPIES, BYTES = 4, 4  # of a picture while it is rotated, put on white and resized; of a pixel
_PILLOW = threading.Lock()
PARTS = {  # name of a folder -> the part of the data in it
    "train": "train", "training": "train", "test": "test", "testing": "test", "valid": "validation",
    "val": "validation", "validation": "validation", "dev": "validation",
}  # fmt: skip
HIDDEN = (".", "__MACOSX")  # beginnings of names of what is no picture of the user's
RANGES = (1, 255, 4095, 65535)  # of the numbers in pictures of floats: the least that holds them all
FLOATS = (".tif", ".tiff")
LEFT_OUT = "pictures are left out"  # of the note on those that cannot be decoded


class _How(NamedTuple):
    """How pictures are read; of those of floats, which numbers are black and white: None where there are none."""

    height: int
    width: int
    order: str
    strict: bool
    shades: tuple[float, float] | None = None


class _BrokenPictureError(DataError):
    """A file is no picture that can be decoded."""


def read_pictures(
    path: Path, size: int | tuple[int, int], order: str, strict: bool = False, black: float | None = None,
    white: float | None = None,
) -> Dataset:  # fmt: skip
    """Return the pictures of a folder, or the one picture of a file.

    Parameters
    ----------
    path : Path
        A picture; a folder of pictures (no classes: y is None); a folder with one sub-folder for each class; or a
        folder with ``train``, ``test`` and ``validation`` or some of them, each with one sub-folder for each class. A
        folder that holds nothing but one of these is looked through.
    size : int or (height, width)
        Every picture is brought to this size.
    order : {"interleaved", "planes"}
        Passed on to `Pictures`.
    strict : bool
        Whether a picture that cannot be decoded is an error, instead of being left out with a note.
    black, white : float, optional
        Of pictures of floats: the numbers that are black and white; found from all of them where None.

    Returns
    -------
    Dataset
        With the test part and the validation part, if there are.

    Raises
    ------
    DataError
        There is no picture that can be decoded, or with `strict` one that cannot.
    """
    path = path if path.is_file() else _unwrapped(path)
    how = _How(*height_and_width(size), order, strict)
    shades = _shades([path] if path.is_file() else _inside(path), black, white)
    if path.is_file():
        return _noted(_loaded([path], how._replace(shades=shades, strict=True)), shades)
    return _noted(_of_folder(path, how._replace(shades=shades)), shades)


def _noted(dataset: Dataset, shades: tuple[float, float] | None) -> Dataset:
    """Return a data set that says which numbers are black and white, for later pictures to be read the same way."""
    if shades is None:
        return dataset
    black, white = shades
    note = f"pictures of floats: {black:g} to {white:g} is black to white (--black, --white)"
    return replace(dataset, notes=(*dataset.notes, note), reading={"black": black, "white": white})


def _of_folder(path: Path, how: _How) -> Dataset:
    """Return the pictures of a folder with its parts for training, validation and test."""
    parts = {folder.name.lower(): folder for folder in _folders(path) if folder.name.lower() in PARTS}
    parts = {name: folder for name, folder in parts.items() if any(_inside(sub) for sub in _folders(folder))}
    if not parts:
        return _folder(path, how)
    read = {PARTS[name]: _folder(folder, how) for name, folder in parts.items()}
    whole = read.pop("train") if "train" in read else read.popitem()[1]
    others = [folder.name for folder in _folders(path) if folder.name.lower() not in parts and _inside(folder)]
    ignored = [f"{path.name}: not read, being no part of the data: {listed(others)}"] if others else []
    notes = (*whole.notes, *ignored)
    return replace(whole, notes=notes, test=read.get("test"), validation=read.get("validation"))


def _unwrapped(path: Path) -> Path:
    """Return the first folder inside a folder that holds more than one folder with pictures, or pictures."""
    while True:
        folders = [folder for folder in _folders(path) if _inside(folder)]
        if len(folders) != 1 or _pictures(path.iterdir()) or not any(map(_inside, _folders(folders[0]))):
            return path
        if folders[0].name.lower() in PARTS:
            return path
        path = folders[0]


def _folder(path: Path, how: _How) -> Dataset:
    classes = {_class(folder): found for folder in _folders(path) if (found := _inside(folder))}
    loose = _pictures(path.iterdir())
    files = [file for found in classes.values() for file in found] or loose
    if not files:
        suffixes = " ".join(SUFFIXES)
        raise DataError(
            f"{path} and its folders hold no tables (such as .csv or .parquet) and no pictures ({suffixes})"
        )
    labels = np.repeat(list(classes), [len(found) for found in classes.values()]) if classes else None
    read = _loaded(files, how, labels)
    notes = list(read.notes)
    assert isinstance(read.X, Pictures)
    of_classes = f"{len(classes)} classes ({listed(classes, 100)})" if classes else "no classes"
    notes.insert(0, f"{path.name}: {len(files)} pictures, {of_classes}")
    notes.append(f"n_x = {read.X.describe()} (height x width x channels)")
    empty = [folder.name for folder in _folders(path) if _class(folder) not in classes]
    if empty and classes:
        notes.append(f"{path.name}: no pictures in {listed(empty)}")
    skipped = sum(file.is_file() for file in path.rglob("*")) - len(files)
    if skipped:
        notes.append(f"{path.name}: {skipped} other file{'s' * (skipped > 1)} skipped")
    return replace(read, notes=tuple(notes))


def _class(folder: Path) -> str:
    """Return a folder's name as text in every locale; bytes that are no UTF-8 are spelled out, for a model to keep."""
    return os.fsencode(folder.name).decode("utf-8", "backslashreplace")


def _folders(path: Path) -> list[Path]:
    return sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(HIDDEN))


def _inside(folder: Path) -> list[Path]:
    entries = folder.rglob("*")
    return _pictures(
        entry for entry in entries if not any(n.startswith(HIDDEN) for n in entry.relative_to(folder).parts)
    )


def _pictures(entries: Iterator[Path]) -> list[Path]:
    return sorted(
        file for file in entries if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
    )


def _loaded(files: Sequence[Path], how: _How, labels: np.ndarray | None = None) -> Dataset:
    """Return pictures with their labels; those that cannot be decoded are left out and named, or refused if strict."""
    from PIL import Image

    height, width = how.height, how.width
    check_room(len(files) * height * width * 3, f"{len(files)} pictures, each brought to {height} x {width},")
    images = np.empty((len(files), height, width, 3), dtype=np.uint8)
    kept: list[int] = []
    broken: list[str] = []
    first: _BrokenPictureError | None = None
    resized = 0
    for i, file in enumerate(files):
        try:
            broken_is = broken_is_file_error(f"{file} cannot be decoded as a picture", _BrokenPictureError)
            with broken_is, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with _opened(file) as opened:
                    picture = _upright_rgb(opened, how.shades)
                if picture.size != (width, height):
                    picture = picture.resize((width, height), Image.Resampling.LANCZOS)
                    resized += 1
                images[len(kept)] = np.asarray(picture)
                kept.append(i)
        except _BrokenPictureError as error:
            if how.strict or len(files) == 1:
                raise
            broken.append(f"{file.parent.name}/{file.name}")
            first = first or error
    if not kept:
        raise DataError(f"none of {len(files)} pictures can be decoded; the first: {first}")
    notes = []
    if resized:
        notes.append(
            f"{resized} of {len(files)} pictures were brought to {height} x {width} (stretched, Lanczos filter)"
        )
    if broken:
        notes.append(f"{len(broken)} of {len(files)} {LEFT_OUT}; --strict refuses them: {listed(broken)}")
    names = tuple(str(files[i]) for i in kept)
    y = None if labels is None else labels[kept]
    return Dataset(Pictures(images[: len(kept)], how.order), y, None, None, tuple(notes), names)


def _shades(files: Sequence[Path], black: float | None, white: float | None) -> tuple[float, float] | None:
    """Return which numbers of pictures of floats are black and white: the range of all, each file knows only its own.

    Ranges are those that cameras and programs write: 0 to 1, 255, 4095 or 65535, and -1 to 1 and so on.
    """
    found: list[tuple[float, float]] = []
    for file in files:
        if file.suffix.lower() in FLOATS:
            with suppress(Exception), warnings.catch_warnings(), _opened(file) as opened:
                warnings.simplefilter("ignore")
                if opened.mode == "F":
                    numbers = np.asarray(opened)
                    numbers = numbers[np.isfinite(numbers)]
                    found.append((float(numbers.min(initial=0)), float(numbers.max(initial=0))))
    if not found:
        return None
    lowest, highest = min(low for low, _ in found), max(high for _, high in found)
    largest = max(highest, -lowest)
    most = next((float(most) for most in RANGES if largest <= most * (1 + 1e-6)), largest)
    return (-most if lowest < -most / 100 else 0.0) if black is None else black, most if white is None else white


def _upright_rgb(opened: Image, shades: tuple[float, float] | None = None) -> Image:
    """Return the picture rotated as its camera recorded, in red, green and blue, on white where it is transparent."""
    from PIL import Image, ImageOps

    picture = ImageOps.exif_transpose(opened)
    if picture.mode == "F" and shades is not None:
        black, white = shades
        numbers = np.nan_to_num(np.asarray(picture), nan=black, posinf=white, neginf=black)
        levels = (numbers - black) * (255 / (white - black or 1))
        return Image.fromarray(levels.clip(0, 255).round().astype(np.uint8)).convert("RGB")
    if picture.mode.startswith("I"):  # 16 bits a pixel; converting would cut everything above 255
        return Image.fromarray((np.asarray(picture).clip(0, 65535) // 256).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return picture.convert("RGB")


def _opened(file: Path) -> Image:
    """Open a picture, of which only the header is read; raise DataError if the rest would take too much memory.

    Pillow's own limit is a number of pixels, whatever memory there is. Formats are listed, because Pillow passes some
    files to other programs (Ghostscript, for one).
    """
    from PIL import Image

    Image.init()
    with _PILLOW:
        most, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            opened = Image.open(file, formats=[kind for kind in KINDS if kind in Image.OPEN])
        finally:
            Image.MAX_IMAGE_PIXELS = most
    try:
        width, height = opened.size
        check_room(COPIES * BYTES * width * height, f"{file}, a picture of {height} x {width},")
    except GlassnetError:
        opened.close()
        raise
    return opened
