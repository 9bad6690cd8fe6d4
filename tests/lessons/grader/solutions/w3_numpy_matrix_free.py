"""Written with loops over samples, as the first week shows it."""
import math

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def layer_sizes(X, Y):
    n_x = X.shape[0]
    n_h = 4
    n_y = len(Y)
    return n_x, n_h, n_y


def forward_propagation(X, parameters):
    W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
    m = X.shape[1]
    Z1, A1 = np.zeros((W1.shape[0], m)), np.zeros((W1.shape[0], m))
    Z2, A2 = np.zeros((1, m)), np.zeros((1, m))
    for i in range(m):
        Z1[:, i] = W1.dot(X[:, i]) + b1[:, 0]
        A1[:, i] = np.tanh(Z1[:, i])
        Z2[:, i] = W2.dot(A1[:, i]) + b2[:, 0]
        A2[:, i] = sigmoid(Z2[:, i])
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y, parameters):
    total = 0
    for a, y in zip(A2[0], Y[0]):
        total -= math.log(a) if y == 1 else math.log(1 - a)
    return total / Y.shape[1]


def backward_propagation(parameters, cache, X, Y):
    W2 = parameters["W2"]
    A1, A2 = cache["A1"], cache["A2"]
    m = X.shape[1]
    dW1, db1 = 0, 0
    dW2, db2 = 0, 0
    for i in range(m):
        dz2 = (A2[:, [i]] - Y[:, [i]])
        dW2 = dW2 + dz2 @ A1[:, [i]].T
        db2 = db2 + dz2
        dz1 = W2.T @ dz2 * (1 - A1[:, [i]] ** 2)
        dW1 = dW1 + dz1 @ X[:, [i]].T
        db1 = db1 + dz1
    return {"dW1": dW1 / m, "db1": db1 / m, "dW2": dW2 / m, "db2": db2 / m}


def predict(parameters, X):
    A2, cache = forward_propagation(X, parameters)
    return A2 > 0.5
