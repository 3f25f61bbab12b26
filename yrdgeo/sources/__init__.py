"""Readers: the world outside → checked tables of the hallway."""
