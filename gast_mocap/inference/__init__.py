"""Video in, take out. Runs in a process of its own; the only place that loads cv2 and onnxruntime."""
