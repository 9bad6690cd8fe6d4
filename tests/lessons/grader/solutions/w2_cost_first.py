"""The cost comes first in what propagate returns, and every function here knows it."""
import numpy as np

sigmoid = lambda z: 1 / (1 + np.exp(-z))


def initialize_with_zeros(dim):
    return np.zeros([dim, 1]), 0


def propagate(w, b, x, y):
    m = x.shape[1]
    a = sigmoid(w.T @ x + b)
    loss = -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()
    return loss, {"dw": x @ (a - y).T / m, "db": (a - y).mean()}


def optimize(w, b, x, y, num_iters, alpha):
    history = []
    for step in range(num_iters):
        loss, g = propagate(w, b, x, y)
        w, b = w - alpha * g["dw"], b - alpha * g["db"]
        if not step % 100:
            history.append(loss)
    return {"w": w, "b": b}, g, history


def predict(w, b, x):
    return (sigmoid(w.T @ x + b) >= 0.5).flatten().astype(int)
