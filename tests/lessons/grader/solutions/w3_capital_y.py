import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    W2 = np.random.randn(n_y, n_h) * 0.01
    b1 = np.zeros(shape=(n_h, 1))
    b2 = np.zeros(shape=(n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def forward_propagation(X, parameters):
    cache = {}
    cache["Z1"] = parameters["W1"].dot(X) + parameters["b1"]
    cache["A1"] = np.tanh(cache["Z1"])
    cache["Z2"] = parameters["W2"].dot(cache["A1"]) + parameters["b2"]
    cache["A2"] = sigmoid(cache["Z2"])
    return cache["A2"], cache


def backward_propagation(parameters, cache, X, Y):
    m = Y.shape[1]
    dA2 = -Y / cache["A2"] + (1 - Y) / (1 - cache["A2"])
    dZ2 = dA2 * cache["A2"] * (1 - cache["A2"])
    dA1 = parameters["W2"].T.dot(dZ2)
    dZ1 = dA1 * (1 - np.tanh(cache["Z1"]) ** 2)
    return {
        "dW1": dZ1.dot(X.T) / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2.dot(cache["A1"].T) / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


def update_parameters(parameters, grads, learning_rate=1.2):
    return {name: parameters[name] - learning_rate * grads["d" + name] for name in ("W1", "b1", "W2", "b2")}


def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    parameters = initialize_parameters(X.shape[0], n_h, Y.shape[0])
    for i in range(num_iterations):
        _, cache = forward_propagation(X, parameters)
        parameters = update_parameters(parameters, backward_propagation(parameters, cache, X, Y), learning_rate=0.8)
    return parameters
