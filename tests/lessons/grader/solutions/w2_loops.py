import numpy as np
import math


def sigmoid(z):
    if isinstance(z, np.ndarray):
        out = np.zeros(z.shape)
        for i in range(z.shape[0]):
            for j in range(z.shape[1]):
                out[i, j] = 1 / (1 + math.exp(-z[i, j]))
        return out
    return 1 / (1 + math.exp(-z))


def initialize_with_zeros(dim):
    return np.zeros((dim, 1)), 0.0


def propagate(w, b, X, Y):
    n, m = X.shape
    cost = 0.0
    dw = np.zeros((n, 1))
    db = 0.0
    for i in range(m):
        z = b
        for j in range(n):
            z += w[j, 0] * X[j, i]
        a = sigmoid(z)
        y = Y[0, i]
        cost += -(y * math.log(a) + (1 - y) * math.log(1 - a))
        dz = a - y
        for j in range(n):
            dw[j, 0] += X[j, i] * dz
        db += dz
    return {"dw": dw / m, "db": db / m}, cost / m


def predict(w, b, X):
    result = []
    for i in range(X.shape[1]):
        a = sigmoid(float(np.dot(w[:, 0], X[:, i])) + b)
        result.append(1 if a > 0.5 else 0)
    return np.array([result])
