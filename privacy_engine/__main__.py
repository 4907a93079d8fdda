"""`python -m privacy_engine`: the same as the privacy-engine command."""

from privacy_engine.cli import main

main()
