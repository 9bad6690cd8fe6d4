"""Array namespaces for the equations: NumPy, torch, and symbols that become compiled code."""
