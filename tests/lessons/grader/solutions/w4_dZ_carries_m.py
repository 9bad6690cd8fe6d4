"""dZ[L] = (A[L] - Y) / m, so that no layer divides again; Z is kept in one list, A in another."""
import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z)), Z


def relu(Z):
    return np.maximum(0., Z), Z


def initialize_parameters_deep(layer_dims):
    np.random.seed(1)
    parameters = {}
    for l, (n_prev, n) in enumerate(zip(layer_dims, layer_dims[1:]), start=1):
        parameters["W" + str(l)] = np.random.normal(0, np.sqrt(2 / n_prev), size=(n, n_prev))
        parameters["b" + str(l)] = np.zeros((n, 1))
    return parameters


def linear_forward(A, W, b):
    Z = b + W.dot(A)
    return Z, (A, W)


def linear_activation_forward(A_prev, W, b, activation):
    Z, linear_cache = linear_forward(A_prev, W, b)
    if activation == "sigmoid":
        A, activation_cache = sigmoid(Z)
    else:
        A, activation_cache = relu(Z)
    return A, (linear_cache, activation_cache)


def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        A, cache = linear_activation_forward(A, parameters["W" + str(l)], parameters["b" + str(l)], "relu")
        caches.append(cache)
    AL, cache = linear_activation_forward(A, parameters["W" + str(L)], parameters["b" + str(L)], "sigmoid")
    caches.append(cache)
    return AL, caches


def linear_backward(dZ, cache):
    A_prev, W = cache
    return W.T.dot(dZ), dZ.dot(A_prev.T), dZ.sum(axis=1, keepdims=True)


def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dZ = (AL - Y) / Y.shape[1]
    for l in reversed(range(L)):
        linear_cache, Z = caches[l]
        if l < L - 1:
            dZ = dA * (Z > 0)
        dA, grads["dW" + str(l + 1)], grads["db" + str(l + 1)] = linear_backward(dZ, linear_cache)
    return grads
