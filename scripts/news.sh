#!/usr/bin/env bash
# Tell the steps that follow whether anything in data/ has changed since it was checked out, as `changed`, and the
# commits that the folder is of, as `state`: that of the code, and that of the data where it has a branch of its own.
# What reading cost is no news by itself: scripts/spending.py keeps it until there is other news.
set -euo pipefail
python=${PYTHON:-python}
# shellcheck source=scripts/data_places.sh
. "$(dirname "$0")/data_places.sh"
state=$(git rev-parse HEAD)
branch=$(data_branch)
if [ -n "$branch" ]; then
  state=$state-$(git -C data rev-parse HEAD)
  different=$(git -C data status --porcelain --untracked-files=all)
else
  different=$(git status --porcelain --untracked-files=all -- data)
fi
changed=false
if [ -n "$different" ]; then
  found=$("$python" -m scripts.spending)
  [ "$found" = "spending alone" ] || changed=true
fi
echo "changed: $changed"
printf '%s\n' "changed=$changed" "state=$state" >>"${GITHUB_OUTPUT:-/dev/null}"
