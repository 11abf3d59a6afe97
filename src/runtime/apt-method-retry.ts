import { program } from './shell.ts';

/** How often a file is asked for again when the snapshot server says nothing of when: after 1, 2, 4, 8 and 16 seconds. */
const RETRIES = 5;
/** The longest that a file is waited for, and the longest that the server is without answering anything, in seconds. */
const PATIENCE = 300;

/**
 * What the snapshot server cannot do for the moment is asked again: too many requests (429), its own failures (5xx), and what apt's method
 * holds to pass, such as connections that break. The server says itself when, in Retry-After; old versions of apt's method tell that in
 * their debug output alone. Every question waits by itself, so the others are not held up; once one has been given up, others wait no
 * more until the server answers again.
 */
export const RETRY_FUNCTIONS = program`
# Asks the question behind a failure again, later; false when the failure is for good.
ask_again() {
  [ -z "$given_up" ] || return 1
  case $message$body$nl in
  'Message: 408 '*|'Message: 429 '*|'Message: 5'[0-9][0-9]' '*|*"\${nl}Transient-Failure: true$nl"*) ;;
  *) return 1 ;;
  esac
  name_of "$canonical"
  [ -f "$own.asked/$name" ] || return 1
  now=$(date +%s)
  first=$now tries=0 pause=1
  if [ -f "$own.asked/$name,times" ]; then
    read -r first tries < "$own.asked/$name,times"
  fi
  tries=$((tries + 1))
  [ -n "$since" ] || since=$first
  for n in 1 2 3 4; do [ "$n" -ge "$tries" ] || pause=$((pause * 2)); done
  wait=$(server_pause)
  [ "$wait" -le "$pause" ] || pause=$wait
  if [ "$tries" -gt ${RETRIES} ] || [ $((now + pause - first)) -gt ${PATIENCE} ] || [ $((now - since)) -gt ${PATIENCE} ]; then
    given_up=1
    # apt is not to try it again: this was the trying.
    body="$body$nl"
    case $body in *"\${nl}Transient-Failure: true$nl"*) body="\${body%%"Transient-Failure: true$nl"*}\${body#*"Transient-Failure: true$nl"}" ;; esac
    body=\${body%"$nl"}
    message="$message, asked $tries times in $((now - first)) s"
    [ "$wait" = 0 ] || message="$message, the server wants to be asked again after $wait s"
    return 1
  fi
  echo "$first $tries" > "$own.asked/$name,times"
  ( sleep "$pause"; $say '%s\\n' "$(cat "$own.asked/$name")$nl" 1<>"$own.in" ) </dev/null >/dev/null 2>&1 &
}

# The seconds until the server wants to be asked again for the URL asked; 0 when it does not say.
server_pause() {
  if [ -z "$after" ] && [ -f "$own.log" ]; then
    mine=
    while IFS= read -r line; do
      line=\${line%"$cr"}
      case $line in
      'Answer for: '*) mine=; [ "\${line#Answer for: }" != "$asked" ] || mine=1 after= ;;
      [Rr][Ee][Tt][Rr][Yy]-[Aa][Ff][Tt][Ee][Rr]:*) [ -z "$mine" ] || after=\${line#*:} ;;
      esac
    done <<LOG
$(tail -c 65536 "$own.log")
LOG
  fi
  set -- $after
  case $1 in
  '') echo 0 ;;
  *[!0-9]*)
    until=$(date -d "$after" +%s 2>/dev/null) || until=$now
    [ "$until" -gt "$now" ] || until=$now
    echo $((until - now))
    ;;
  *) echo "$1" ;;
  esac
}
`;
