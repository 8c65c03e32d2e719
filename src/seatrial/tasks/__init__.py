"""Task families: generators, graders, reference and null solutions, one folder each."""
