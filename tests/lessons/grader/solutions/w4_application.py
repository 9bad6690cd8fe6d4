# The second half of week 4: the steps come from a module that is not here.
import time
import numpy as np
import h5py
import matplotlib.pyplot as plt
from dnn_app_utils_v3 import *

layers_dims = [12288, 20, 7, 5, 1]


def two_layer_model(X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False):
    np.random.seed(1)
    grads = {}
    (n_x, n_h, n_y) = layers_dims
    parameters = initialize_parameters(n_x, n_h, n_y)
    for i in range(0, num_iterations):
        A1, cache1 = linear_activation_forward(X, parameters["W1"], parameters["b1"], activation='relu')
        A2, cache2 = linear_activation_forward(A1, parameters["W2"], parameters["b2"], activation='sigmoid')
        cost = compute_cost(A2, Y)
        dA2 = - (np.divide(Y, A2) - np.divide(1 - Y, 1 - A2))
        dA1, dW2, db2 = linear_activation_backward(dA2, cache2, activation='sigmoid')
        dA0, dW1, db1 = linear_activation_backward(dA1, cache1, activation='relu')
        grads['dW1'], grads['dW2'], grads['db1'], grads['db2'] = dW1, dW2, db1, db2
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters


def L_layer_model(X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False):
    np.random.seed(1)
    costs = []
    parameters = initialize_parameters_deep(layers_dims)
    for i in range(0, num_iterations):
        AL, caches = L_model_forward(X, parameters)
        cost = compute_cost(AL, Y)
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
        if i % 100 == 0:
            costs.append(cost)
    return parameters, costs


train_x_orig, train_y, test_x_orig, test_y, classes = load_data()
