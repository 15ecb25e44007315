"""What the Snakefile asks of the library: links to the users' files, and the memory that a job needs."""
