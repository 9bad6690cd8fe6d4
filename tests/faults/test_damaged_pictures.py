"""A damaged picture in a folder is decoded as far as it makes sense, or refused in one sentence that names it."""

import numpy as np
from PIL import Image

from damage import tried_in_child

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 10, 3), dtype=np.uint8)
COLOURS = Image.fromarray(PIXELS)
KINDS = {  # file's name -> what it is saved as, and how
    "a.png": (COLOURS, {}),
    "palette.png": (COLOURS.convert("P"), {"transparency": 3}),
    "grey-16.png": (Image.fromarray(PIXELS[..., 0].astype(np.uint16) * 250), {}),
    "alpha.png": (COLOURS.convert("RGBA"), {"compress_level": 0}),
    "a.jpg": (COLOURS, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"}),
    "progressive.jpeg": (COLOURS.convert("CMYK"), {"progressive": True}),
    "a.bmp": (COLOURS, {}),
    "a.gif": (COLOURS.convert("P"), {"save_all": True, "append_images": [COLOURS.convert("P")], "interlace": 1}),
    "a.tif": (COLOURS, {}),
    "packed.tiff": (COLOURS, {"compression": "tiff_lzw"}),
    "jpeg.tiff": (COLOURS, {"compression": "jpeg"}),
    "a.webp": (COLOURS, {"lossless": True}),
    "a.ppm": (COLOURS, {}),
}


def test_damaged_pictures(tmp_path, tries, tally):
    jobs = []
    for name, (picture, how) in KINDS.items():
        source, folder = tmp_path / "whole" / name, tmp_path / name.replace(".", "-")
        for kind in ("cat", "dog"):
            (folder / kind).mkdir(parents=True)
        source.parent.mkdir(exist_ok=True)
        picture.save(source, **how)
        COLOURS.save(folder / "dog" / "whole.png")
        jobs.append((source, folder / "cat" / name, folder))
    for name, counts in tried_in_child(jobs, tries(20, 800)).items():
        tally(f"damaged {name} in a folder", **counts, tracebacks=0, hangs=0)
        assert counts["crashes"] == 0, name
