# Merge requests and issues of GitLab, through `glab api`; sourced by scripts/propose, never run.
# Needs $branch, $base and what branch.sh has. GITLAB_TOKEN and GITLAB_HOST say who asks, and where;
# the project is CI_PROJECT_ID, or that of the checkout.
# Texts go over standard input: an argument has a limit, and others on the machine can read it.
# Sources: https://docs.gitlab.com/api/merge_requests, https://docs.gitlab.com/api/issues.
# shellcheck shell=bash disable=SC2154

command -v glab >/dev/null || fail "glab is not on PATH; install GitLab's command line"
command -v jq >/dev/null || fail "jq is not on PATH; install it"
readonly issue_label="specproof-specs" project="projects/${CI_PROJECT_ID:-:id}"

# Arguments: method, path below the project, and where standard input is the body: -
ask() {
  local -a body=()
  (($# < 3)) || body=(--header "Content-Type: application/json" --input "$3")
  glab api --method "$1" "${body[@]}" "$project/$2"
}

# Sends an object of its further arguments, NAME VALUE each; of a description the value is a file.
tell() {
  local method="$1" path="$2"
  local -a given=()
  shift 2
  while (($# > 0)); do
    if [[ "$1" == description ]]; then
      given+=(--rawfile "$1" "$2")
    else
      given+=(--arg "$1" "$2")
    fi
    shift 2
  done
  jq --null-input "${given[@]}" '$ARGS.named' | ask "$method" "$path" - >/dev/null
}

in_url() {
  jq --null-input --raw-output --arg text "$1" '$text | @uri'
}

# Prints the number of the first of a list, nothing where it is empty.
first_of() {
  local listed
  # Nobody who answers is not the same as an empty list.
  listed="$(ask GET "$1&per_page=1")" || return
  jq --raw-output '.[0].iid // empty' <<<"$listed"
}

request_number() {
  first_of "merge_requests?state=opened&source_branch=$(in_url "$branch")&target_branch=$(in_url "$base")"
}

# GitLab makes a label when it is first used.
make_labels() {
  :
}

open_request() {
  tell POST merge_requests source_branch "$branch" target_branch "$base" \
    title "$1" labels "$2" description "$3"
}

update_request() {
  local -a others=()
  local label
  for label in breaking warning none; do
    [[ "$label" == "$3" ]] || others+=("$label")
  done
  tell PUT "merge_requests/$1" title "$2" description "$4" \
    add_labels "$3" remove_labels "${others[0]},${others[1]}"
}

close_request() {
  tell POST "merge_requests/$1/notes" body "$2"
  tell PUT "merge_requests/$1" state_event close
}

issue_number() {
  first_of "issues?state=opened&labels=$issue_label"
}

open_issue() {
  tell POST issues title "$1" labels "$issue_label" description "$2"
}

update_issue() {
  tell PUT "issues/$1" description "$2"
}

close_issue() {
  tell POST "issues/$1/notes" body "$2"
  tell PUT "issues/$1" state_event close
}
