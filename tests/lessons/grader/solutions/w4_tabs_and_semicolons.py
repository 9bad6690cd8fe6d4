import numpy as np; np.random.seed(1)

def sigmoid(Z) :
	return 1/(1+np.exp(-Z)), Z

def relu(Z) :
	A = Z.copy(); A[A<0] = 0
	return A, Z

def linear_forward(A, W, b) :
	return np.dot(W,A)+b, (A,W,b)

def linear_activation_forward(A_prev, W, b, activation) :
	Z, linear_cache = linear_forward(A_prev, W, b)
	A, activation_cache = eval(activation)(Z)
	return A, (linear_cache, activation_cache)

def L_model_forward(X, parameters) :
	caches = [] ; A = X ; L = int(len(parameters)/2)
	for l in range(1, L) :
		A, cache = linear_activation_forward(A, parameters['W'+str(l)], parameters['b'+str(l)], 'relu'); caches += [cache]
	AL, cache = linear_activation_forward(A, parameters['W'+str(L)], parameters['b'+str(L)], 'sigmoid'); caches += [cache]
	return AL, caches

def predict(X, y, parameters) :
	m = X.shape[1]; p = np.zeros((1,m), dtype = int)
	probas, caches = L_model_forward(X, parameters)
	p[0, :] = probas[0, :] > 0.5
	return p
