# shellcheck shell=bash
# Sourced. Where data/ is kept: beside the code, or on a branch of its own, which the file .data-branch names in its
# first line. Such a branch holds what data/ holds, at its root. docs/operations.md, "Data on a branch of its own".

quietly() { # run git; what it says is shown only where it failed
  local said
  if said=$(git "$@" 2>&1); then return 0; fi
  printf '%s\n' "$said" | tail -n 20 | sed 's/^/git: /' >&2
  return 1
}

is_branch_name() { # letters, digits and . _ - / alone: a name is put into refs and outputs
  [[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$ ]] && git check-ref-format "refs/heads/$1"
}

data_branch() { # its name; nothing where data/ is beside the code
  local name=
  [ -e .data-branch ] || return 0
  read -r name <.data-branch || [ -n "$name" ] || return 0
  if ! is_branch_name "$name"; then
    echo "::error file=.data-branch,line=1::.data-branch:1: this is no name of a branch; write one such as: data" >&2
    return 1
  fi
  printf '%s\n' "$name"
}

is_on_remote() { # 0: there is such a branch, 2: there is none, else the remote does not answer
  git ls-remote --exit-code origin "refs/heads/$1" >/dev/null 2>&1
}

ignore_data() { # what a clone takes from the branch of the data is nothing to add to this one
  printf '/data/\n' >>.gitignore
}

forget_data_is_ignored() {
  sed -i '\#^/data/$#d' .gitignore
  git add .gitignore
}

say_branch_is_lost() { # and end the script
  echo "::error file=.data-branch,line=1::The branch $1 is to hold the data and is not there: restore it (in GitHub under Branches or Activity), or push it again from a clone. Nothing was changed."
  exit 1
}

fetch_branch() { # of a branch that is new to a shallow clone its newest commit alone: its history may be years long
  local ref=refs/remotes/origin/$1 depth=()
  if [ "$(git rev-parse --is-shallow-repository)" = true ] && ! git rev-parse --quiet --verify "$ref" >/dev/null; then
    depth=(--depth=1)
  fi
  quietly fetch --quiet --no-tags "${depth[@]}" origin "+refs/heads/$1:$ref"
}

in_folder() { # FOLDER GIT-ARGUMENTS...: git with that folder as its work tree, and an index of its own
  local folder=$1 git_dir
  shift
  git_dir=$(git rev-parse --absolute-git-dir)
  GIT_DIR=$git_dir GIT_WORK_TREE=$(realpath "$folder") GIT_INDEX_FILE=$git_dir/index-of-a-folder git "$@"
}

take_tree() { # TREE FOLDER: the folder holds that tree, and nothing else
  rm -rf "$2"
  mkdir -p "$2"
  in_folder "$2" read-tree "$1" && in_folder "$2" checkout-index --all --force
}

commit_folder() { # FOLDER BRANCH: push what it holds as the branch's next commit, if that changes anything; never a force
  # The branch was fetched before, if there is one; `message BASE TREE` prints the text.
  local folder=$1 branch=$2 base='' tree text commit
  in_folder "$folder" read-tree --empty && in_folder "$folder" add --all --force . || exit 1
  tree=$(in_folder "$folder" write-tree) || exit 1
  base=$(git rev-parse --quiet --verify "refs/remotes/origin/$branch^{commit}") || base=
  [ -z "$base" ] || [ "$(git rev-parse "$base^{tree}")" != "$tree" ] || return 0
  text=$(message "${base:-$(git mktree </dev/null)}" "$tree") || exit 1
  commit=$(git commit-tree "$tree" ${base:+-p "$base"} -m "$text") || exit 1
  quietly push --quiet origin "$commit:refs/heads/$branch" || return 1
  git update-ref "refs/remotes/origin/$branch" "$commit"
  # shellcheck disable=SC2034 # whoever sources this reads it
  pushed=true
  printf 'committed to %s: %s\n' "$branch" "$text"
}
