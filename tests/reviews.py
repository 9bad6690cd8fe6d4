"""Reviews whose words say how good something is."""

import numpy as np
import pandas as pd

GOOD, BAD = ["great", "lovely", "superb", "fun", "moving"], ["awful", "boring", "dull", "weak", "silly"]
FILLER = [f"w{chr(97 + k // 26)}{chr(97 + k % 26)}" for k in range(300)]


def reviews(m, seed=0):
    """Return texts, and how good they say something is."""
    rng = np.random.default_rng(seed)
    texts, mood = [], rng.normal(size=m)
    for each in mood:
        words = list(rng.choice(FILLER, 8))
        words += list(rng.choice(GOOD if each > 0 else BAD, 1 + int(abs(each) * 2)))
        rng.shuffle(words)
        texts.append(" ".join(words) + "!")
    return texts, mood


def mixed(m, seed=0):
    texts, mood = reviews(m, seed)
    rng = np.random.default_rng(seed + 1)
    a, b = rng.normal(size=(2, m))
    return pd.DataFrame({"review": texts, "a": a, "b": b, "kind": rng.choice(["x", "y"], m)}), mood + 2 * a * b
