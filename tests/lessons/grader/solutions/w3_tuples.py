"""Caches and slopes are tuples; 1/m is taken with dZ2 already."""
import numpy as np


def sigmoid(t):
    return .5 * (1 + np.tanh(.5 * t))


def layer_sizes(X, Y):
    return X.shape[0], 4, Y.shape[0]


def initialize_parameters(n_x, n_h, n_y):
    rng = np.random.default_rng(7)
    return dict(W1=rng.normal(0, .01, (n_h, n_x)), b1=np.zeros((n_h, 1)),
                W2=rng.normal(0, .01, (n_y, n_h)), b2=np.zeros((n_y, 1)))


def forward_propagation(X, params):
    W1, b1, W2, b2 = (params[k] for k in ("W1", "b1", "W2", "b2"))
    A1 = np.tanh(W1 @ X + b1)
    A2 = sigmoid(W2 @ A1 + b2)
    return A2, (A1, A2)


def compute_cost(A2, Y):
    return float(-np.mean(np.where(Y == 1, np.log(A2), np.log1p(-A2))))


def backward_propagation(params, cache, X, Y):
    A1, A2 = cache
    dZ2 = (A2 - Y) / Y.shape[1]
    dZ1 = params["W2"].T @ dZ2 * (1 - A1 ** 2)
    return {"dW2": dZ2 @ A1.T, "db2": dZ2.sum(1, keepdims=True), "dW1": dZ1 @ X.T, "db1": dZ1.sum(1, keepdims=True)}


def update_parameters(params, grads, lr=1.2):
    for k in ("W1", "b1", "W2", "b2"):
        params[k] -= lr * grads["d" + k]
    return params


def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    n_x, _, n_y = layer_sizes(X, Y)
    params = initialize_parameters(n_x, n_h, n_y)
    for _ in range(num_iterations):
        A2, cache = forward_propagation(X, params)
        params = update_parameters(params, backward_propagation(params, cache, X, Y), 0.5)
    return params


def predict(params, X):
    return 1 * (forward_propagation(X, params)[0] > .5)
