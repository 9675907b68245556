"""How they look: reading a portrait, its rig, motion and rendering."""
