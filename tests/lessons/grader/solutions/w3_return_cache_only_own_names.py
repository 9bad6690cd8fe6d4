import numpy as np
import copy


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def initialize_parameters(n_x, n_h, n_y):
    np.random.seed(2)
    W1, b1 = np.random.randn(n_h, n_x) * 0.01, np.zeros((n_h, 1))
    W2, b2 = np.random.randn(n_y, n_h) * 0.01, np.zeros((n_y, 1))
    return {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}


def forward_propagation(X, parameters):
    W1, W2 = parameters['W1'], parameters['W2']
    b1, b2 = parameters['b1'], parameters['b2']
    Z1 = np.matmul(W1, X) + b1
    A1 = (np.exp(Z1) - np.exp(-Z1)) / (np.exp(Z1) + np.exp(-Z1))
    Z2 = np.matmul(W2, A1) + b2
    A2 = sigmoid(Z2)
    cache = {'first': (Z1, A1), 'second': (Z2, A2)}
    return A2, cache


def compute_cost(A2, Y, parameters=None):
    m = Y.shape[1]
    cost = -1. / m * (np.dot(np.log(A2), Y.T) + np.dot(np.log(1. - A2), (1. - Y).T))
    return cost[0]


def backward_propagation(parameters, cache, X, Y):
    m = Y.shape[1]
    _, A1 = cache['first']
    _, A2 = cache['second']
    grads = {}
    dZ2 = A2 - Y
    grads['dZ2'] = dZ2
    grads['dW2'] = np.einsum('im,jm->ij', dZ2, A1) / m
    grads['db2'] = np.mean(dZ2, axis=1, keepdims=True)
    dA1 = parameters['W2'].T.dot(dZ2)
    dZ1 = dA1 * (1 - A1) * (1 + A1)
    grads['dZ1'] = dZ1
    grads['dW1'] = np.einsum('im,jm->ij', dZ1, X) / m
    grads['db1'] = np.mean(dZ1, axis=1).reshape(-1, 1)
    return grads


def update_parameters(parameters, grads, learning_rate=1.2):
    W1 = copy.deepcopy(parameters['W1'])
    W2 = copy.deepcopy(parameters['W2'])
    b1 = copy.deepcopy(parameters['b1'])
    b2 = copy.deepcopy(parameters['b2'])
    W1 -= learning_rate * grads['dW1']
    b1 -= learning_rate * grads['db1']
    W2 -= learning_rate * grads['dW2']
    b2 -= learning_rate * grads['db2']
    return {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}


def nn_model(X, Y, n_h, learning_rate, num_iterations=1000):
    parameters = initialize_parameters(X.shape[0], n_h, Y.shape[0])
    costs = []
    for i in range(1, num_iterations + 1):
        A2, cache = forward_propagation(X, parameters)
        costs.append(compute_cost(A2, Y))
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


def predict(parameters, X):
    A2, _ = forward_propagation(X, parameters)
    predictions = np.array([0 if i <= 0.5 else 1 for i in np.squeeze(A2, axis=0)])
    return predictions
