"""`heap`: what was loaded at the start is left out of garbage collection.

Half a million objects of libraries and the model live as long as the process. Each full collection goes through all of
them, in the middle of a turn.
"""

import gc

NAME = "heap"


def freeze() -> None:
    """Call once everything is loaded."""
    gc.collect()
    gc.freeze()
