"""A real clip from video to a rendered character, as ``python build.py demo`` shows it; never shipped."""
