"""How good the assistant is, measured: see README.md in this folder."""
