"""The public edge: doors, conversations, limits, privacy, and the assistant's HTTP contract in front of Rasa."""
