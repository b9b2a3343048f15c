"""The one-machine runtime: starts emulator and search engine, deploys the shipped stacks, seeds the demo."""
