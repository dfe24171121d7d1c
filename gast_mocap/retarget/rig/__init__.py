"""Which bone is what: a rest pose in, a bone map and the rest body out."""
