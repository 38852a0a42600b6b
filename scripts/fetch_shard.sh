#!/usr/bin/env bash
# Fetch: everything where there is one shard, else this shard's part, with its texts and its report put where the job
# that joins the shards finds them. Usage: scripts/fetch_shard.sh SHARD SHARDS NOW; the exit status is that of `fetch`.
set -euo pipefail
shard=$1
shards=$2
now=$3
python=${PYTHON:-python}
status=0
if [ "$shards" = 1 ]; then
  "$python" -m generator fetch || status=$?
else
  # one time for all: what is new in this run is told by it, whichever shard read it
  "$python" -m generator fetch --shard "$shard/$shards" --now "$now" || status=$?
  mkdir -p .cache/shards
  [ ! -e .cache/texts.jsonl ] || cp .cache/texts.jsonl ".cache/shards/$shard.jsonl"
fi
[ ! -e .cache/last-run.json ] || cp .cache/last-run.json run.json
exit "$status"
