"""Joints and a bone map in, bone rotations and travel out."""
