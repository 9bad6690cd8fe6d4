"""Columns: what each is good for, and how it becomes features."""
