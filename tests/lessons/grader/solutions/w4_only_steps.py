import numpy as np


def linear_forward(A, W, b):
    Z = W @ A
    Z += b
    cache = (A, W, b)
    return Z, cache


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = dZ.shape[-1]
    dW = 1/m * np.tensordot(dZ, A_prev, axes=(1, 1))
    db = np.mean(dZ, axis=-1)[:, np.newaxis]
    dA_prev = (dZ.T @ W).T
    return dA_prev, dW, db


def relu_backward(dA, activation_cache):
    return np.multiply(dA, np.heaviside(activation_cache, 0))


def sigmoid_backward(dA, activation_cache):
    e = np.exp(-activation_cache)
    return dA * e / (1 + e) ** 2


def linear_activation_backward(dA, cache, activation):
    linear_cache, Z = cache
    backward = {"relu": relu_backward, "sigmoid": sigmoid_backward}[activation]
    return linear_backward(backward(dA, Z), linear_cache)
