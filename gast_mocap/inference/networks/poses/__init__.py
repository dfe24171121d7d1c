"""A class for each kind of 2D pose file; the table that lists them is in ``slots``."""
