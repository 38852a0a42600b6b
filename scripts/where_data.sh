#!/usr/bin/env bash
# Tell the steps that follow the branch that data/ is kept on, as `branch`; nothing where it is beside the code.
set -euo pipefail
# shellcheck source=scripts/data_places.sh
. "$(dirname "$0")/data_places.sh"
branch=$(data_branch)
if [ -n "$branch" ]; then
  echo "the data is on the branch $branch"
  there=0
  is_on_remote "$branch" || there=$?
  [ "$there" != 2 ] || say_branch_is_lost "$branch"
fi
printf 'branch=%s\n' "$branch" >>"${GITHUB_OUTPUT:-/dev/null}"
