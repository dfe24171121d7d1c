"""A class for each kind of detector file; the table that lists them is in ``slots``."""
