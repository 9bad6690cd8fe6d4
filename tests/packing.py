"""Arrays that the studio packs for its page."""

import base64

import numpy as np


def unpacked(packed):
    """Return the array, in float32."""
    return np.frombuffer(base64.b64decode(packed["float32"]), "<f4").reshape(packed["shape"])
