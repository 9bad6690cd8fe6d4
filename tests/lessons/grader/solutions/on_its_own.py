"""A right solution in a style of its own: other names, no helpers among the steps, einsum, the older numbers of dA."""

# ruff: noqa: RUF007, B905 (as learners write)
import numpy as np


def sigmoid(values):
    return np.where(values >= 0, 1, np.exp(-np.abs(values))) / (1 + np.exp(-np.abs(values)))


def relu(values):
    return values * (values > 0)


def initialize_parameters_deep(layer_dims):
    rng = np.random.default_rng(0)
    start = {}
    for number, (fan_in, units) in enumerate(zip(layer_dims[:-1], layer_dims[1:]), 1):
        start[f"W{number}"] = rng.standard_normal((units, fan_in)) * np.sqrt(2 / fan_in)
        start[f"b{number}"] = np.full((units, 1), 0.0)
    return start


def linear_forward(inputs, weights, biases):
    return np.einsum("ij,jk->ik", weights, inputs) + biases, (inputs, weights, biases)


def L_model_forward(X, parameters):
    depth = len(parameters) // 2
    signal, history = X, []
    for number in range(1, depth + 1):
        weights, biases = parameters[f"W{number}"], parameters[f"b{number}"]
        weighted = weights.dot(signal) + biases
        history.append(((signal, weights, biases), weighted))
        signal = sigmoid(weighted) if number == depth else relu(weighted)
    return signal, history


def compute_cost(AL, Y):
    return float(-(np.dot(Y, np.log(AL).T) + np.dot(1 - Y, np.log(1 - AL).T)).item() / Y.size)


def linear_backward(slope, cache):
    inputs, weights, _ = cache
    samples = slope.shape[1]
    grad_weights = slope @ inputs.T / samples
    grad_biases = slope.mean(axis=1).reshape(-1, 1)
    grad_inputs = weights.T @ slope
    return grad_inputs, grad_weights, grad_biases


def L_model_backward(AL, Y, caches):
    depth, slopes = len(caches), {}
    slope = AL - Y
    for number in range(depth, 0, -1):
        (inputs, weights, _), _ = caches[number - 1]
        slopes[f"dW{number}"] = slope @ inputs.T / Y.shape[1]
        slopes[f"db{number}"] = slope.sum(axis=1, keepdims=True) / Y.shape[1]
        slopes[f"dA{number}"] = weights.T @ slope
        if number > 1:
            slope = slopes[f"dA{number}"] * (caches[number - 2][1] > 0)
    return slopes


def update_parameters(parameters, grads, learning_rate):
    return {name: values - learning_rate * grads["d" + name] for name, values in parameters.items()}


def predict(parameters, X):
    return L_model_forward(X, parameters)[0] > 0.5
