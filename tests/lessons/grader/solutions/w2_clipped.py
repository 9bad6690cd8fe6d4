import numpy as np


def sigmoid(z):
    z = np.clip(z, -500, 500)
    return 1.0 / (1.0 + np.exp(-z))


def propagate(w, b, X, Y):
    eps = 1e-15
    m = X.shape[1]
    A = np.clip(sigmoid(np.dot(w.T, X) + b), eps, 1 - eps)
    cost = (-1.0 / m) * np.sum(Y * np.log(A) + (1.0 - Y) * np.log(1.0 - A), axis=1)
    dw = np.dot(X, (A - Y).T) / m
    db = np.sum(A - Y) / m
    return {"dw": dw, "db": db}, cost


def optimize(w, b, X, Y, num_iterations, learning_rate, print_cost=True):
    costs = []
    i = 0
    while i < num_iterations:
        grads, cost = propagate(w=w, b=b, X=X, Y=Y)
        w = np.subtract(w, np.multiply(learning_rate, grads["dw"]))
        b = b - learning_rate * grads["db"]
        if i % 100 == 0:
            costs += [float(cost[0])]
            if print_cost:
                print("Cost after iteration {}: {}".format(i, cost))
        i += 1
    params = dict()
    params["w"] = w
    params["b"] = b
    return params, grads, costs


def predict(w, b, X):
    A = sigmoid(np.dot(w.T, X) + b)
    return [[1 if a > 0.5 else 0 for a in A[0]]]
