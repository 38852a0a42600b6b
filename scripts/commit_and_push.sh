# shellcheck shell=bash
# Sourced. commit_and_push BRANCH: takes the branch as it is on the remote, lets the caller's `change` edit the work
# tree, commits what its `stage` adds with the message that its `message` prints, and pushes; never a force.
# Where somebody else pushed in between, all of that again on top of theirs, up to 6 times.
# Tells the next job `changed` and `commit`. What git prints is prefixed, so that no line is a workflow command.
# Ends the script where something fails that another try would not mend (`set -e` does not reach into conditions).

tell() {
  [ -z "${GITHUB_OUTPUT:-}" ] || printf 'changed=%s\ncommit=%s\n' "$1" "$(git rev-parse HEAD)" >>"$GITHUB_OUTPUT"
}

quietly() { # run git; what it says is shown only where it failed
  local said
  if said=$(git "$@" 2>&1); then return 0; fi
  printf '%s\n' "$said" | tail -n 20 | sed 's/^/git: /' >&2
  return 1
}

take_remote() {
  quietly fetch --quiet --no-tags origin "+refs/heads/$1:refs/remotes/origin/$1" &&
    quietly reset --quiet --hard "refs/remotes/origin/$1"
}

pause() { # longer after every try, and not as long as the other's
  sleep "$(awk -v n="$1" -v s="${RETRY_S:-3}" -v r="$RANDOM" 'BEGIN { print n * s * (0.5 + r / 32768) }')"
}

commit_and_push() {
  local branch=$1 try text
  if [ "${GITHUB_ACTIONS:-}" = true ]; then
    export GIT_AUTHOR_NAME="github-actions[bot]" GIT_COMMITTER_NAME="github-actions[bot]"
    export GIT_AUTHOR_EMAIL="41898282+github-actions[bot]@users.noreply.github.com"
    export GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
  fi
  for try in 1 2 3 4 5 6; do
    if take_remote "$branch"; then
      change || exit 1
      stage || exit 1
      if git diff --cached --quiet; then
        echo "no news: nothing to commit"
        tell false
        return 0
      fi
      text=$(message) || exit 1
      quietly commit --quiet --message "$text" || exit 1
      if quietly push --quiet origin "HEAD:refs/heads/$branch"; then
        printf 'committed: %s\n' "$text"
        tell true
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
