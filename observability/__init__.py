"""What the gateway, Rasa and the action server share to be seen from outside: request ids, log lines, traces.

Plain Python for both environments. Nothing in here ever holds what people wrote, or whose it is.
"""
