"""A small mutational fuzzer. Standard library only; runs under Python 3.10 and later."""
