import { program } from './shell.ts';

/**
 * The cache of what was downloaded: `sha256/HASH` has the bytes, `release/NAME` the hash of the Release file of a URL. Other builds write
 * it at the same time, so files appear in it whole; and others may have written anything, so a file is taken as far as its hash is right
 * and apt checks it as if it had been downloaded: hashes again, Release files by their signature.
 */
export const CACHE_FUNCTIONS = program`
# Answers the question for the URL canonical from the cache; false when it cannot.
from_cache() {
  [ -n "$cache" ] && [ -n "$file" ] || return 1
  if [ -z "$hash" ]; then
    is_release "$canonical" && [ -f "$cache/release/$name" ] && read -r hash < "$cache/release/$name" || return 1
    release=1
  else
    release=
  fi
  case $hash in *[!0-9a-f]*|'') return 1 ;; esac
  entry=$cache/sha256/$hash
  [ -f "$entry" ] && [ ! -L "$entry" ] && cp --preserve=timestamps "$entry" "$file" 2>/dev/null || return 1
  read -r found rest <<HASH
$(sha256sum "$file")
HASH
  if [ "$found" != "$hash" ] || { [ -n "$release" ] && ! release_fits "$file"; }; then
    rm -f "$entry" "$file"
    return 1
  fi
  size=$(stat -c %s "$file")
  $say '200 URI Start\\nURI: %s\\nSize: %s\\n\\n201 URI Done\\nURI: %s\\nFilename: %s\\nSize: %s\\n\\n' "$uri" "$size" "$uri" "$file" "$size" >&4
}

# Puts the file that arrived for the URL canonical into the cache. Nothing depends on that it gets there.
keep() {
  [ -n "$cache" ] && [ -z "$hit" ] && [ -s "$file" ] && [ -w "$cache/sha256" ] || return 0
  case $hash in *[!0-9a-f]*|'') return 0 ;; esac
  if [ ! -e "$cache/sha256/$hash" ]; then
    put "$cache/sha256/$hash" cp --preserve=timestamps "$file" || return 0
  fi
  is_release "$canonical" || return 0
  name_of "$canonical"
  put "$cache/release/$name" put_hash
}

# put ENTRY COMMAND...: the command's file, whole, in place of ENTRY.
put() {
  entry=$1
  shift
  new=$(mktemp "$cache/new.XXXXXXXXXX") || return 1
  "$@" "$new" && chmod 644 "$new" && mv -f "$new" "$entry" && return 0
  rm -f "$new"
  return 1
} 2>/dev/null

put_hash() {
  echo "$hash" > "$1"
}
`;
