"""Makes the lifter's weights from motion capture; needs PyTorch and never ships. See README.md."""
