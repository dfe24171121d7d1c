"""Network files: their sessions, what the pipeline asks of them, and how a user's own file is recognised."""
