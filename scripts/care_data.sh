#!/usr/bin/env bash
# What an owner does with the data once in a while; scripts/care.py looks at what they typed, and calls this.
# Usage: scripts/care_data.sh BRANCH VERB [VALUE], in a clone without changes of its own
#   archive YEAR    posts of before YEAR, with the papers that are theirs alone, go to the branch `archive`
#   bring-back      what that branch has joins the data again; the branch stays
#   move NAME       the data goes to the branch NAME, and .data-branch says so
#   move-back       the data is beside the code again; the branch stays
#   restore COMMIT  the data is as that commit has it, but for what was removed since
# Every one is one commit on each branch that it touches, never with force, and can be done again where it was cut off.
set -euo pipefail
branch=$1
verb=$2
value=${3:-}
python=${PYTHON:-python}
archive=archive
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=scripts/commit_and_push.sh
. "$(dirname "$0")/commit_and_push.sh"

fail() {
  echo "::error::$1"
  exit 1
}

take_branch() { # NAME: its content into the scratch folder; 2 where there is no such branch
  local there=0
  is_on_remote "$1" || there=$?
  [ "$there" = 0 ] || return "$there"
  fetch_branch "$1" && take_tree "refs/remotes/origin/$1" "$scratch/$1" && is_data "$scratch/$1" "$1"
}

is_data() { # FOLDER BRANCH: nothing but data is there, else the branch is somebody's work
  local strange
  strange=$(find "$1" -mindepth 1 -maxdepth 1 ! -name posts ! -name papers ! -name state ! -name announced \
    ! -name quarantine ! -name '*.jsonl' ! -name schema.json ! -name .gitkeep -print -quit)
  [ -z "$strange" ] || fail "There is a branch $2 already, and it holds something else than data: take another name."
}

take_if_there() { # NAME
  local there=0
  take_branch "$1" || there=$?
  [ "$there" = 0 ] || [ "$there" = 2 ] || fail "The branch $1 could not be read: try again later."
  mkdir -p "$scratch/$1"
}

put_tree() { # a commit's data in place of ours; what is in gone.jsonl now stays away
  local tree=
  if git cat-file -e "$value:data/schema.json" 2>/dev/null; then
    tree=$value:data
  elif git cat-file -e "$value:schema.json" 2>/dev/null; then # of the branch that holds the data alone
    tree=$value:
  else
    fail "That commit has no data: choose one from the list of commits of data/."
  fi
  mkdir -p "$scratch/removed"
  [ ! -e data/gone.jsonl ] || cp data/gone.jsonl "$scratch/removed/"
  take_tree "$tree" data || return 1
  [ ! -e "$scratch/removed/gone.jsonl" ] || "$python" -m generator merge "$scratch/removed" --quiet
}

change() {
  case $verb in
    archive)
      take_if_there "$archive"
      "$python" -m scripts.archive_years data "$scratch/$archive" "$value"
      ;;
    bring-back)
      take_if_there "$archive"
      [ -e "$scratch/$archive/schema.json" ] || fail "There is no branch $archive: nothing was archived here."
      "$python" -m generator merge "$scratch/$archive"
      ;;
    move)
      [ -e data/schema.json ] || fail "Nothing was captured yet: let Update run once."
      take_if_there "$value"
      [ ! -e "$scratch/$value/schema.json" ] || "$python" -m generator merge "$scratch/$value" --quiet || return 1
      kept_on=$value
      printf '%s\n' "$value" >.data-branch
      ignore_data
      ;;
    move-back)
      [ -n "$kept_on" ] || fail "The data is beside the code: there is nothing to move back."
      kept_on=
      rm .data-branch
      forget_data_is_ignored
      ;;
    restore) put_tree ;;
    *) fail "care_data.sh: $verb is none of archive, bring-back, move, move-back, restore" ;;
  esac
}

before() { # the archive is pushed before anything leaves data/
  [ "$verb" != archive ] || [ ! -e "$scratch/$archive/schema.json" ] || commit_folder "$scratch/$archive" "$archive"
}

stage() {
  case $verb in
    move) git rm -r --cached --quiet --ignore-unmatch data && git add .data-branch .gitignore ;;
    move-back) git rm --cached --quiet .data-branch ;;
  esac
}

message() {
  case $verb in
    archive) echo "Archive what was posted before $value" ;;
    bring-back) echo "Bring back what was archived" ;;
    move) echo "Keep the data on the branch $value" ;;
    move-back) echo "Keep the data beside the code" ;;
    restore) echo "Data as of $value" ;;
  esac
}

commit_and_push "$branch" ||
  fail "It could not be pushed in 6 tries. Is the branch protected in Settings, Rules? Else do the same again."
[ -z "$kept_on" ] || rm -rf data # it is on its branch: scripts/take_data.sh brings it here
