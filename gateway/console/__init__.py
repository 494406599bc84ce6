"""The console of the call centres: sign-in, sessions and roles, and what editors and auditors see."""
