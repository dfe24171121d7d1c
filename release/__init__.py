"""What users install, made from the tree: a zip for each system and Blender, and the repository that offers them."""
