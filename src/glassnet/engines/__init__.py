"""Where arrays live: each engine is a module that supplies the array namespace the equations are run with."""
