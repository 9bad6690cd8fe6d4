"""
Why a model answers what it answers
===================================

Which columns matter, how the answer changes with them, what they contribute to one answer, and which act together. In a
shell: ``glassnet explain MODEL DATA``.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes

from glassnet import TabularRegressor, explain, plots

X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
train, test = X[:350], X[350:]
model = TabularRegressor(preset="fast", epochs=20, random_state=0, engine="numpy").fit(train, y[:350])
matter = explain.importance(model, test, y[350:])
plots.importance(matter)
plt.show()
print(matter)

# %%
# Columns of which one tells the other are named: neither is missed alone, and they can be shuffled together.

print(explain.importance(model, test, y[350:], together=[["s1", "s2", "s3", "s4"]]).sentence)

# %%
# How the answer changes with a column: each grey line is one row, the thick one their mean.

plots.dependence(explain.dependence(model, test, "bmi"))
plt.show()

# %%
# What each column contributes to the answer for one row, compared with the rows of the training:

(why,) = explain.contributions(model, test[:1], train)
plots.contributions(why)
plt.show()

# %%
# Which of the most important columns act together:

names = [each.columns[0] for each in matter.columns[:4]]
plots.interactions(explain.interactions(model, test, names))
plt.show()
