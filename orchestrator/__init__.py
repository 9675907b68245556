"""The one flow from words to frames, and the clip that drains it."""
