import { CACHE_FUNCTIONS } from './apt-method-cache.ts';
import { RELEASE_FUNCTIONS } from './apt-method-release.ts';
import { RETRY_FUNCTIONS } from './apt-method-retry.ts';
import { URL_FUNCTIONS } from './apt-method-urls.ts';
import { CACHE_DIRECTORY, STATE_DIRECTORY } from './layout.ts';
import { program, shellWord } from './shell.ts';
import type { SnapshotSettings } from './snapshot.ts';

/** Where the pieces are, for tests. */
export interface MethodPlaces {
  readonly state?: string;
  readonly methods?: string;
  readonly cache?: string;
}

/**
 * The program that stands for those of apt's methods that use the network: it starts the real one, and in the messages between that and apt
 * (https://salsa.debian.org/apt-team/apt/-/blob/main/doc/method.dbk) it puts the snapshot's URL for the distribution's. apt, its lists and
 * its output know the distribution's URLs only, whoever wrote them and whenever: in the image, or in the RUN itself.
 *
 * A Release file with a date later than the snapshot, and a redirection to a later snapshot, are failures. What the snapshot server fails
 * with for the moment is asked again before apt hears of it, and what was downloaded before comes from the cache.
 */
export function aptMethod(settings: SnapshotSettings, places: MethodPlaces = {}): string {
  return `#!/bin/sh
# repro-dockerfile: apt's network methods, with the snapshot in place of the distribution's servers.

S=${shellWord(places.state ?? STATE_DIRECTORY)}
methods=${shellWord(places.methods ?? '/usr/lib/apt/methods')}
debian=${shellWord(settings.debianBase)}
ubuntu=${shellWord(settings.ubuntuBase)}
cache=${settings.keepCache ? shellWord(places.cache ?? CACHE_DIRECTORY) : ''}
method=\${0##*/}
own=$S/.$method.$$
nl='
'
cr=$(printf '\\r')
PATH=\${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
IFS= read -r time < "$S/.time"
${URL_FUNCTIONS}${RELEASE_FUNCTIONS}${RETRY_FUNCTIONS}${CACHE_FUNCTIONS}${METHOD_PROGRAM}`;
}

const METHOD_PROGRAM = program`
# One message to apt or to the method, in one piece, since two processes write to each. bash's own printf writes line by line.
say=printf
[ -z "$BASH_VERSION" ] || say=/usr/bin/printf

# From apt to the method, which is stdout; fd 4 is apt.
questions() {
  seen= text= uri= hash= file= proxied=
  while IFS= read -r line; do
    case $line in
    '')
      [ -z "$uri" ] || ask || { text= uri= hash= file= proxied=; continue; }
      case $text in '601 '*) text="\${text}Config-Item: Debug::Acquire::$method=true$nl" ;; esac
      $say '%s\\n' "$text"
      text= uri= hash= file= proxied=
      continue
      ;;
    'URI: '*) uri=\${line#URI: } line='URI: '
      if locate "$uri"; then
        case $seen in *" $from "*) ;; *) seen="$seen $from "; echo "$to $from" >> "$own.pairs" ;; esac
        line=$line$to$rest
        proxied=1
      else
        line=$line$uri
      fi
      ;;
    'Filename: '*) file=\${line#Filename: } ;;
    'Expected-SHA256: '*) hash=\${line#Expected-SHA256: } ;;
    # A proxy that is set for the distribution's server is not one for the snapshot's; the method finds that one itself.
    'Proxy: '*) [ -z "$proxied" ] || continue ;;
    esac
    text=$text$line$nl
  done
}

# The question text for the URL uri, which stays to be asked again; false when the cache has answered it.
ask() {
  line=\${text#*URI: }
  if canonical "\${line%%"$nl"*}"; then
    name_of "$canonical"
    from_cache && return 1
    [ \${#name} -gt 240 ] || printf '%s' "$text" > "$own.asked/$name"
  elif [ -z "$proxied" ]; then
    note_other "$uri"
  fi
  return 0
}

# The distribution's URL of the snapshot's URL $1, for those that this process asked for: sets uri.
restore() {
  uri=$1
  while :; do
    case $1 in
    "$last_to"*)
      [ -z "$last_to" ] || { uri=$last_from\${1#"$last_to"}; return 0; }
      ;;
    esac
    [ -f "$own.pairs" ] || return 0
    last_to=
    while read -r to from; do
      case $1 in "$to"*) last_to=$to; last_from=$from; break ;; esac
    done < "$own.pairs"
    [ -n "$last_to" ] || return 0
  done
}

# In place of the method's message to apt: a failure.
fail_with() {
  head='400 URI Failure'
  body="\${nl}URI: $uri"
  message="Message: $*"
}

# From the method to apt: one message at a time.
answers() {
  last_to= last_from= since= given_up=
  head= body= uri= asked= file= next= message= hash= hit= after=
  while IFS= read -r line; do
    case $line in
    '')
      if [ -n "$asked" ] && canonical "$asked"; then
        case $head in
        103*) redirected ;;
        201*) arrived ;;
        esac
        case $head in 400*) failed ;; esac
      fi
      [ -z "$message" ] || body=$body$nl$message
      [ -z "$head" ] || $say '%s%s\\n\\n' "$head" "$body"
      head= body= uri= asked= file= next= message= hash= hit= after=
      continue
      ;;
    'URI: '*)
      asked=\${line#URI: }
      restore "$asked"
      line="URI: $uri"
      ;;
    'New-URI: '*) next=\${line#New-URI: } ;;
    'Message: '*)
      # The fields come in any order.
      message=$line
      continue
      ;;
    'Filename: '*) file=\${line#Filename: } ;;
    'SHA256-Hash: '*) hash=\${line#SHA256-Hash: } ;;
    'IMS-Hit: '*) hit=1 ;;
    'Retry-After: '*) after=\${line#Retry-After: } ;;
    esac
    if [ -z "$head" ]; then head=$line; else body=$body$nl$line; fi
  done
}

redirected() {
  if is_endless "$next"; then
    fail_with "the snapshot server leads to a URL of \${#next} characters"
  elif is_later "$next"; then
    fail_with "the snapshot server leads to a later snapshot than $time: $next"
  else
    is_release "$asked" && note_age "$next"
    note_redirect "$asked" "$next"
  fi
}

arrived() {
  since= given_up=
  if is_release "$uri" && [ -r "$file" ] && ! release_fits "$file"; then
    fail_with "the snapshot server has a later state than $time: its Release file is of $date"
  else
    keep
  fi
}

failed() {
  if ask_again; then
    head= body= message=
    return
  fi
  case $message in
  *' 404 '*) ! is_release "$asked" || message="$message, the snapshot server has no such suite as of $time" ;;
  esac
  message="$message ($asked)"
}

[ -x "$methods/$method" ] || exit 100
mkdir "$own.asked" && mkfifo "$own.in" || exit 100
exec 3<&0 4>&1
questions <&3 >"$own.in" &
exec 3<&-
{ "$methods/$method" 2>"$own.log" 4>&- || echo $? > "$own.status"; } < "$own.in" | answers 4>&-
if [ -s "$own.status" ]; then
  read -r status < "$own.status"
  [ -d "$own.asked" ] && grep -qs '^Answer for' "$own.log" || cat "$own.log" >&2
  exit "$status"
fi
`;
