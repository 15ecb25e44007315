"""FCS files: segments and TEXT, DATA, the verdict on a file, privacy."""
