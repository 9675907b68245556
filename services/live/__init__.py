"""A conversation as it happens: words, then sound and picture in pieces."""
