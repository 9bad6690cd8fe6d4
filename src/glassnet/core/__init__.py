"""The equations of a fully connected network, and the tables of choices they run on."""
