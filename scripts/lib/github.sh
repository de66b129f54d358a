# Pull requests and issues of GitHub, through gh; sourced by scripts/propose, never run.
# Needs $branch and $base. GH_TOKEN and GH_REPO say who asks, and where.
# shellcheck shell=bash disable=SC2154

command -v gh >/dev/null || fail "gh is not on PATH; install it: https://cli.github.com"
readonly issue_label="specproof-specs"

request_number() {
  gh pr list --head "$branch" --base "$base" --state open --limit 1 --json number \
    --jq '.[].number'
}

make_labels() {
  gh label create breaking --force --color b60205 --description "Breaks callers of an API"
  gh label create warning --force --color fbca04 --description "May hurt some callers of an API"
  gh label create none --force --color 0e8a16 --description "Hurts no caller of an API"
}

open_request() {
  gh pr create --head "$branch" --base "$base" --title "$1" --label "$2" --body-file "$3"
}

update_request() {
  local label
  local -a others=()
  for label in breaking warning none; do
    [[ "$label" == "$3" ]] || others+=(--remove-label "$label")
  done
  gh pr edit "$1" --title "$2" --add-label "$3" "${others[@]}" --body-file "$4"
}

close_request() {
  gh pr close "$1" --comment "$2"
}

issue_number() {
  gh issue list --label "$issue_label" --state open --limit 1 --json number --jq '.[].number'
}

open_issue() {
  gh label create "$issue_label" --force --color d93f0b --description "$1"
  gh issue create --title "$1" --label "$issue_label" --body-file "$2"
}

# The text is the state now: a comment each day would be noise.
update_issue() {
  gh issue edit "$1" --body-file "$2"
}

close_issue() {
  gh issue close "$1" --comment "$2"
}
