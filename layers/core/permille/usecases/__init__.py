"""One module for each thing that Permille does: it gathers, asks domain/ to decide, and applies."""
