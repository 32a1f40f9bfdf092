"""Many articles: the runner."""
