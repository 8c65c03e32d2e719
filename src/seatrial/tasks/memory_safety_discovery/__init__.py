"""Find the planted memory-safety defect of a generated C program."""
