#!/usr/bin/env bash
# Tell the steps that follow the branch that data/ is kept on, as `branch`; nothing where it is beside the code.
set -euo pipefail
# shellcheck source=scripts/data_places.sh
. "$(dirname "$0")/data_places.sh"
branch=$(data_branch)
[ -z "$branch" ] || echo "the data is on the branch $branch"
printf 'branch=%s\n' "$branch" >>"${GITHUB_OUTPUT:-/dev/null}"
