"""Plain results into one self-contained HTML file."""
