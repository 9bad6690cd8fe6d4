"""An SVG element as matplotlib writes it, made small: no layers without a purpose, short numbers, styles said once."""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree as ET
from zlib import crc32

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
DECIMALS = 2  # of points, of which 72 are an inch
QUALITY = 65  # of photographs
PHOTOGRAPH = 1 << 15  # bytes of a picture from which on it is kept as one, if that is smaller
OF_PARENT = ("opacity", "clip-path")  # what is another thing for a group than for each of its parts

_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_LINK = re.compile(r"#([\w.-]+)")
_STANDS_STILL = re.compile(r"rotate\(-?0(?: [^)]*)?\)$")


def compact(svg: str) -> str:
    """Return the element without the document's head, in fewer letters; names do not meet those of another picture.

    Parameters
    ----------
    svg : str
        A document of matplotlib, whose text is text.

    Returns
    -------
    str
        An element that looks the same: a place is kept to a hundredth of a point.
    """
    root = ET.fromstring(svg[svg.index("<svg") :])
    parents = {child: parent for parent in root.iter() for child in parent}
    for element in [each for each in root.iter() if each.tag in (f"{SVG}metadata", f"{SVG}style")]:
        parents[element].remove(element)
    for element in root.iter():
        _shorten(element)
    _rename(root, f"p{crc32(svg.encode()):08x}")
    _collapse(root)
    root.attrib = {name: root.attrib[name] for name in ("viewBox", "width", "height") if name in root.attrib}
    return _written(root)


def _shorten(element: ET.Element) -> None:
    """Shorten the numbers and the style of an element in place."""
    attributes = {name.replace(XLINK, ""): value for name, value in element.attrib.items()}
    if style := attributes.pop("style", ""):
        parts = [part.strip().replace(": ", ":") for part in style.split(";")]
        kept = [part for part in parts if part and not part.startswith("font-family")]
        attributes["style"] = ";".join(map(_rounded, kept))
    for name in ("d", "x", "y", "width", "height", "transform"):
        if name in attributes:
            attributes[name] = _rounded(attributes[name])
    if "d" in attributes:
        attributes["d"] = re.sub(r" ?([A-Za-z]) ?", r"\1", " ".join(attributes["d"].split()))
    if _STANDS_STILL.match(attributes.get("transform", "")):
        del attributes["transform"]
    if element.tag == f"{SVG}image" and attributes["href"].startswith("data:image/png"):
        attributes["href"] = _smaller(attributes["href"])
    element.attrib = attributes


def _rounded(text: str) -> str:
    return _NUMBER.sub(lambda match: f"{float(match[0]):.{DECIMALS}f}".rstrip("0").rstrip("."), text)


def _smaller(href: str) -> str:
    """Return a raster picture as a WebP photograph where it is a large one of many colours."""
    from PIL import Image

    data = base64.b64decode(href.partition(",")[2])
    if len(data) < PHOTOGRAPH:
        return href
    picture: Image.Image = Image.open(io.BytesIO(data))
    if picture.mode != "RGB":
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture.convert("RGBA").getchannel("A"))
        picture = flat
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=QUALITY)
    photograph = file.getvalue()
    if len(photograph) >= len(data):
        return href
    return "data:image/webp;base64," + base64.b64encode(photograph).decode()


def _rename(root: ET.Element, own: str) -> None:
    """Give each name that is used a short one of this picture's own, and drop the others."""
    used = {name for each in root.iter() for value in each.attrib.values() for name in _LINK.findall(value)}
    ids = [each.attrib["id"] for each in root.iter() if "id" in each.attrib]
    short = {name: f"{own}-{k}" for k, name in enumerate(name for name in ids if name in used)}
    for element in root.iter():
        if (name := element.attrib.pop("id", None)) in short:
            element.attrib["id"] = short[name]
        for key, value in element.attrib.items():
            if key == "href" or "url(#" in value:
                element.attrib[key] = _LINK.sub(lambda match: f"#{short.get(match[1], match[1])}", value)


def _collapse(element: ET.Element) -> None:
    """Say a style that all parts of a group share once, and leave out groups that say nothing."""
    children: list[ET.Element] = []
    for child in element:
        _collapse(child)
        bare = child.tag == f"{SVG}g" and not child.attrib
        if bare:
            children.extend(child)
        elif len(child) or child.attrib or (child.text or "").strip():
            children.append(child)
    element[:] = children
    styles = {child.attrib.get("style") for child in children}
    shared = styles.pop() if len(styles) == 1 and len(children) > 1 else None
    if shared and element.tag == f"{SVG}g" and "style" not in element.attrib and not _is_of_each(shared):
        element.attrib["style"] = shared
        for child in children:
            del child.attrib["style"]


def _is_of_each(style: str) -> bool:
    return any(part.partition(":")[0] in OF_PARENT for part in style.split(";"))


def _written(root: ET.Element) -> str:
    """Return the element as text in which blanks between elements, which no reader sees, are left out."""
    for element in root.iter():
        element.tag = element.tag.replace(SVG, "")
        if element.tag not in ("text", "tspan") and not (element.text or "").strip():
            element.text = None
        if not (element.tail or "").strip():
            element.tail = None
    return ET.tostring(root, encoding="unicode")
