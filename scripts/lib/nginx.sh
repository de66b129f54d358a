# Gets nginx for the one test that sends what the clients send through it; sourced, never run.
# shellcheck shell=bash

find_nginx() {
  PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v nginx >/dev/null
}

# Installs Debian's package where that can be done. Where it can not, that test is skipped, which
# one line says; nothing fails.
install_nginx() {
  find_nginx && return 0
  local -a as_root=()
  ((EUID == 0)) || as_root=(sudo -n)
  local -a get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    timeout 120 apt-get -qq -o Acquire::Retries=0 -o DPkg::Lock::Timeout=30)
  local -a install=("${get[@]}" install -y --no-install-recommends nginx-light)
  if command -v apt-get >/dev/null &&
    { "${install[@]}" || { "${get[@]}" update && "${install[@]}"; }; } </dev/null >/dev/null 2>&1
  then
    printf 'nginx: installed, for the test of the clients behind a proxy\n'
  else
    printf 'nginx: can not be installed here; the test of the clients behind it is skipped\n'
  fi
}
