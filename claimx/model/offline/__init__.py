"""The embedded model: attribution by rules, no language model, behind the same wire as every other."""
