import numpy as np


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        self.params = {'W1': weight_init_std * np.random.randn(input_size, hidden_size), 'b1': np.zeros(hidden_size),
                       'W2': weight_init_std * np.random.randn(hidden_size, output_size), 'b2': np.zeros(output_size)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        self.h = np.maximum(0, x @ self.params['W1'] + self.params['b1'])
        self.out = 1 / (1 + np.exp(-(self.h @ self.params['W2'] + self.params['b2'])))
        return self.out

    def backward(self, y):
        n = y.shape[0]
        d2 = (self.out - y) / n
        self.grads['W2'] = self.h.T @ d2
        self.grads['b2'] = d2.sum(axis=0)
        d1 = d2 @ self.params['W2'].T * (self.h > 0)
        self.grads['W1'] = self.x.T @ d1
        self.grads['b1'] = d1.sum(axis=0)
