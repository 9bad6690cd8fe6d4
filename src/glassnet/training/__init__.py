"""The training loop, its settings, its batches and its record."""
