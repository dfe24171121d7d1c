"""What ``python -m gast_mocap.inference`` can be asked for: one video, many, or a check of the installation."""
