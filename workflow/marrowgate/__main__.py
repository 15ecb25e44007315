"""`python -m marrowgate` is the command line."""

import sys

from marrowgate.launch import main

sys.exit(main())
