"""How fast and how small: each figure as a ratio to a baseline measured in the same run."""
