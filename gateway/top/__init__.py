"""`make top`: what is going on, on one page in a terminal, from the metrics and /health of one or more gateways."""
