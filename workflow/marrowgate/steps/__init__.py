"""Sub-commands: each module declares its arguments and runs one step; heavy imports happen in `run`."""
