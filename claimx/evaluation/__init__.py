"""How good an extraction is: gold, matching, metrics, intervals."""
