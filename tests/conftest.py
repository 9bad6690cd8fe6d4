"""What every test shares: hypothesis draws the same examples in every run, whatever the machine's speed."""

from hypothesis import settings

settings.register_profile("same-every-time", derandomize=True, deadline=None, database=None)
settings.load_profile("same-every-time")
