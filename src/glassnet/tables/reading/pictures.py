"""Pictures from files and folders, resized to one size; a sub-folder's name is the class of its pictures."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

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
PARTS = {"train": False, "training": False, "test": True, "testing": True}  # folder name -> is it the test part


def read_pictures(path: Path, size: int | tuple[int, int], order: str) -> Dataset:
    """Return the pictures of a folder, or the one picture of a file.

    Parameters
    ----------
    path : Path
        A picture; a folder of pictures (no classes: y is None); a folder with one sub-folder for each class; or a
        folder with ``train`` and ``test``, each with one sub-folder for each class.
    size : int or (height, width)
        Every picture is brought to this size.
    order : {"interleaved", "planes"}
        Passed on to `Pictures`.

    Returns
    -------
    Dataset
        With the test part, if there is one.

    Raises
    ------
    DataError
        There is no picture, or one cannot be decoded or is unreasonably large.
    """
    height, width = height_and_width(size)
    if path.is_file():
        images, notes = load([path], height, width)
        return Dataset(Pictures(images, order), None, None, None, tuple(notes), (str(path),))
    parts = {folder.name.lower(): folder for folder in _folders(path) if folder.name.lower() in PARTS}
    parts = {name: folder for name, folder in parts.items() if any(_inside(sub) for sub in _folders(folder))}
    if not parts:
        return _folder(path, height, width, order)
    read = {PARTS[name]: _folder(folder, height, width, order) for name, folder in parts.items()}
    whole, test = (read[False], read.get(True)) if False in read else (read[True], None)
    others = [folder.name for folder in _folders(path) if folder.name.lower() not in parts and _inside(folder)]
    ignored = [f"{path.name}: not read, being neither train nor test: {listed(others)}"] if others else []
    return Dataset(whole.X, whole.y, None, test, (*whole.notes, *ignored), whole.names)


def holds_pictures(path: Path) -> bool:
    """Return whether a folder, or one inside it, holds pictures."""
    return bool(_inside(path))


def _folder(path: Path, height: int, width: int, order: str) -> Dataset:
    classes = {_class(folder): found for folder in _folders(path) if (found := _inside(folder))}
    loose = _pictures(path.iterdir())
    files = [file for found in classes.values() for file in found] or loose
    if not files:
        raise DataError(f"{path} holds no pictures ({' '.join(SUFFIXES)}), nor sub-folders that do")
    images, notes = load(files, height, width)
    pictures = Pictures(images, order)
    y = np.repeat(list(classes), [len(found) for found in classes.values()]) if classes else None
    of_classes = f"{len(classes)} classes ({listed(classes, 100)})" if classes else "no classes"
    notes.insert(0, f"{path.name}: {len(files)} pictures, {of_classes}")
    notes.append(f"n_x = {pictures.describe()} (height x width x channels)")
    empty = [folder.name for folder in _folders(path) if _class(folder) not in classes]
    if empty and classes:
        notes.append(f"{path.name}: no pictures in {listed(empty)}")
    skipped = sum(file.is_file() for file in path.rglob("*")) - len(files)
    if skipped:
        notes.append(f"{path.name}: {skipped} other file{'s' * (skipped > 1)} skipped")
    return Dataset(pictures, y, None, None, tuple(notes), tuple(map(str, files)))


def _class(folder: Path) -> str:
    """Return a folder's name as text in every locale; bytes that are no UTF-8 are spelled out, for a model to keep."""
    return os.fsencode(folder.name).decode("utf-8", "backslashreplace")


def _folders(path: Path) -> list[Path]:
    return sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def _inside(folder: Path) -> list[Path]:
    entries = folder.rglob("*")
    return _pictures(entry for entry in entries if not any(n[0] == "." for n in entry.relative_to(folder).parts))


def _pictures(entries: Iterator[Path]) -> list[Path]:
    return sorted(
        file for file in entries if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
    )


def load(files: Sequence[Path], height: int, width: int) -> tuple[np.ndarray, list[str]]:
    """Return pictures as one array.

    Parameters
    ----------
    files : sequence of Path
        m files.
    height, width : int
        In pixels: what every picture is resized to.

    Returns
    -------
    images : array of uint8, (m, height, width, 3)
        Red, green, blue.
    notes : list of str
        Whether some were resized.

    Raises
    ------
    DataError
        If one cannot be decoded, or would take too much memory.
    """
    from PIL import Image

    check_room(len(files) * height * width * 3, f"{len(files)} pictures, each brought to {height} x {width},")
    images = np.empty((len(files), height, width, 3), dtype=np.uint8)
    resized = 0
    for i, file in enumerate(files):
        with broken_is_file_error(f"{file} cannot be decoded as a picture", DataError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _opened(file) as opened:
                picture = _upright_rgb(opened)
            if picture.size != (width, height):
                picture = picture.resize((width, height), Image.Resampling.LANCZOS)
                resized += 1
            images[i] = np.asarray(picture)
    note = f"{resized} of {len(files)} pictures were brought to {height} x {width} (stretched, Lanczos filter)"
    return images, [note] if resized else []


def _upright_rgb(opened: Image) -> Image:
    """Return the picture rotated as its camera recorded, in red, green and blue, on white where it is transparent."""
    from PIL import Image, ImageOps

    picture = ImageOps.exif_transpose(opened)
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
