"""
A claim of the textbook, put to the test
========================================

An experiment states a claim, runs it with several seeds, and says whether it held. In a shell: ``glassnet experiment
learning-rate``.
"""

import matplotlib.pyplot as plt

from glassnet import lessons
from glassnet.plots.of_experiments import experiment

result = lessons.run("learning-rate", size="small")
print(result)

# %%
# Its pictures:

experiment(result)
plt.show()

# %%
# All of them:

for name, each in lessons.EXPERIMENTS.items():
    print(f"{name:20} {each.title}")
