"""The way in: the composition root, the command line and what it shows."""
