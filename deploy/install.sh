#!/bin/sh
# What is in an image, as deploy/Dockerfile and `make verify-images` both put it there.
#   deploy/install.sh packages <target> <venv>    what deploy/locks/<target>.lock names, hashes and all
#   deploy/install.sh code <venv> <folder>        TaskFlow itself, for that environment's Python
# Nothing is compiled from C, and nothing comes from anywhere but the lock. PYTHON names the Python to begin with.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}

environment() {
	[ -e "$1/bin/python" ] || "$python" -m venv --without-pip "$1"
}

pip_of() {
	venv=$1 verb=$2
	shift 2
	"$python" -m pip --python "$venv" "$verb" --quiet --disable-pip-version-check --no-deps "$@"
}

packages() {
	target=$1 venv=$2
	environment "$venv"
	pip_of "$venv" install --no-compile --require-hashes --only-binary :all: -r "$here/locks/$target.lock"
}

# The root filesystem is read-only: compiled now, and never compared with its source again.
compiled() {
	"$1/bin/python" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$2"
}

case $1 in
packages)
	packages "$2" "$3"
	library=$("$3/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$here/unneeded" | while read -r pattern; do
		# shellcheck disable=SC2086 # a pattern, to be expanded
		rm -rf "${library:?}"/$pattern
	done
	compiled "$3" "$library"
	;;
code)
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	packages build "$work/build"
	# A copy: building leaves its traces beside the source.
	mkdir "$work/source"
	for part in pyproject.toml README.md LICENSE contracts taskflow services simulators; do
		cp -R "$here/../$part" "$work/source/"
	done
	pip_of "$work/build" wheel --no-build-isolation -w "$work" "$work/source"
	environment "$2"
	pip_of "$2" install --no-compile --no-index --target "$3" "$work"/taskflow-*.whl
	compiled "$2" "$3"
	;;
*)
	echo "deploy/install.sh: packages or code, not $1" >&2
	exit 2
	;;
esac
