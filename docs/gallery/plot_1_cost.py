"""
How a training goes
===================

The first picture to look at after a training is its cost J, epoch by epoch. It should fall quickly, then slowly.
"""

import matplotlib.pyplot as plt
import numpy as np

from glassnet import Network, plots

rng = np.random.default_rng(0)
X = rng.normal(size=(2, 300))  # samples are columns
Y = (X[:1] * X[1:] > 0).astype(float)
X_val, Y_val = X[:, 200:], Y[:, 200:]
X, Y = X[:, :200], Y[:, :200]

net = Network([2, 6, 1], "tanh", seed=1)
history = net.fit(X, Y, epochs=400, learning_rate=0.5, validation=(X_val, Y_val))
plots.cost_curves(history, title="Training and validation")

# %%
# The dashed line is the cost of samples that the network never learned from. Its lowest point is marked: where it
# rises again while the other one still falls, the network memorises its samples.
#
# Several trainings
# -----------------
# A dictionary of histories draws them over each other. Here is the same network with four learning rates.

runs = {
    f"learning rate {rate}": Network([2, 6, 1], "tanh", seed=1).fit(X, Y, epochs=400, learning_rate=rate)
    for rate in (0.01, 0.1, 1.0, 5.0)
}
plots.cost_curves(runs, title="Four learning rates")

# %%
# A stack trains several networks at once, each from its own first weights. The thin lines are the networks, the thick
# one is their mean.

stack = Network([2, 6, 1], "tanh", n_networks=8, seed=1)
plots.cost_curves(stack.fit(X, Y, epochs=400, learning_rate=0.5), title="Eight starts")

# %%
# Side by side
# ------------
# Every picture takes ``ax=``, the axes to draw on, and returns the axes that it drew.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
plots.cost_curves(history, title="J as it is", ax=left)
plots.cost_curves(history, title="by powers of ten", log=True, ax=right)
plt.show()
