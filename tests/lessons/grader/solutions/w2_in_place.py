import numpy as np


def sigmoid(z):
    return np.exp(z) / (1 + np.exp(z))


def initialize_with_zeros(dim):
    w = np.zeros(shape=(dim, 1), dtype=np.float64)
    b = 0.
    return w, b


def propagate(w, b, X, Y):
    m = Y.size
    A = sigmoid(w.T.dot(X) + b)
    cost = (-Y.dot(np.log(A).T) - (1 - Y).dot(np.log(1 - A).T)) / m
    dZ = (A - Y) / m
    dw = X.dot(dZ.T)
    db = dZ.sum(axis=1, keepdims=True)
    return {'dw': dw, 'db': db}, cost


def optimize(w, b, X, Y, num_iterations, learning_rate, print_cost=False):
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        w -= learning_rate * grads['dw']
        b -= learning_rate * grads['db']
        if i % 100 == 0:
            costs.append(cost)
    return {'w': w, 'b': b}, grads, costs


def predict(w, b, X):
    return np.round(sigmoid(w.T.dot(X) + b))


def model(X_train, Y_train, X_test, Y_test, num_iterations=2000, learning_rate=0.5, print_cost=False):
    w, b = initialize_with_zeros(X_train.shape[0])
    params, grads, costs = optimize(w, b, X_train, Y_train, num_iterations, learning_rate, print_cost)
    return dict(w=params['w'], b=params['b'], costs=costs,
                Y_prediction_train=predict(params['w'], params['b'], X_train),
                Y_prediction_test=predict(params['w'], params['b'], X_test))
