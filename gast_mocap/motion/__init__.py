"""From a take to a clean performance and to files for other programs. NumPy and SciPy only."""
