# shellcheck shell=bash
# Sourced. commit_and_push BRANCH: takes the branch as it is on the remote, and the data from its own branch where it has
# one; lets the caller's `change` edit the work tree; commits what its `stage` adds, and data/, with the text that its
# `message` prints; pushes, never with force. Where somebody else pushed in between, all of that again on top of theirs,
# up to 6 times. A caller may push something else first: `before`.
# Tells the next job `changed`, `commit`, `data_commit` (on the branch of the data), `state` (both: what a page is made
# of) and `stood_on` (the state before). What git prints is prefixed, so that no line is a workflow command.
# Ends the script where something fails that another try would not mend (`set -e` does not reach into conditions).
# shellcheck source=scripts/data_places.sh
. "$(dirname "${BASH_SOURCE[0]}")/data_places.sh"

before() { :; }

tell() { # CHANGED STATE-BEFORE
  local commit data=''
  commit=$(git rev-parse HEAD)
  [ -z "$kept_on" ] || data=$(git rev-parse "refs/remotes/origin/$kept_on")
  [ -n "${GITHUB_OUTPUT:-}" ] || return 0
  printf '%s\n' "changed=$1" "commit=$commit" "data_commit=$data" "state=$commit${data:+-$data}" "stood_on=$2" \
    >>"$GITHUB_OUTPUT"
}

take_remote() {
  fetch_branch "$1" && quietly reset --quiet --hard "refs/remotes/origin/$1"
}

lost_data_branch() { # .data-branch names one that is not there
  say_branch_is_lost "$1"
}

take_data() { # sets kept_on: the branch of the data, or nothing
  kept_on=$(data_branch) || exit 1
  [ -n "$kept_on" ] || return 0
  local there=0
  is_on_remote "$kept_on" || there=$?
  case $there in
    0) fetch_branch "$kept_on" && take_tree "refs/remotes/origin/$kept_on" data ;;
    2) lost_data_branch "$kept_on" ;;
    *) return 1 ;;
  esac
}

pause() { # longer after every try, and not as long as the other's
  sleep "$(awk -v n="$1" -v s="${RETRY_S:-3}" -v r="$RANDOM" 'BEGIN { print n * s * (0.5 + r / 32768) }')"
}

identify() {
  [ "${GITHUB_ACTIONS:-}" = true ] || return 0
  export GIT_AUTHOR_NAME="github-actions[bot]" GIT_COMMITTER_NAME="github-actions[bot]"
  export GIT_AUTHOR_EMAIL="41898282+github-actions[bot]@users.noreply.github.com"
  export GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
}

commit_code() { # BRANCH: what is staged, as a commit of the branch that is checked out
  local text
  stage || exit 1
  if [ -z "$kept_on" ] && { [ -e data ] || [ -n "$(git ls-files data)" ]; }; then
    git add --all data || exit 1
  fi
  ! git diff --cached --quiet || return 0
  text=$(message) || exit 1
  quietly commit --quiet --message "$text" || exit 1
  quietly push --quiet origin "HEAD:refs/heads/$1" || return 1
  pushed=true
  printf 'committed: %s\n' "$text"
}

commit_and_push() {
  local branch=$1 try stood_on
  pushed=false
  identify
  for try in 1 2 3 4 5 6; do
    if take_remote "$branch" && take_data; then
      stood_on=$(git rev-parse HEAD)${kept_on:+-$(git rev-parse "refs/remotes/origin/$kept_on")}
      change || exit 1
      if before && { [ -z "$kept_on" ] || commit_folder data "$kept_on"; } && commit_code "$branch"; then
        [ "$pushed" = true ] || echo "no news: nothing to commit"
        tell "$pushed" "$stood_on"
        return 0
      fi
      echo "not pushed: somebody pushed in between, or GitHub refused (try $try of 6)"
    else
      echo "the branch could not be read (try $try of 6)"
    fi
    [ "$try" = 6 ] || pause "$try"
  done
  return 1
}
