"""Turn news articles into a ledger of who said what, each line tied to the characters that prove it."""

__version__ = "0.1.0"
