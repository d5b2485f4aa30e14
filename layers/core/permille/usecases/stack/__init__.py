"""Taking up the tables of a former stack, and taking Permille away."""
