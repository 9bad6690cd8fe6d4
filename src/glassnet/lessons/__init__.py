"""The textbook's claims as experiments, and the grader: plain results, nothing drawn."""
