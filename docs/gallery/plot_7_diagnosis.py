"""
What is wrong with a training
=============================

`diagnose` reads what a training left and says what is wrong, what it saw, and what to change. Here the learning rate is
far too small.
"""

import matplotlib.pyplot as plt

from glassnet import Network, plots
from glassnet.lessons.data import flower

X, Y = flower()
net = Network([2, 6, 1], "tanh", seed=1)
net.fit(X, Y, learning_rate=0.003, iterations=1000)
diagnosis = net.diagnose(X, Y)
print(diagnosis)

# %%
# The advice rests on a range test: short trainings from a fresh start at many learning rates. The finding keeps its
# numbers, and they can be drawn.

plots.learning_rates(diagnosis[0].numbers, title="After a few steps at each rate")

# %%
# With the rate that it says to try, the diagnosis has nothing more to say about the rate.

better = Network([2, 6, 1], "tanh", seed=1)
better.fit(X, Y, learning_rate=diagnosis[0].numbers["try"], iterations=1000)
plots.cost_curves({"before": net, "after": better}, title="The same network, the same 1000 steps")
print(better.diagnose(X, Y))
plt.show()
