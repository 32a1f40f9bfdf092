"""From drafts to claims: grounding, dating, speakers, merging."""
