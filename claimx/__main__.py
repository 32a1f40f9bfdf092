"""`python -m claimx` is `claimx`."""

from claimx.cli import main

main()
