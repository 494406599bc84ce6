"""Events for others to count by: written with the turns they tell of, then relayed to RabbitMQ.

An event tells what happened and in which hour. It holds no text of people, no name of a conversation, and nothing that
ties it to another event: two events of one person cannot be told from those of two.
"""
