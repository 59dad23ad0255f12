"""What the benchmarks share. Nothing here is a benchmark: `make bench` does not run it."""
