"""What claimx costs beside a bare loop and beside a peer: `python -m evals.bench`."""
