"""Steps inside steps; the deep start has the name of the shallow one."""
import numpy as np

EPS = 1e-12


def initialize_parameters(layer_dims):
    np.random.seed(0)
    parameters = dict()
    for l in np.arange(1, len(layer_dims)):
        n, n_prev = layer_dims[l], layer_dims[l - 1]
        parameters["W%d" % l] = np.random.standard_normal((n, n_prev)) * np.sqrt(2.0 / (n + n_prev))
        parameters["b%d" % l] = np.zeros([n, 1])
    return parameters


def L_model_forward(X, parameters):
    def relu(Z):
        return Z * (Z > 0)

    def sigmoid(Z):
        return 1 / (1 + np.exp(-Z))

    L = len(parameters) // 2
    caches, A = [], X
    for l in range(1, L + 1):
        W, b = parameters["W%d" % l], parameters["b%d" % l]
        Z = np.dot(W, A) + b
        caches.append(((A, W, b), Z))
        A = (relu if l < L else sigmoid)(Z)
    return A, caches


def compute_cost(AL, Y):
    m = Y.shape[-1]
    inner = np.dot(Y, np.log(AL + EPS).T) + np.dot(1 - Y, np.log(1 - AL + EPS).T)
    return -inner.item() / m


def L_model_backward(AL, Y, caches):
    def layer(dZ, cache):
        A_prev, W, b = cache
        return {"dW": dZ @ A_prev.T / m, "db": dZ.sum(1)[:, None] / m, "dA": W.T @ dZ}

    m = Y.shape[1]
    L = len(caches)
    grads = {}
    dZ = AL - Y
    for l in range(L - 1, -1, -1):
        if l < L - 1:
            dZ = np.where(caches[l][1] > 0, dA, 0.0)
        result = layer(dZ, caches[l][0])
        grads["dW%d" % (l + 1)], grads["db%d" % (l + 1)], dA = result["dW"], result["db"], result["dA"]
        grads["dA%d" % l] = dA
    return grads


def L_layer_model(X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False):
    parameters = initialize_parameters(layers_dims)
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        grads = L_model_backward(AL, Y, caches)
        for name in list(parameters):
            parameters[name] = parameters[name] - learning_rate * grads["d" + name]
    return parameters
