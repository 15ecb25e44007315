"""`python -m marrowgate` is the command line."""

import sys

from marrowgate.cli import main

sys.exit(main())
