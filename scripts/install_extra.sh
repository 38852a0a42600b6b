#!/usr/bin/env bash
# Install the packages of an extra if config.yaml wants it: scripts/install_extra.sh cards | announce
set -euo pipefail
extra=$1
python=${PYTHON:-python}
if "$python" -m scripts.wants "$extra"; then
  echo "config.yaml wants what only the extra '$extra' can do: installing it"
  "$python" -m pip install --quiet --require-hashes -r "requirements-$extra.lock"
fi
