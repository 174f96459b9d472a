#!/usr/bin/env bash
# Installs everything in this folder (or the one of --prefix) and runs the first tutorial.
# Changes nothing outside: packages, caches and Jupyter's files are all inside.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix="$here/.venv"
run=yes
action=install

# The supported versions of node, python or jupyterlab, from the kernel's package.json.
engine() {
  sed -n "s/^ *\"$1\": \"\(.*\)\",*$/\1/p" "$here/kernel/package.json" | head -n 1
}

usage() {
  cat <<EOF
Usage: ./install.sh [--no-run] [--prefix DIR] [--uninstall] [--help]

Installs the libraries, the Jupyter kernel and the JupyterLab extension, then runs
notebooks/tutorials/vta_get_started.ipynb. Needs Node.js $(engine node), Python $(engine python)
and Linux or macOS; on Windows, run it in WSL.

  --no-run       do not run the tutorial
  --prefix DIR   make the Python environment in DIR (default: .venv beside this script)
  --uninstall    remove what an earlier run installed
  --help         this text
EOF
}

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case "$1" in
    --no-run) run=no ;;
    --prefix)
      [ $# -ge 2 ] || fail "--prefix needs a folder"
      mkdir -p "$2"
      prefix=$(cd "$2" && pwd)
      shift
      ;;
    --uninstall) action=uninstall ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) fail "unknown option '$1'; see ./install.sh --help" ;;
  esac
  shift
done

cache="$here/.cache"
log="$cache/install.log"

if [ "$action" = uninstall ]; then
  # Other folders than our own environments are not removed.
  [ ! -f "$prefix/tvm-vta.installed" ] || rm -rf "$prefix"
  rm -rf "$cache" "$here/node_modules" "$here"/{lib/tvm-ts,lib/vta,kernel,extension}/{dist,node_modules} \
    "$here"/{lib/tvm-ts,lib/vta,kernel,extension}/tsconfig.tsbuildinfo \
    "$here/extension/jupyterlab_tvm_vta/labextension"
  echo "Removed $prefix, node_modules and everything that was built."
  exit 0
fi

# The tools -------------------------------------------------------------------------------------

# Whether the dotted version $1 is at least $2.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n | head -n 1)" = "$2" ]
}

# Whether a version of Node.js fits one of the ranges ^20.19.0 or >=22.12.0.
node_fits() {
  local version=$1 range
  shift
  for range in "$@"; do
    case $range in
      ^*) [ "${version%%.*}" != "$(printf %s "${range#^}" | cut -d. -f1)" ] || ! at_least "$version" "${range#^}" || return 0 ;;
      \>=*) ! at_least "$version" "${range#>=}" || return 0 ;;
    esac
  done
  return 1
}

case $(uname -s) in
  Linux | Darwin) ;;
  *) fail "$(uname -s) is not supported; on Windows, run this in WSL (https://learn.microsoft.com/windows/wsl)" ;;
esac
node_advice="install version 22, 24 or 26 from https://nodejs.org"
command -v node >/dev/null || fail "Node.js is missing; $node_advice"
node_version=$(node -p process.versions.node)
# shellcheck disable=SC2046 # the ranges are words
node_fits "$node_version" $(engine node | sed 's/||//g') ||
  fail "Node.js $node_version is not supported, which is $(engine node); $node_advice"
command -v npm >/dev/null || fail "npm is missing; it comes with Node.js from https://nodejs.org"

python=""
for candidate in python3 python; do
  if command -v "$candidate" >/dev/null; then
    python=$candidate
    break
  fi
done
oldest_python=$(engine python | tr -d '>=')
[ -n "$python" ] || fail "Python is missing; install version $oldest_python or newer from https://python.org"
python_version=$("$python" -c 'import platform; print(platform.python_version())')
at_least "$python_version" "$oldest_python" ||
  fail "Python $python_version is too old; install version $oldest_python or newer from https://python.org"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  fail "Python $python_version cannot make environments; on Debian and Ubuntu: apt install python3-venv"

# The steps -------------------------------------------------------------------------------------

mkdir -p "$cache"
: >"$log"

# Package managers and Jupyter store their files here and not in the home folder.
export npm_config_cache="${npm_config_cache:-$cache/npm}"
export PIP_CACHE_DIR="${PIP_CACHE_DIR:-$cache/pip}"
export PIP_DISABLE_PIP_VERSION_CHECK=1
# shellcheck source=.ci/jupyter-env
. "$here/.ci/jupyter-env"

started=$SECONDS
step=0
steps=5
[ "$run" = yes ] || steps=4

# Runs a command under a title; its output goes to the log and is shown only if it fails.
step() {
  local title=$1 begin=$SECONDS
  shift
  step=$((step + 1))
  printf '[%d/%d] %s ... ' "$step" "$steps" "$title"
  if "$@" >>"$log" 2>&1; then
    printf 'done (%d s)\n' $((SECONDS - begin))
  else
    printf 'failed\n\n'
    tail -n 30 "$log" >&2
    fail "'$title' failed; the whole log is in $log"
  fi
}

node_packages() {
  cd "$here"
  # npm ci always starts from scratch, so it is skipped if the same lock file is already installed.
  local installed=node_modules/.installed-lock.json
  ! cmp -s package-lock.json "$installed" || return 0
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json "$installed"
}

python_packages() {
  [ -x "$prefix/bin/python" ] || "$python" -m venv "$prefix"
  touch "$prefix/tvm-vta.installed"
  "$prefix/bin/python" -m pip install --quiet --constraint "$here/.ci/constraints.txt" \
    "jupyterlab$(engine jupyterlab)" 'notebook>=7.6,<8' nbclient jupyter_console
}

# Fetches Node's and Python's packages in parallel.
packages() {
  python_packages &
  local background=$!
  node_packages
  wait "$background"
}

build() {
  cd "$here"
  npm run build
}

kernel_and_extension() {
  cd "$here"
  "$prefix/bin/python" -m pip install --quiet --force-reinstall --no-deps ./extension
  npx --no-install tvm-vta-kernel install --prefix "$prefix"
}

check() {
  cd "$here"
  PATH="$prefix/bin:$PATH" npx --no-install tvm-vta-kernel doctor
}

tutorial() {
  cd "$here"
  "$prefix/bin/python" -m jupyter nbconvert --to notebook --execute --log-level WARN \
    --output-dir "$cache" notebooks/tutorials/vta_get_started.ipynb
}

step "Fetching packages" packages
step "Building" build
step "Installing the kernel and the extension" kernel_and_extension
step "Checking the installation" check

if [ "$run" = yes ]; then
  step "Running notebooks/tutorials/vta_get_started.ipynb" tutorial
  echo
  "$prefix/bin/python" "$here/.ci/printed.py" "$cache/vta_get_started.ipynb"
fi

cat <<EOF

Installed in $((SECONDS - started)) s:
  libraries   $here/lib
  kernel      "TypeScript (TVM/VTA)" in $prefix/share/jupyter/kernels/tvm-vta
  extension   jupyterlab_tvm_vta in $prefix

Now run
  npm start
to open JupyterLab on the tutorials.
EOF
