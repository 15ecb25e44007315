#!/usr/bin/env bash
# Runs in the new environment, in the folder from which snakemake was called: the checkout.
set -euo pipefail
python -m pip install --no-deps .
