import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def compute_cost(A, Y):
    return np.mean(-Y * np.log(A) - (1 - Y) * np.log(1 - A))


def compute_cost_with_regularization(A, Y, parameters, lam):
    penalty = 0
    for l in range(1, len(parameters) // 2 + 1):
        penalty += np.linalg.norm(parameters["W%d" % l]) ** 2
    return compute_cost(A, Y) + lam / 2 / Y.shape[1] * penalty


def forward_propagation_with_dropout(X, parameters, keep_prob):
    A, kept = X, {}
    for l in (1, 2):
        A = np.maximum(parameters["W%d" % l] @ A + parameters["b%d" % l], 0)
        kept["D%d" % l] = (np.random.random(A.shape) <= keep_prob).astype(int)
        A = A * kept["D%d" % l] / keep_prob
        kept["A%d" % l] = A
    return sigmoid(parameters["W3"] @ A + parameters["b3"]), kept
