"""Frames in; each person's track and 2D keypoints out."""
