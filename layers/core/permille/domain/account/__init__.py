"""One sending account: its state, its credential, its trial."""
