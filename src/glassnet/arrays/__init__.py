"""What the arrays are: NumPy's namespace, sparse columns, columns kept as codes; and the threads that work on them."""
