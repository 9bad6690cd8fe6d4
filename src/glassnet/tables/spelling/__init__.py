"""What text in cells means: missing, a number, a truth value, a date; the formats that a whole column shares."""
