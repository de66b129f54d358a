# Branches that machines write: how they are asked for and made; sourced, never run.
# Needs $root, the checkout's own folder, git, and where the remote asks who is there,
# the command line of its service: gh, or glab.
# shellcheck shell=bash disable=SC2154
set -euo pipefail

readonly remote="${SPECPROOF_REMOTE:-origin}"
readonly robot_name="specproof" robot_mail="specproof@localhost"

fail() {
  printf '%s: error: %s\n' "$(basename "$0")" "$1" >&2
  exit "${2:-2}"
}

# Git in the checkout. The secret stays with the service's command line, which git asks for it.
remote_git() {
  local -a helper=()
  if [[ -n "${GH_TOKEN:-}" ]] && command -v gh >/dev/null; then
    helper=(-c credential.helper= -c "credential.helper=!gh auth git-credential")
  elif [[ -n "${GITLAB_TOKEN:-}" ]] && command -v glab >/dev/null; then
    helper=(-c credential.helper= -c "credential.helper=!glab auth git-credential")
  fi
  GIT_TERMINAL_PROMPT=0 git -C "$root" "${helper[@]}" "$@"
}

# Prints the commit that a branch of the remote is at; nothing where there is no such branch.
branch_head() {
  local line
  line="$(remote_git ls-remote "$remote" "refs/heads/$1")" || fail "$remote is out of reach" 3
  printf '%s' "${line%%[[:space:]]*}"
}

# Makes a commit of a tree as the machine that it is, and prints its name.
robot_commit() {
  GIT_AUTHOR_NAME="$robot_name" GIT_AUTHOR_EMAIL="$robot_mail" \
    GIT_COMMITTER_NAME="$robot_name" GIT_COMMITTER_EMAIL="$robot_mail" \
    git -C "$root" -c commit.gpgsign=false commit-tree "$@"
}
