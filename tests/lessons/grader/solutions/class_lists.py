import numpy as np


class Network:
    def __init__(self, sizes):
        self.weights = [np.random.randn(n, k) for k, n in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.random.randn(n, 1) for n in sizes[1:]]

    def forward(self, a):
        self.activations = [a]
        for w, b in zip(self.weights, self.biases):
            a = 1 / (1 + np.exp(-(w @ a + b)))
            self.activations.append(a)
        return a

    def backward(self, x, y):
        self.forward(x)
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        delta = (self.activations[-1] - y) * self.activations[-1] * (1 - self.activations[-1])
        for l in range(len(self.weights) - 1, -1, -1):
            nabla_w[l] = delta @ self.activations[l].T
            nabla_b[l] = delta.sum(axis=1, keepdims=True)
            delta = self.weights[l].T @ delta * self.activations[l] * (1 - self.activations[l])
        return nabla_b, nabla_w
