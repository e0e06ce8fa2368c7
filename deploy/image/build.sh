#!/bin/sh
# Builds the image over nothing but the Node of this checkout (`npm ci`) and this machine's C libraries (Debian or another glibc).
#
#   deploy/image/build.sh [TAG]        with buildah, podman or docker, whichever is found (BUILDER names another)
#   deploy/image/build.sh --root DIR   only writes the root filesystem to DIR, for a machine that can't build images
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

node=$(node -p process.execPath)
case $("$node" --version) in
v2[4-9].* | v[3-9][0-9].*) ;;
*) echo "build.sh: Node 24 or later is needed: npm ci installs it, and npm run image finds it." >&2 && exit 1 ;;
esac

# The package, installed as a user would.
(cd "$root" && node bin/write-package.ts "$stage/package")
npm pack "$stage/package" --pack-destination "$stage" --silent >/dev/null
mkdir -p "$stage/app"
npm install --prefix "$stage/app" --no-audit --no-fund --silent --no-save "$stage"/sightline-*.tgz
cp "$here/healthcheck.mjs" "$stage/app/"

# Node, the loader, and each library that Node or an addon links.
rootfs="$stage/rootfs"
mkdir -p "$rootfs/usr/bin" "$rootfs/etc" "$rootfs/tmp"
chmod 1777 "$rootfs/tmp"
cp "$node" "$rootfs/usr/bin/node"
find "$stage/app" -name '*.node' -o -name 'lib*.so*' | { cat; echo "$node"; } | xargs ldd 2>/dev/null |
	grep -o '/[^ ]*\.so[^ ]*' | sort -u | while read -r library; do
	case $library in "$stage"/* | *:) continue ;; esac
	mkdir -p "$rootfs$(dirname "$library")"
	cp -L "$library" "$rootfs$library"
done
# Names are resolved by these, which no program links.
for library in libnss_dns.so.2 libnss_files.so.2 libresolv.so.2; do
	found=$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')
	[ -z "$found" ] || { mkdir -p "$rootfs$(dirname "$found")" && cp -L "$found" "$rootfs$found"; }
done
printf 'hosts: files dns\n' >"$rootfs/etc/nsswitch.conf"
printf 'sightline:x:65532:65532:sightline:/tmp:/nonexistent\n' >"$rootfs/etc/passwd"
printf 'sightline:x:65532:\n' >"$rootfs/etc/group"

if [ "${1:-}" = --root ]; then
	mkdir -p "$2"
	cp -a "$rootfs/." "$2/"
	mkdir -p "$2/app" && cp -a "$stage/app/." "$2/app/"
	exit
fi
tag=${1:-sightline:$(node -p "require('$root/package.json').version")}
builder=${BUILDER:-$(command -v buildah || command -v podman || command -v docker)}
# Only docker's format holds a health check. BUILD_FLAGS: for example `--isolation chroot --storage-driver vfs`.
case $builder in *docker) format= ;; *) format='--format docker' ;; esac
# shellcheck disable=SC2086
"$builder" build $format ${BUILD_FLAGS:-} -f "$here/Containerfile" -t "$tag" "$stage"
