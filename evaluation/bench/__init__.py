"""How fast the assistant is, beside stock Rasa and beside the bare limit."""
