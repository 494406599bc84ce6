"""Rasa graph components: what a message asks, which country and offer it names, and whether it is in French."""
