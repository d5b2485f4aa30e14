"""A small CRM as a host platform of Permille: each integration point is a file to copy. README.md says which."""
