# Merge requests and issues of GitLab, through glab; sourced by scripts/propose, never run.
# Needs $branch, $base and what branch.sh has. GITLAB_TOKEN and GITLAB_HOST say who asks, and where.
# shellcheck shell=bash disable=SC2154

command -v glab >/dev/null || fail "glab is not on PATH; install GitLab's command line"
command -v jq >/dev/null || fail "jq is not on PATH; install it"
readonly issue_label="specproof-specs"

request_number() {
  glab mr list --source-branch "$branch" --target-branch "$base" --per-page 1 --output json |
    jq -r '.[0].iid // empty'
}

# GitLab makes a label when it is first used.
make_labels() {
  :
}

open_request() {
  glab mr create --source-branch "$branch" --target-branch "$base" --title "$1" --label "$2" \
    --description "$(<"$3")" --yes
}

update_request() {
  local label
  local -a others=()
  for label in breaking warning none; do
    [[ "$label" == "$3" ]] || others+=(--unlabel "$label")
  done
  glab mr update "$1" --title "$2" --label "$3" "${others[@]}" --description "$(<"$4")" --yes
}

close_request() {
  glab mr note "$1" --message "$2"
  glab mr close "$1"
  remote_git push --quiet "$remote" --delete "refs/heads/$branch"
}

issue_number() {
  glab issue list --label "$issue_label" --per-page 1 --output json | jq -r '.[0].iid // empty'
}

open_issue() {
  glab issue create --title "$1" --label "$issue_label" --description "$(<"$2")" --yes
}

update_issue() {
  glab issue update "$1" --description "$(<"$2")"
}

close_issue() {
  glab issue note "$1" --message "$2"
  glab issue close "$1"
}
