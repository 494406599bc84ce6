"""The knowledge base: two privacy policies, what may be said from them, and the reply that says it."""
