#!/usr/bin/env bash
# Merge what a job brought into data/, commit it if that changed anything, and push it; never a force.
# Usage: scripts/commit_data.sh BROUGHT_DATA BRANCH
# When somebody else pushed in between: take their side, merge ours in again (a union, the same in either order), push.
# HAD_DATA=true: data/ was there when the job began; if it is not now, somebody emptied it since, and it stays empty.
set -euo pipefail
brought=$1
branch=$2
python=${PYTHON:-python}
here=$(dirname "$0")
# shellcheck source=scripts/commit_and_push.sh
. "$here/commit_and_push.sh"

change() {
  if [ "${HAD_DATA:-false}" = true ] && [ ! -e data/schema.json ]; then
    echo "data/ was emptied while this run worked: what it brought is of before, and left out"
  elif [ ! -d "$brought" ]; then
    echo "what was fetched is not kept any more: the next run asks for it again"
  else
    "$python" -m generator merge "$brought" --quiet
  fi
}

stage() { :; } # data/ alone

message() {
  "$python" "$here/commit_message.py" "$@"
}

if ! commit_and_push "$branch"; then
  echo "::error::The data could not be pushed in 6 tries; what this run brought is kept as its artifact for 3 days, and the next run asks for it again."
  exit 1
fi
