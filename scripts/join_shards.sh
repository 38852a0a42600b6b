#!/usr/bin/env bash
# Join what the shards of one fetch brought (.fetched/NAME/data each, or .fetched/data where one alone came) into data/,
# with the texts that they left in .cache/shards. Usage: scripts/join_shards.sh
set -euo pipefail
python=${PYTHON:-python}
mapfile -t trees < <(find .fetched -maxdepth 2 -type d -name data 2>/dev/null | sort)
if [ "${#trees[@]}" = 0 ]; then
  echo "::error::No shard brought anything: the next run reads it all."
  exit 1
fi
mkdir -p .cache/shards
find .cache/shards -name '*.jsonl' -exec cat {} + >>.cache/texts.jsonl
"$python" -m generator merge --shards "${trees[@]}"
