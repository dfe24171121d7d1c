"""Throws damaged and hostile input at whatever reads input; ``python build.py fuzz --help`` lists the options."""
