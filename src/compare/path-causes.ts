import type { Cause } from '../spec/difference.ts';

/** What a path alone says of why a file differs, first match first. Paths are without the `/` at their start. */
const RULES: readonly (readonly [pattern: RegExp, cause: Cause])[] = [
  [/^var\/cache\/ldconfig\/aux-cache$/, 'ldconfig-cache'],
  [/^etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$/, 'backup'],
  [/^var\/lib\/dpkg\/[a-z-]+-old$|^var\/cache\/debconf\/[a-z]+\.dat-old$|^usr\/share\/info\/dir\.old$/, 'backup'],
  [/^etc\/machine-id$|^var\/lib\/dbus\/machine-id$/, 'machine-id'],
  [/^etc\/(hosts|hostname|resolv\.conf|mailname)$/, 'host-name'],
  [/^var\/(cache\/(apt|apk|dnf|yum|libdnf5|zypp|pacman)|lib\/(apt|dnf)\/lists)\//, 'package-cache'],
  [/^etc\/apk\/cache\//, 'package-cache'],
  [/^var\/log\/|\.log$/, 'log'],
  [/(^|\/)\.wget-hsts$|(^|\/)(\.lesshst|\.bash_history|\.python_history|uv_cache\.json)$/, 'tool-state'],
  [/^var\/lib\/(dpkg\/|apt\/extended_states$|rpm\/|pacman\/local\/)|^(usr\/)?lib\/apk\/db\/|^usr\/lib\/sysimage\/rpm\//, 'package-database'],
  [/^usr\/share\/info\/dir$|^var\/lib\/ghc\/package\.conf\.d\/package\.cache$|^var\/lib\/texmf\/ls-R/, 'line-order'],
  [/\.py[co]$/, 'pyc'],
  [/^etc\/ssh\/ssh_host_|^etc\/ssl\/private\/|ssl-cert-snakeoil|(^|\/)(rndc\.key|\.erlang\.cookie|random-seed)$/, 'key-material'],
  [/(^|\/)cacerts$|\.(jks|keystore)$/, 'keystore'],
  [/^var\/lib\/(mysql|postgresql|ldap|slapd|mongodb)\/|^etc\/(aliases\.db$|sasldb2$|ldap\/slapd\.d\/)/, 'database'],
  [/^var\/cache\/|^var\/lib\/(texmf|systemd\/catalog)\/|(^|\/)(icon-theme\.cache|giomodule\.cache|loaders\.cache|mimeinfo\.cache|gschemas\.compiled)$/, 'cache'],
];

/** The cause that a path suggests; undefined when it says nothing. A whiteout has the cause of what it deletes. */
export function causeOfPath(path: string): Cause | undefined {
  const plain = path.replace(/(^|\/)\.wh\.(?!\.wh\.)([^/]+)$/, '$1$2');
  return RULES.find(([pattern]) => pattern.test(plain))?.[1];
}
