"""From chunks to drafts: every model behind one door, an OpenAI-compatible endpoint."""
