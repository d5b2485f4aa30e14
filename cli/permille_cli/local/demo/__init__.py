"""`permille local demo`: the seed's story with real mail, in two acts."""
