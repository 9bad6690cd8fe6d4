"""
The network itself
==================

Units, weights and shapes of a network, and what its first layer looks for.
"""

# sphinx_gallery_thumbnail_number = 4
import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

from glassnet import MLPClassifier, Network, plots

plots.diagram(Network([3, 4, 2, 1], seed=1), title="3-4-2-1, before training")

# %%
# Every line is a weight: red is positive, blue is negative, the thicker the larger. Below each layer stand the shapes
# of its arrays. W[l] has one row for each unit of layer l and one column for each unit of the layer before.
#
# Layers that are too large for the page are shown by their first and last units.

digits = load_digits()
model = MLPClassifier((16,), alpha=1.0, learning_rate_init=0.01, random_state=0).fit(digits.data / 16, digits.target)
plots.diagram(model, title="Digits: 64-16-10")

# %%
# Pictures that went in
# ---------------------

plots.images(digits.images[:20], titles=[str(digit) for digit in digits.target], columns=10, title="Digits")

# %%
# Weights as pictures
# -------------------
# A unit of layer 1 has one weight for each pixel, so its weights are a picture too. Ink on red raises the unit's Z, ink
# on blue lowers it: that is what the unit looks for.

plots.first_layer_weights(model, (8, 8), title="W[1], unit by unit")
plt.show()
