"""`permille local demo`: the whole story with real mail, in two acts."""
