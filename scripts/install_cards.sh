#!/usr/bin/env bash
# Install what draws pictures of papers, if config.yaml wants them (site.cards). Usage: scripts/install_cards.sh
set -euo pipefail
python=${PYTHON:-python}
if "$python" -m scripts.wants_cards; then
  echo "config.yaml wants pictures of papers (site.cards): installing what draws them."
  "$python" -m pip install --quiet --require-hashes -r requirements-cards.lock
fi
