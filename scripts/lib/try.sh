#!/usr/bin/env bash
# Installs the wheel in FOLDER/dist and uses it: `bash FOLDER/try FOLDER`. It is copied beside what
# scripts/release built, so that it runs where there are no sources.
set -euo pipefail

folder="$(cd -- "${1:?usage: bash FOLDER/try FOLDER}" && pwd -P)"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

"${PYTHON:-python3}" -m venv venv
readonly pip=(venv/bin/python -m pip --quiet --disable-pip-version-check --no-input)
"${pip[@]}" install --require-hashes --requirement "$folder/requirements.lock"
"${pip[@]}" install --no-deps --no-index "$folder"/dist/*.whl

show_and_run() {
  printf '\n$ %s\n' "$*"
  "$@"
}
export PATH="$PWD/venv/bin:$PATH"
unset PYTHONPATH SPECPROOF_ROOT
mkdir empty
cd empty
python -I -c 'import pathlib, specproof, sys
assert pathlib.Path(specproof.__file__).is_relative_to(sys.prefix), specproof.__file__'
show_and_run specproof doctor
show_and_run specproof lint
show_and_run specproof run --target emulator --output emulator.jsonl
show_and_run specproof run --target recorded
show_and_run specproof history store emulator.jsonl --history history.db
show_and_run specproof report --html site --history history.db
