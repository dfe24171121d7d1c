"""The only part of retargeting that touches Blender: rigs are read here, and keys are written."""
