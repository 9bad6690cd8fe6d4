"""
Every number of one pass
========================

A trace holds every array of one pass, forward and backward, as the code that trains has computed it.
"""

import matplotlib.pyplot as plt
import numpy as np

from glassnet import Network, plots
from glassnet.graph import variables

X = np.array([[1.0, -2.0, 0.5], [0.0, 1.0, 3.0]])  # two features, three samples
Y = np.array([[1.0, 0.0, 1.0]])
net = Network([2, 3, 1], "tanh", seed=1, dtype="float64")
plots.diagram(net)

# %%
# Its arrays, from the input to the output and back:

trace = net.trace(X, Y)
print(trace)

# %%
# Any entry is written out as the sum that it is.

print(trace.unit("Z", layer=1, unit=2, sample=0))
print(trace.unit("dW", layer=2, unit=0, input=1))

# %%
# In a notebook a trace shows itself as a page that unfolds: formulas with the shapes below their letters, and each
# array as a field of colours.

trace

# %%
# The ledger of shapes
# --------------------

print(net.dimensions(m=3))

# %%
# Are the slopes right?
# ---------------------
# Nudge a parameter a little, see how much J changes, compare with dW and db.

print(net.check_gradients(X, Y))

# %%
# The chain rule, step by step
# ----------------------------
# The computation graph of an expression has every value going forward and every derivative coming back.

a, b, c = variables(a=5, b=3, c=2)
J = 3 * (a + b * c)
J.backward()
print(J)
print(J.chain_rule(b))
plt.show()
