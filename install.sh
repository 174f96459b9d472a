#!/usr/bin/env bash
# Sets up everything below this folder (or the one given) and runs the first tutorial.
# Nothing outside of it is touched: packages, caches and Jupyter's files all stay inside.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix="$here/.venv"
run=yes
action=install

usage() {
  cat <<EOF
Usage: ./install.sh [--no-run] [--prefix DIR] [--uninstall] [--help]

Installs the libraries, the Jupyter kernel and the JupyterLab extension, then runs
notebooks/tutorials/vta_get_started.ipynb. Needs Node.js >= 20 and Python >= 3.9.

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
  # A folder that is not an environment of ours is left alone.
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

command -v node >/dev/null || fail "Node.js is missing; install version 20 or newer from https://nodejs.org"
node_version=$(node -p process.versions.node)
at_least "$node_version" 20 || fail "Node.js $node_version is too old; install version 20 or newer from https://nodejs.org"
# What builds the extension comes with 20.19 and 22.12.
[ "$(node -p process.features.require_module)" = true ] ||
  fail "Node.js $node_version is too old to build with; install the latest 20, 22 or 24 from https://nodejs.org"
command -v npm >/dev/null || fail "npm is missing; it comes with Node.js from https://nodejs.org"

python=""
for candidate in python3 python; do
  if command -v "$candidate" >/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || fail "Python is missing; install version 3.9 or newer from https://python.org"
python_version=$("$python" -c 'import platform; print(platform.python_version())')
at_least "$python_version" 3.9 || fail "Python $python_version is too old; install version 3.9 or newer from https://python.org"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  fail "Python $python_version cannot make environments; on Debian and Ubuntu: apt install python3-venv"

# The steps -------------------------------------------------------------------------------------

mkdir -p "$cache"
: >"$log"

# Package managers and Jupyter keep their files here and not in the home folder.
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
  npm install --no-audit --no-fund --loglevel=error
}

python_packages() {
  [ -x "$prefix/bin/python" ] || "$python" -m venv "$prefix"
  touch "$prefix/tvm-vta.installed"
  "$prefix/bin/python" -m pip install --quiet 'jupyterlab>=4.4,<5' 'notebook>=7.4,<8' nbclient jupyter_console
}

# Node's and Python's packages come over the network: fetch both at once.
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
