"""
Inside the layers
=================

Activations and their slopes, and what they do to the numbers that pass through them.
"""

# sphinx_gallery_thumbnail_number = 3
import matplotlib.pyplot as plt

from glassnet import Network, plots
from glassnet.inspection import Snapshots
from glassnet.lessons.data import flower

plots.activations()

# %%
# The dashed line is the slope g'(z), by which every dZ is multiplied on the way back. Sigmoid's is 0.25 at best and
# almost 0 further out: that is where learning stalls. Any activation of the table can be drawn.

plots.activations(["softplus", "elu", "gelu"])

# %%
# Z, A and dZ over a training
# ---------------------------
# `Snapshots` is a callback that looks into every layer while the network trains. The line is the median; the bands hold
# the middle half, 90 % and all of the numbers.

X, Y = flower()
net = Network([2, 8, 4, 1], "tanh", seed=1)
snapshots = Snapshots(net, X, Y)
net.fit(X, Y, epochs=600, learning_rate=0.8, callbacks=[snapshots])
plots.distributions(snapshots)

# %%
# One letter alone is drawn by its name.

plots.distributions(snapshots, "A")
plt.show()
