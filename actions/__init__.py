"""Custom actions: contacts, follow-ups and search, one action a file, each thin over `policies_kb`."""
