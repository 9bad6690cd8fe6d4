import numpy as np


class Cache:
    def __init__(self, A_prev, W, b, Z):
        self.A_prev, self.W, self.b, self.Z = A_prev, W, b, Z


def L_model_forward(X, parameters):
    A, caches = X, []
    L = len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters[f'W{l}'], parameters[f'b{l}']
        Z = W @ A + b
        caches.append(Cache(A, W, b, Z))
        A = np.maximum(Z, 0) if l < L else 1 / (1 + np.exp(-Z))
    return A, caches


def L_model_backward(AL, Y, caches):
    m = Y.shape[1]
    grads = {}
    dZ = AL - Y
    for l in range(len(caches), 0, -1):
        c = caches[l - 1]
        grads[f'dW{l}'] = 1 / m * dZ @ c.A_prev.T
        grads[f'db{l}'] = 1 / m * dZ.sum(axis=1, keepdims=True)
        dA = c.W.T @ dZ
        if l > 1:
            dZ = dA * (caches[l - 2].Z > 0)
    return grads


def update_parameters(parameters, grads, learning_rate):
    new = {}
    for name, value in parameters.items():
        new[name] = value - learning_rate * grads['d' + name]
    return new


def predict(X, y, parameters):
    AL, _ = L_model_forward(X, parameters)
    p = np.rint(AL)
    print('accuracy', (p == y).mean())
    return p
