"""Faces for the tests, drawn by our own programs over two public-domain photos: other people, ages, hair and light."""
