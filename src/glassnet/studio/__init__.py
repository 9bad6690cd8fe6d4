"""The studio: a page on which a network is built, trained, opened to its last number and understood.

The server knows no mathematics: it calls the network, what looks inside it, and the reading of tables, and hands their
numbers to the page as JSON. `serve` is all that the shell needs.
"""
