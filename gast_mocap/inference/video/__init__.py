"""A video file in; upright frames, their times, the lens and the backdrop's stillness out."""
