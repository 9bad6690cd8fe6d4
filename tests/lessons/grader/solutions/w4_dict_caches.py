"""Caches are dictionaries, and 1/m comes in with dA[L]."""
import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def relu(Z):
    return (Z + np.abs(Z)) / 2


def initialize_parameters_deep(dims):
    return {k: v for l in range(1, len(dims)) for k, v in (
        (f"W{l}", np.random.randn(dims[l], dims[l - 1]) * np.sqrt(1 / dims[l - 1])), (f"b{l}", np.zeros((dims[l], 1))))}


def linear_forward(A, W, b):
    return W @ A + b, {"A_prev": A, "W": W, "b": b}


def linear_activation_forward(A_prev, W, b, activation):
    Z, cache = linear_forward(A_prev, W, b)
    cache["Z"] = Z
    A = {"relu": relu, "sigmoid": sigmoid}[activation](Z)
    cache["activation"] = activation
    return A, cache


def L_model_forward(X, parameters):
    L = len(parameters) // 2
    caches = {}
    A = X
    for l in range(1, L + 1):
        A, caches[l] = linear_activation_forward(A, parameters[f"W{l}"], parameters[f"b{l}"], "sigmoid" if l == L else "relu")
    return A, caches


def compute_cost(AL, Y):
    return -np.average(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))


def linear_backward(dZ, cache):
    dW = dZ @ cache["A_prev"].T
    db = np.sum(dZ, axis=1, keepdims=True)
    return cache["W"].T @ dZ, dW, db


def linear_activation_backward(dA, cache, activation):
    if activation == "relu":
        dZ = np.where(cache["Z"] > 0, dA, 0)
    else:
        s = sigmoid(cache["Z"])
        dZ = dA * s * (1 - s)
    return linear_backward(dZ, cache)


def L_model_backward(AL, Y, caches):
    L, m = len(caches), Y.shape[1]
    dA = (AL - Y) / (AL * (1 - AL)) / m
    grads = {}
    for l in range(L, 0, -1):
        dA, grads[f"dW{l}"], grads[f"db{l}"] = linear_activation_backward(dA, caches[l], caches[l]["activation"])
    return grads


def update_parameters(parameters, grads, learning_rate):
    for key in parameters:
        parameters[key] = parameters[key] - learning_rate * grads["d" + key]
    return parameters


def L_layer_model(X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False):
    params = initialize_parameters_deep(layers_dims)
    for _ in range(num_iterations):
        AL, caches = L_model_forward(X, params)
        update_parameters(params, L_model_backward(AL, Y, caches), learning_rate)
    return params


def predict(X, parameters):
    return (L_model_forward(X, parameters)[0] > 0.5) * 1
