"""Whether a stack is set up as it has to be: facts in, findings out."""
