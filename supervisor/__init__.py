"""Runs the assistant: the action server, Rasa and the gateway, started and stopped as one.

A part that ends by itself, or halts, is started again, some times.

`python -m supervisor` needs the gateway's environment. The modules named `_server` run in Rasa's environment instead,
as the parts themselves: `rasa_server` and `actions_server`, which share `requests_server`.
"""
