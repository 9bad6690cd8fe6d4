"""How the steps of a run are computed: one row for each backend, and the choice among them."""
