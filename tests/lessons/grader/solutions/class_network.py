import numpy as np


class NeuralNetwork:
    def __init__(self, layer_dims, learning_rate=0.01):
        self.params = {}
        self.L = len(layer_dims) - 1
        self.lr = learning_rate
        for l in range(1, self.L + 1):
            self.params['W' + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.01
            self.params['b' + str(l)] = np.zeros((layer_dims[l], 1))

    def forward(self, X):
        self.cache = {'A0': X}
        A = X
        for l in range(1, self.L + 1):
            Z = self.params['W' + str(l)].dot(A) + self.params['b' + str(l)]
            A = 1 / (1 + np.exp(-Z)) if l == self.L else np.tanh(Z)
            self.cache['A' + str(l)] = A
        return A

    def backward(self, Y):
        m = Y.shape[1]
        grads = {}
        dZ = self.cache['A' + str(self.L)] - Y
        for l in range(self.L, 0, -1):
            A_prev = self.cache['A' + str(l - 1)]
            grads['dW' + str(l)] = dZ.dot(A_prev.T) / m
            grads['db' + str(l)] = dZ.sum(axis=1, keepdims=True) / m
            if l > 1:
                dZ = self.params['W' + str(l)].T.dot(dZ) * (1 - A_prev ** 2)
        return grads

    def step(self, grads):
        for key in self.params:
            self.params[key] -= self.lr * grads['d' + key]
