"""Results come in an order of their own, and the activations are kept instead of Z."""
import numpy as np


def sigmoid(Z):
    A = 1 / (1 + np.exp(-Z))
    return A, A


def relu(Z):
    A = np.where(Z > 0, Z, 0)
    return A, A


def sigmoid_backward(dA, cache):
    return dA * cache * (1 - cache)


def relu_backward(dA, cache):
    return dA * np.sign(cache)


def linear_forward(A, W, b):
    Z = np.add(np.matmul(W, A), b)
    return (W, A), Z


def linear_activation_forward(A_prev, W, b, activation):
    linear, Z = linear_forward(A_prev, W, b)
    A, kept = relu(Z) if activation == 'relu' else sigmoid(Z)
    return A, (linear, kept)


def L_model_forward(X, parameters):
    A = X
    caches = []
    L = len(parameters) // 2
    for l in range(L):
        g = 'sigmoid' if l + 1 == L else 'relu'
        A, cache = linear_activation_forward(A, parameters['W%d' % (l + 1)], parameters['b%d' % (l + 1)], g)
        caches.insert(0, cache)
    return A, caches


def linear_backward(dZ, cache):
    W, A_prev = cache
    m = A_prev.shape[1]
    return np.matmul(dZ, A_prev.T) / m, np.sum(dZ, 1, keepdims=True) / m, np.matmul(W.T, dZ)


def linear_activation_backward(dA, cache, activation):
    linear, kept = cache
    dZ = relu_backward(dA, kept) if activation == 'relu' else sigmoid_backward(dA, kept)
    return linear_backward(dZ, linear)


def L_model_backward(AL, Y, caches):
    grads = {}
    dA = -Y / AL + (1 - Y) / (1 - AL)
    L = len(caches)
    for i, cache in enumerate(caches):
        l = L - i
        dW, db, dA = linear_activation_backward(dA, cache, 'sigmoid' if i == 0 else 'relu')
        grads['dW%d' % l], grads['db%d' % l] = dW, db
    return grads
