"""Replaces what identifies a person, before anything reaches Rasa, a store or a log.

What the assistant's own questions and answers are made of (short numbers, postcodes, dialling codes, dates, references
of laws, towns and countries) is never touched: « 7400 », « BP 2203, 97196 Jarry », « +590 », « 36 mois », « Kayes ».
"""

from gateway.privacy.kinds import PLACEHOLDERS, Found, Kind
from gateway.privacy.redaction import Redacted, find, redact

__all__ = ["PLACEHOLDERS", "Found", "Kind", "Redacted", "find", "redact"]
