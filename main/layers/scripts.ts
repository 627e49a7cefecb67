/**
 * Shell scripts that work on an engine's data folder (overlay2 and its metadata, the layout of Docker 17.06 to 29
 * with the classic image store). Plain sh, GNU and BusyBox tools. What they are told comes in as arguments.
 *
 * Beside the engine's own folders a store has `homerange/marks/<layer>`: a file for each layer that was wholly
 * written and is on disk, with the digests of some of its files. A layer without one is in no clone.
 */

/** Files of a layer whose digests are kept, at most, and the largest that is taken. */
const sampledFiles = 12;
const sampledSize = "256k";

const layout = `
images=image/overlay2
hex() { case $1 in *[!0-9a-f]*|"") echo "not an id: $1" >&2; exit 65 ;; esac; }
layer_of() { layer=$(cat "$images/layerdb/sha256/$1/cache-id") || exit 66; hex "$layer"; }
`;

/** Arguments: the data folder. Prints the chains whose layer has no mark: their load did not end. */
export const unmarkedScript = `
set -eu
cd "$1"
${layout}
[ -d $images/layerdb/sha256 ] || exit 0
for folder in $images/layerdb/sha256/*; do
  [ -f "$folder/cache-id" ] || continue
  chain=\${folder##*/}
  layer_of "$chain"
  [ -f "homerange/marks/$layer" ] || echo "unmarked $chain"
done`;

/**
 * Arguments: the data folder, then chains. Makes sure that their layers survive a power cut, then marks them.
 * Marks of layers that are gone go as well.
 */
export const markScript = `
set -eu
cd "$1"; shift
${layout}
mkdir -p homerange/marks
sync
for mark in homerange/marks/*; do
  [ -d "overlay2/\${mark##*/}" ] || rm -f "$mark"
done
for chain; do
  hex "$chain"
  layer_of "$chain"
  [ ! -f "homerange/marks/$layer" ] || continue
  # Plain names only, spread over the layer.
  (cd overlay2 && find "$layer/diff" -type f -size -${sampledSize} 2>/dev/null | grep -E '^[A-Za-z0-9._/+-]+$' | sort |
    awk -v most=${sampledFiles} '{ name[NR] = $0 } END { step = NR / most; if (step < 1) step = 1
      for (n = 1; n <= NR && taken < most; n += step) { print name[int(n)]; taken++ } }' |
    xargs -r sha256sum) >"homerange/marks/.new-$layer"
  mv "homerange/marks/.new-$layer" "homerange/marks/$layer"
done
sync`;

/**
 * Copies the metadata of some images of a store (/volumes/0) into an empty data folder (/volumes/1), with each
 * layer's files as a link into the store, or as a reflink copy. Arguments: way (linked or reflink), where the range
 * sees the store, the file of names, the number of images, their ids, then the chains.
 *
 * Ends with 73 when the store lacks something, 74 when a file of it is not what it was, 76 when the file system has
 * no reflinks. Prints "shared" and the bytes of the layers. What it wrote goes at once when it fails: on a disk that it
 * has filled, what follows needs room too.
 */
export const cloneScript = `
set -eu
way=$1 seen=$2 names=$3 count=$4; shift 4
store=/volumes/0 data=/volumes/1
cd "$store"
${layout}
if [ -f "$data/homerange-cloned" ] || [ -d "$data/containers" ]; then echo "shared 0"; exit 0; fi
rm -rf "$data/image" "$data/overlay2"
whole=no
trap '[ $whole = yes ] || rm -rf "$data/image" "$data/overlay2" "$data/homerange-cloned"' EXIT
list=$(mktemp)
printf '%s\\n' image $images $images/imagedb $images/imagedb/content $images/imagedb/content/sha256 \\
  $images/imagedb/metadata $images/imagedb/metadata/sha256 $images/layerdb $images/layerdb/sha256 \\
  overlay2 overlay2/l >"$list"
while [ "$count" -gt 0 ]; do
  hex "$1"
  [ -f "$images/imagedb/content/sha256/$1" ] || { echo "no image $1" >&2; exit 73; }
  echo "$images/imagedb/content/sha256/$1"
  if [ -d "$images/imagedb/metadata/sha256/$1" ]; then find "$images/imagedb/metadata/sha256/$1"; fi
  count=$((count - 1)); shift
done >>"$list"
layers= shared=0
for chain; do
  hex "$chain"
  folder=$images/layerdb/sha256/$chain
  [ -f "$folder/cache-id" ] || { echo "no layers $chain" >&2; exit 73; }
  read -r layer <"$folder/cache-id" || [ -n "$layer" ]
  hex "$layer"
  [ -f "homerange/marks/$layer" ] || { echo "layer $layer is not whole" >&2; exit 73; }
  layers="$layers $layer"
  read -r size <"$folder/size" || [ -n "$size" ]
  shared=$((shared + size))
  echo "$folder"
  for part in diff parent size cache-id tar-split.json.gz; do [ ! -e "$folder/$part" ] || echo "$folder/$part"; done
  echo "overlay2/$layer"
  for part in link lower committed; do [ ! -e "overlay2/$layer/$part" ] || echo "overlay2/$layer/$part"; done
  read -r short <"overlay2/$layer/link" || [ -n "$short" ]
  case $short in *[!A-Z0-9]*|"") echo "not a link: $short" >&2; exit 65 ;; esac
  echo "overlay2/l/$short"
done >>"$list"
for layer in $layers; do cat "homerange/marks/$layer"; done >"$list.sums"
if [ -s "$list.sums" ]; then
  (cd overlay2 && sha256sum -c "$list.sums" >"$list.checked" 2>&1) || { grep -v ': OK$' "$list.checked" | head -n 5 >&2; exit 74; }
fi
tar -c --no-recursion -f - -T "$list" | tar -x -p -f - -C "$data"
for layer in $layers; do
  if [ "$way" = linked ]; then
    ln -s "$seen/overlay2/$layer/diff" "$data/overlay2/$layer/diff"
  else
    cp -a --reflink=always "overlay2/$layer/diff" "$data/overlay2/$layer/diff" || exit 76
  fi
done
printf '%s' "$names" >"$data/$images/repositories.json"
chmod 600 "$data/$images/repositories.json"
chown "$(stat -c %u:%g $images)" "$data/$images/repositories.json"
: >"$data/homerange-cloned"
whole=yes
echo "shared $shared"`;

/** Takes a clone out of a data folder again (/volumes/0), so that its engine begins with nothing. */
export const uncloneScript = `
set -eu
cd /volumes/0
rm -rf image overlay2 homerange-cloned`;

/** Prints the kibibytes that a store takes (/volumes/0) and the number of its images. */
export const measureScript = `
cd /volumes/0
set -- image/overlay2/imagedb/content/sha256/*
[ -e "$1" ] || shift
echo "$(du -s -k . | cut -f 1) $#"`;
