"""
Pictures of any numbers
=======================

Four pictures know nothing about networks. The experiments and reports are drawn with them, and yours can be too.
"""

import matplotlib.pyplot as plt
import numpy as np

from glassnet import Network, plots
from glassnet.lessons.data import accuracy, flower

X, Y = flower()
units = (1, 2, 3, 5, 10, 20)
right = {}
for n in units:
    stack = Network([2, n, 1], "tanh", n_networks=5, seed=1)
    stack.fit(X, Y, learning_rate=1.2, iterations=1000)
    right[n] = accuracy(stack.forward(X), Y)  # of five networks

# %%
# Lines with bands
# ----------------
# A line is (x, y) or (x, y, half width of its band). Names come from the dictionary.

mean = np.array([right[n].mean() for n in units])
low, high = (np.array([pick(right[n]) for n in units]) for pick in (np.min, np.max))
plots.lines(
    {"mean of five starts": (units, mean, (low, high)), "a coin": (units, [0.5] * len(units))},
    title="More units, better petals",
    x="hidden units",
    y="share right",
    log_x=True,
    points=True,
)

# %%
# Bars
# ----

plots.bars(
    {f"{n} units": right[n].mean() for n in units},
    spread={f"{n} units": right[n].std() for n in units},
    title="The same as bars",
    x="share right",
)

# %%
# A surface, and a walk over it
# -----------------------------
# The cost of a network with one weight and one bias, and the way that gradient descent takes over it: from the ring to
# the dot.

rng = np.random.default_rng(0)
X = rng.normal(size=(1, 40))
Y = (X + 0.7 * rng.normal(size=X.shape) > 0.5).astype(float)
net = Network([1, 1], seed=1, dtype="float64")


def cost(w, b):
    """J at one place of the plane."""
    net.W[1], net.b[1] = [[w]], [[b]]
    return net.cost(X, Y)


w, b = np.linspace(-4, 6, 41), np.linspace(-5, 3, 41)
heights = [[cost(each_w, each_b) for each_w in w] for each_b in b]
net.W[1], net.b[1] = [[-3.0]], [[2.0]]
walk = [(-3.0, 2.0)]
for _ in range(60):
    net.fit(X, Y, learning_rate=1.0, iterations=1)
    walk.append((net.W[1].item(), net.b[1].item()))
plots.surface(w, b, heights, title="J of logistic regression", paths={"descent": tuple(zip(*walk, strict=True))})

# %%
# A cloud of points
# -----------------
# On the dashed line answer and truth are equal.

truth = np.random.default_rng(0).normal(size=200)
answers = truth + 0.3 * np.random.default_rng(1).normal(size=200)
plots.scatter(truth, answers, title="Estimates", x="y", y="ŷ", diagonal=True)

# %%
# A matrix
# --------
# Blue is negative, red is positive, white is 0.

deep = Network([6, 4, 1], seed=1)
names = ["age", "height", "weight", "pulse", "blood pressure", "sugar"]
plots.matrix(deep.W[1], rows=["1", "2", "3", "4"], columns=names, title="W[1]: a row for each unit")

# %%
# Images
# ------
# With ``signed=True`` white is 0, red is positive, blue is negative.

place = np.linspace(-1, 1, 32)
waves = [np.outer(np.sin(k * place), np.cos(k * place)) for k in range(1, 6)]
plots.images(waves, titles=[f"k = {k}" for k in range(1, 6)], columns=5, signed=True, title="Any arrays of one size")
plt.show()
