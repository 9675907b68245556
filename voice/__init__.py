"""How they sound: enrolling a voice, and speaking a sentence in it with phoneme times."""
