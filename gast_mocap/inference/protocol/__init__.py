"""What Blender and the process beside it say to each other, and Blender's side of it; loads no cv2, no onnxruntime."""
