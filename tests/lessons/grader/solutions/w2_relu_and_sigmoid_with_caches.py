import numpy as np


def sigmoid(Z):
    return 1/(1+np.exp(-Z)), Z


def relu(Z):
    return np.maximum(Z, 0), Z


def relu_backward(dA, cache):
    Z = cache
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    assert (dZ.shape == Z.shape)
    return dZ


def sigmoid_backward(dA, cache):
    s, _ = sigmoid(cache)
    dZ = dA * s * (1-s)
    return dZ


def compute_cost(AL, Y):
    AL = np.clip(AL, 1e-10, 1 - 1e-10)
    m = Y.shape[1]
    return np.squeeze(-np.sum(np.multiply(np.log(AL), Y) + np.multiply(np.log(1 - AL), 1 - Y)) / m)
