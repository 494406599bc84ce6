"""What makes Rasa's server fast: replacements of parts of Rasa 3.6.21, one module each (docs/fast-path.md).

Each does what the part that it replaces does, and cheaper. None is needed: one that does not find Rasa's code as it was
written for leaves Rasa as it is and says so in the log. `RASA_PATCHES` (`all`, `off`, or names) chooses among them.
They are only in the server that `supervisor/rasa_server.py` starts, never in `rasa train | shell | test | run`.
"""
