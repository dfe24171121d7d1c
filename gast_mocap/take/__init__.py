"""What every chapter stands on: records, take files, settings, skeletons and errors. NumPy only."""
