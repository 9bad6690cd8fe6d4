"""
Parameters against score
========================

A search tries settings; the picture shows what each of them did. ``glassnet.search.study`` finds values by Optuna; here
a few are tried by hand.
"""

import itertools

import matplotlib.pyplot as plt
from sklearn.datasets import load_iris

from glassnet import TabularClassifier, plots
from glassnet.search import Study, Trial

X, y = load_iris(return_X_y=True)
fixed = {"epochs": 30, "batch_size": 32, "validation": 0.3, "random_state": 0}

# %%
# Each trial is a training of its own, judged by rows that it did not learn from.

trials = []
for rate, units in itertools.product([0.001, 0.003, 0.01, 0.03], [4, 16, 64]):
    settings = {"hidden": [units], "learning_rate": rate}
    model = TabularClassifier(**fixed, **settings).fit(X, y)
    scores, parameters = model.left_out_, {"units": units, "learning_rate": rate}
    size, seconds = model.network_.architecture.n_parameters, model.history_.seconds
    trials.append(Trial(len(trials), "finished", settings, scores["cost"], scores, parameters, size, seconds))

# %%
# The best one has a ring, the first one is the dashed line.

found = Study(trials)
print(found)
plots.search(found)
plt.show()
