"""From a source to articles, and from an article to chunks."""
