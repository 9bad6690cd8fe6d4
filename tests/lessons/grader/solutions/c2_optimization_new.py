import numpy as np


def update_parameters_with_gd(parameters, grads, learning_rate):
    return {k: p - learning_rate * grads["d" + k] for k, p in parameters.items()}


def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    rng = np.random.RandomState(seed)
    idx = rng.permutation(X.shape[1])
    return [[X[:, idx[i:i + mini_batch_size]], Y[:, idx[i:i + mini_batch_size]]]
            for i in range(0, len(idx), mini_batch_size)]


def initialize_velocity(parameters):
    return {"d" + k: np.zeros_like(p) for k, p in parameters.items()}


def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    for k in parameters:
        v["d" + k] *= beta
        v["d" + k] += (1 - beta) * grads["d" + k]
        parameters[k] -= learning_rate * v["d" + k]
    return parameters, v


def update_parameters_with_rmsprop(parameters, grads, s, beta=0.9, learning_rate=0.01, epsilon=1e-8):
    new = {}
    for k in parameters:
        g = grads["d" + k]
        s["d" + k] = beta * s["d" + k] + (1 - beta) * g * g
        new[k] = parameters[k] - learning_rate * g / np.sqrt(s["d" + k] + epsilon)
    return new, s


def initialize_adam(parameters):
    return initialize_velocity(parameters), initialize_velocity(parameters)


def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    v_hat, s_hat = {}, {}
    for k in grads:
        if k[1:] not in parameters:
            continue
        v[k] = beta1 * v[k] + (1 - beta1) * grads[k]
        s[k] = beta2 * s[k] + (1 - beta2) * grads[k] ** 2
        v_hat[k] = v[k] / (1 - beta1 ** t)
        s_hat[k] = s[k] / (1 - beta2 ** t)
        parameters[k[1:]] = parameters[k[1:]] - learning_rate * v_hat[k] / (np.sqrt(s_hat[k]) + epsilon)
    return parameters, v, s, v_hat, s_hat


def update_lr(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + decay_rate * epoch_num)


def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    return learning_rate0 / (1 + decay_rate * (epoch_num // time_interval))
