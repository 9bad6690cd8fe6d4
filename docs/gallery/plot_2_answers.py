"""
What a network answers
======================

A network of two features can be drawn whole: its answer at every place of the plane.
"""

# sphinx_gallery_thumbnail_number = 2
import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.model_selection import train_test_split

from glassnet import MLPClassifier, Network, TabularClassifier, TabularRegressor, plots
from glassnet.lessons.data import flower

X, Y = flower()
figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
for ax, sizes in zip(axes, ([2, 1], [2, 4, 1]), strict=True):
    net = Network(sizes, ["tanh"] * (len(sizes) - 2) + ["sigmoid"], seed=1)
    net.fit(X, Y, learning_rate=1.2, iterations=2000)
    right = ((net.forward(X) > 0.5) == Y).mean()
    plots.decision_boundary(net, X, Y, title=f"{'-'.join(map(str, sizes))}: {right:.0%} right", ax=ax)

# %%
# Logistic regression (left) has only a straight line to part the petals with. Four hidden units bend it.
#
# Three classes
# -------------
# Estimators with scikit-learn's interface take samples as rows, and are drawn by the same function. The deeper the
# colour, the surer the network.

data = load_iris()
X, y = data.data[:, 2:], data.target_names[data.target]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = MLPClassifier((8,), solver="lbfgs", alpha=0.1, max_iter=500, random_state=0).fit(X_train, y_train)
plots.decision_boundary(model, X_train, y_train, title="Three kinds of iris", names=("petal length", "petal width"))

# %%
# Which class was taken for which
# -------------------------------
# Rows are the true classes, columns the answers. What is not on the diagonal is wrong.

plots.confusion_matrix(y_test, model.predict(X_test))

# %%
# How far probabilities can be trusted
# ------------------------------------
# Where a model is calibrated, of what it gives probability .8 eight in ten is true.

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X[:, :3], y, test_size=0.5, random_state=1)
model = TabularClassifier(preset="fast", epochs=30, random_state=0, engine="numpy").fit(X_train, y_train)
P = model.predict_proba(X_test)
plots.calibration_curve(y_test, P[:, 0], positive=0)

# %%
# What another threshold would change, and how much of each class is found in the rows that most probably are of it:

plots.threshold_curve(y_test, P[:, 0], positive=0)
plots.cumulative_gains(y_test, P)

# %%
# How far numbers are off
# -----------------------

X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, random_state=1)
model = TabularRegressor(preset="fast", epochs=30, random_state=0, engine="numpy").fit(X_train, y_train)
plots.prediction_error(y_test, model.predict(X_test))
plots.prediction_error(y_test, model.predict(X_test), kind="residual_vs_predicted")
plt.show()
