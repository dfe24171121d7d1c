"""Rigs, performances and what Blender plays of them: what tests and benchmarks try the retargeting with."""
