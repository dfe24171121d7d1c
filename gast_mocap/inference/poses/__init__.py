"""2D keypoints in; 3D poses out."""
