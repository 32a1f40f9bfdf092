"""Requests that go out in files and answers that come back in files, through the store and the same pipeline."""
