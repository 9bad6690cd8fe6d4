import numpy


def sigmoid(z):
    return numpy.reciprocal(1 + numpy.exp(-z))


def initialize_with_zeros(dim):
    w = numpy.zeros(dim).reshape(dim, 1)
    b = int(0)
    return (w, b)


def propagate(w, b, X, Y):
    m = numpy.shape(X)[1]
    Z = numpy.dot(X.T, w) + b
    A = sigmoid(Z).T
    cost = numpy.sum(-(Y * numpy.log(A)) - (1 - Y) * numpy.log(1 - A)) / m
    dw = numpy.sum(X * (A - Y), axis=1, keepdims=True) / m
    db = numpy.average(A - Y)
    return {"db": db, "dw": dw}, cost


def optimize(w, b, X, Y, num_iterations, learning_rate, print_cost=False):
    costs = []

    def step(w, b):
        grads, cost = propagate(w, b, X, Y)
        return w - learning_rate * grads["dw"], b - learning_rate * grads["db"], grads, cost

    for i in range(num_iterations):
        w, b, grads, cost = step(w, b)
        if (i % 100) == 0:
            costs.append(cost)
    return {"w": w, "b": b}, {"dw": grads["dw"], "db": grads["db"]}, costs


def predict(w, b, X):
    return numpy.where(sigmoid(numpy.dot(w.T, X) + b) > 0.5, 1, 0)


def model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate):
    w, b = initialize_with_zeros(X_train.shape[0])
    found, _, costs = optimize(w, b, X_train, Y_train, num_iterations, learning_rate)
    return {"w": found["w"], "b": found["b"]}
