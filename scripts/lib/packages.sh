# Gets what single tests need beside Python, from Debian; sourced, never run.
# shellcheck shell=bash

# Installs a package where that can be done. Where it can not, the tests that need it are skipped,
# which one line says; nothing fails.
# Arguments: name of the package, a path or pattern of a file that it brings, what it is for.
install_package() {
  local package="$1" brought="$2" purpose="$3"
  compgen -G "$brought" >/dev/null && return 0
  local -a as_root=()
  ((EUID == 0)) || as_root=(sudo -n)
  local -a get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    timeout 300 apt-get -qq -o Acquire::Retries=0 -o DPkg::Lock::Timeout=30)
  local -a install=("${get[@]}" install -y --no-install-recommends "$package")
  if command -v apt-get >/dev/null &&
    { "${install[@]}" || { "${get[@]}" update && "${install[@]}"; }; } </dev/null >/dev/null 2>&1
  then
    printf '%s: installed, for %s\n' "$package" "$purpose"
  else
    printf '%s: can not be installed here; skipped: %s\n' "$package" "$purpose"
  fi
}

install_packages() {
  install_package nginx-light /usr/sbin/nginx "the test of the clients behind a proxy"
  install_package postgresql '/usr/lib/postgresql/*/bin/initdb' "tests of a history in PostgreSQL"
  install_package chromium /usr/bin/chromium "tests of the HTML report in a browser"
}
