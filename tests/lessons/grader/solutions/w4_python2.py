import numpy as np


def sigmoid(Z):
    A = 1.0 / (1.0 + np.exp(-Z))
    return A, Z


def relu(Z):
    return np.maximum(0, Z), Z


def compute_cost(AL, Y):
    m = Y.shape[1]
    cost = -1.0 / m * np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))
    print "cost:", cost
    return cost


def update_parameters(parameters, grads, learning_rate):
    L = len(parameters) / 2
    for l in xrange(1, int(L) + 1):
        parameters["W" + str(l)] -= learning_rate * grads["dW" + str(l)]
        parameters["b" + str(l)] -= learning_rate * grads["db" + str(l)]
    return parameters


print "done"
