#!/usr/bin/env bash
# Bring data/ here from its branch, as that is now, in place of what is in data/; nothing where it has none. For clones
# on machines of one's own and for GitLab: the workflows of GitHub check the branch out.
set -euo pipefail
# shellcheck source=scripts/data_places.sh
. "$(dirname "$0")/data_places.sh"
branch=$(data_branch)
[ -n "$branch" ] || exit 0
fetch_branch "$branch"
if ! git check-ignore --quiet data/; then # moved by an older version, which did not write .gitignore
  printf '/data/\n' >>"$(git rev-parse --git-path info/exclude)"
fi
take_tree "refs/remotes/origin/$branch" data
