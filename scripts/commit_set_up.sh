#!/usr/bin/env bash
# Write config.yaml, empty trackers/ and data/, commit that and push; never a force. What to write stands in the
# environment (scripts/set_up.py reads it). Usage: scripts/commit_set_up.sh BRANCH
set -euo pipefail
branch=$1
python=${PYTHON:-python}
# shellcheck source=scripts/commit_and_push.sh
. "$(dirname "$0")/commit_and_push.sh"

lost_data_branch() { # the template's owner keeps data on a branch, which a copy of the template has not
  quietly rm --quiet .data-branch || exit 1
  forget_data_is_ignored
  kept_on=
}

change() {
  "$python" -m scripts.set_up # where it refuses, it says why, and nothing was changed
}

stage() {
  git add --all config.yaml
  git rm --quiet --ignore-unmatch .github/dependabot.yml # the template's: a copy is updated by Update the software
  [ -z "$(git ls-files trackers)" ] || git add --all trackers
}

message() {
  echo "Set up this copy"
}

if ! commit_and_push "$branch"; then
  echo "::error::The configuration could not be pushed in 6 tries. Is the branch protected in Settings, Rules? Else press Run workflow again."
  exit 1
fi
