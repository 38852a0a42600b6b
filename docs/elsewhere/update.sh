#!/usr/bin/env bash
# Fetch, commit, build, check, publish: what the workflow Update does, for cron on any machine.
# Usage: docs/elsewhere/update.sh 'COMMAND'   in a clone; the command is run at the end, to bring site/ to its readers.
# Whatever fails, readers keep the page that they have. Secrets come from the environment.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHON=${PYTHON:-.venv/bin/python}
mkdir -p .cache
exec 9>.cache/update.lock
flock -n 9 || { echo "the run before is still at work"; exit 0; }

scripts/take_data.sh # where it is kept on a branch of its own
rm -rf .fetched
[ ! -e data ] || cp -a data .fetched
status=0
"$PYTHON" -m generator fetch --quiet --data .fetched || status=$?
[ "$status" = 0 ] || [ "$status" = 3 ] || exit "$status" # 3: some networks failed, and the page says which
if git remote get-url origin >/dev/null 2>&1; then
  scripts/commit_data.sh .fetched "$(git symbolic-ref --short HEAD)"
else
  "$PYTHON" -m generator merge --quiet .fetched
fi
"$PYTHON" -m generator build --quiet
"$PYTHON" -m generator check --quiet
"$PYTHON" -m scripts.gate # refuses a page that is empty or has lost most of its papers
bash -c "${1:?say what is to be done with site/}"
