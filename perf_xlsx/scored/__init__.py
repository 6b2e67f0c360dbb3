"""What scoring adds to a return: three sheets and the marks of flagged cells."""
