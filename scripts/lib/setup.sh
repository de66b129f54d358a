# Set-up shared by the scripts; sourced, never run. Needs $root, the checkout's own folder.
#
# Makes $root/.venv from requirements.lock (hashes required) with uv where it is on PATH and
# with pip where it is not, then installs the project itself into it. The stamp is written
# last, so a set-up that was killed is made anew, and one that is complete costs milliseconds.
# shellcheck shell=bash
set -euo pipefail

readonly venv="${root:?}/.venv"
readonly stamp="$venv/.specproof-stamp"

fail() {
  printf '%s: error: %s\n' "$(basename "$0")" "$1" >&2
  exit "${2:-2}"
}

is_supported() {
  "$1" -I -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

can_make_venv() {
  command -v uv >/dev/null || "$1" -I -c 'import ensurepip, venv' 2>/dev/null
}

# Prints the first interpreter that is new enough and can make a virtual environment.
find_python() {
  local candidate found="" lame=""
  if [[ -n "${SPECPROOF_PYTHON:-}" ]]; then
    set -- "$SPECPROOF_PYTHON"
  else
    set -- python3 python3.11 python3.12 python3.13 python3.14
  fi
  for candidate in "$@"; do
    found="$(command -v "$candidate")" || continue
    is_supported "$found" || continue
    if can_make_venv "$found"; then
      printf '%s\n' "$found"
      return
    fi
    lame="${lame:-$found}"
  done
  if [[ -n "$lame" ]]; then
    fail "$lame has no ensurepip and uv is not on PATH, so no virtual environment can be made;\
 install python3-venv (Debian, Ubuntu: apt install python3-venv) or uv" 3
  fi
  fail "no Python 3.11 to 3.14 found (tried: $*); install one, or name it in SPECPROOF_PYTHON" 3
}

# Prints what the environment was made from; any difference means that it is made anew.
fingerprint() {
  "$1" -I - "$root" <<'PYTHON'
import hashlib, pathlib, sys
root = pathlib.Path(sys.argv[1])
inputs = [(root / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
inputs += [sys.version.encode(), str(root).encode()]
print(hashlib.sha256(b"\0".join(inputs)).hexdigest())
PYTHON
}

is_ready() {
  [[ -f "$stamp" && -x "$venv/bin/python" ]] || return 1
  local now
  now="$(fingerprint "$venv/bin/python" 2>/dev/null)" || return 1
  [[ "$(<"$stamp")" == "$now" ]]
}

make_environment() {
  local python="$1"
  printf 'set-up: %s from requirements.lock, with %s\n' "$venv" "$python" >&2
  rm -rf "$venv"
  if command -v uv >/dev/null; then
    # As pip does, uv trusts the certificates that this machine trusts, not a list of its own.
    export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
    uv venv --quiet --no-project --python "$python" "$venv"
    # As pip does too: without bytecode each command would compile what it imports.
    uv pip install --quiet --python "$venv/bin/python" --compile-bytecode --require-hashes \
      -r "$root/requirements.lock"
    uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation \
      -e "$root"
  else
    local -a pip=("$venv/bin/python" -m pip --quiet --disable-pip-version-check --no-input)
    "$python" -m venv "$venv"
    "${pip[@]}" install --require-hashes -r "$root/requirements.lock"
    "${pip[@]}" install --no-deps --no-build-isolation -e "$root"
  fi
  fingerprint "$venv/bin/python" >"$stamp.part"
  mv "$stamp.part" "$stamp"
}

set_up() {
  unset PYTHONHOME PYTHONPATH PYTHONSTARTUP SPECPROOF_ROOT
  local python
  if ! is_ready; then
    python="$(find_python)" || exit
    # The kernel holds the lock as long as descriptor 9 is open, in us or in an installer
    # that outlives us, and lets go by itself when we are killed.
    exec 9<>"$root/scripts/lib/setup.sh"
    "$python" -I -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
    is_ready || make_environment "$python"
    exec 9>&-
  fi
  export VIRTUAL_ENV="$venv" PATH="$venv/bin:$PATH"
}

# Runs a command after printing it, as it would be typed.
show_and_run() {
  printf '\n$ %s\n' "$*"
  "$@"
}
