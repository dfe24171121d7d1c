"""Motion in, action out: bone map, rest pose, solve, write."""
