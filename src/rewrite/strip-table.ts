import type { StripPath } from '../runtime/strip-script.ts';

/** A path that strip looks after, and why. */
export type StripRule = StripPath;

const DATES = 'its lines have dates';
const BACKUP = 'it is a backup whose content depends on how often and when a tool ran';
const VIRTUAL = 'packages of --virtual have a version and an id of the moment';
const SHARED_MEMORY = 'it is the memory that processes shared, which SQLite makes again';
const RANDOM = 'it is random';
const BERKELEY_DB = 'a Berkeley DB file has a random id, and memory that was not set';
const KEYS = 'files in it with a private key that the RUN wrote: one made in the build differs in every build';
const SECRET = 'it is a secret that the RUN made: every build has another one';
const DATABASE = 'it is a database that the RUN made, with random ids, salts and times: every build has another one';

/**
 * What differs between two runs of one command, measured. Those that do not stay as they are made are caches, logs and backups that
 * nothing in an image needs; a RUN that writes one of them on purpose names it in REPRO_STRIP=-PATH.
 */
export const STRIP_TABLE: readonly StripRule[] = [
  { path: '/var/cache/ldconfig/aux-cache', action: 'restore', why: 'it has inode numbers and change times' },
  { path: '/var/cache/apt/pkgcache.bin', action: 'remove', why: 'it has file times' },
  { path: '/var/cache/apt/srcpkgcache.bin', action: 'remove', why: 'it has file times' },
  { path: '/var/log/apt/history.log', action: 'restore', why: DATES },
  { path: '/var/log/apt/term.log', action: 'restore', why: DATES },
  { path: '/var/log/apt/eipp.log.xz', action: 'restore', why: 'it has the state of one run' },
  { path: '/var/log/dpkg.log', action: 'restore', why: DATES },
  { path: '/var/log/alternatives.log', action: 'restore', why: DATES },
  { path: '/var/log/aptitude', action: 'restore', why: DATES },
  { path: '/var/log/bootstrap.log', action: 'restore', why: DATES },
  { path: '/var/log/fontconfig.log', action: 'restore', why: 'its lines come in the order of the directory' },
  { path: '/var/log/munin/munin-node-configure.log', action: 'restore', why: DATES },
  { path: '/var/log/dnf.log', action: 'restore', why: DATES },
  { path: '/var/log/dnf5.log', action: 'restore', why: DATES },
  { path: '/var/log/dnf.librepo.log', action: 'restore', why: DATES },
  { path: '/var/log/dnf.rpm.log', action: 'restore', why: DATES },
  { path: '/var/log/hawkey.log', action: 'restore', why: DATES },
  { path: '/var/log/yum.log', action: 'restore', why: DATES },
  { path: '/var/log/pacman.log', action: 'restore', why: DATES },
  { path: '/var/log/apk.log', action: 'restore', why: DATES },
  { path: '/etc/passwd-', action: 'restore', why: BACKUP },
  { path: '/etc/group-', action: 'restore', why: BACKUP },
  { path: '/etc/shadow-', action: 'restore', why: BACKUP },
  { path: '/etc/gshadow-', action: 'restore', why: BACKUP },
  { path: '/etc/subuid-', action: 'restore', why: BACKUP },
  { path: '/etc/subgid-', action: 'restore', why: BACKUP },
  { path: '/var/lib/dpkg/status-old', action: 'restore', why: BACKUP },
  { path: '/var/lib/dpkg/available-old', action: 'restore', why: BACKUP },
  { path: '/var/lib/dpkg/diversions-old', action: 'restore', why: BACKUP },
  { path: '/var/lib/dpkg/statoverride-old', action: 'restore', why: BACKUP },
  { path: '/var/cache/debconf/config.dat-old', action: 'restore', why: BACKUP },
  { path: '/var/cache/debconf/passwords.dat-old', action: 'restore', why: BACKUP },
  { path: '/var/cache/debconf/templates.dat-old', action: 'restore', why: BACKUP },
  { path: '/usr/share/info/dir.old', action: 'restore', why: BACKUP },
  { path: '/etc/machine-id', action: 'empty', why: `${RANDOM}; an image has none, or an empty one that is filled at the first boot` },
  { path: '/var/lib/dbus/machine-id', action: 'restore', why: RANDOM },
  { path: '/etc/nvme/hostid', action: 'restore', why: `${RANDOM}, and is to be another one on every host` },
  { path: '/etc/nvme/hostnqn', action: 'restore', why: `${RANDOM}, and is to be another one on every host` },
  { path: '/etc/fake-hwclock.data', action: 'restore', why: 'it is the time of the RUN' },
  { path: '/etc/cron.d/popularity-contest', action: 'restore', why: 'it has a random time of day' },
  { path: '/etc/popularity-contest.conf', action: 'normalise', why: 'it has a random id for the host, and a random day of the week' },
  { path: '/etc/iscsi/initiatorname.iscsi', action: 'normalise', why: 'it has a random name for the host' },
  { path: '/root/.wget-hsts', action: 'restore', why: DATES },
  { path: '/home/*/.wget-hsts', action: 'remove', why: DATES },
  { path: '/root/.cache/pip/http*/?/?/?/?/?/*', action: 'remove', why: 'it has the dates of a server\'s answers' },
  { path: '/root/.cache/pip/selfcheck/*', action: 'remove', why: 'it has the date of the last check' },
  { path: '/root/.npm/_logs/*', action: 'remove', why: DATES },
  { path: '/root/.npm/_update-notifier-last-checked', action: 'restore', why: 'it has the date of the last check' },
  { path: '/root/.npm/_cacache/index-v5/*/*/*', action: 'remove', why: 'it has the dates of a server\'s answers' },
  { path: '/var/cache/dnf/expired_repos.json', action: 'restore', why: 'it depends on the time between two runs' },
  { path: '/var/lib/rpm/rpmdb.sqlite-shm', action: 'remove', why: SHARED_MEMORY },
  { path: '/usr/lib/sysimage/rpm/rpmdb.sqlite-shm', action: 'remove', why: SHARED_MEMORY },
  { path: '/root/.rpmdb/rpmdb.sqlite-shm', action: 'remove', why: SHARED_MEMORY },
  { path: '/etc/ssl/certs/java/cacerts', action: 'normalise', why: 'its entries have the times at which they were added' },
  { path: '/etc/aliases.db', action: 'normalise', why: BERKELEY_DB },
  { path: '/etc/mail/*.db', action: 'normalise', why: BERKELEY_DB },
  { path: '/etc/postfix/*.db', action: 'normalise', why: BERKELEY_DB },
  { path: '/etc/sasldb2', action: 'normalise', why: BERKELEY_DB },
  { path: '/usr/share/info/dir', action: 'normalise', why: 'its entries come in the order of the directory' },
  { path: '/var/lib/texmf/ls-R*', action: 'normalise', why: 'its entries come in the order of the directory' },
  { path: '/var/lib/texmf/web2c/*/*.fmt', action: 'normalise', why: 'LuaTeX has the exceptions of hyphenation in a random order, TeX the day' },
  { path: '/var/lib/texmf/web2c/*.log', action: 'remove', why: DATES },
  { path: '/var/lib/texmf/web2c/*/*.log', action: 'remove', why: DATES },
  { path: '/lib/apk/db/installed', action: 'normalise', why: VIRTUAL },
  { path: '/usr/lib/apk/db/installed', action: 'normalise', why: VIRTUAL },
  { path: '/var/lib/pacman/local/*/desc', action: 'normalise', why: 'it has the time of installation' },
  { path: '/var/lib/dnf/history.sqlite*', action: 'normalise', why: 'it has the times of transactions' },
  { path: '/var/lib/ghc/package.conf.d/package.cache', action: 'normalise', why: 'its entries come in the order of the directory' },
  { path: '/etc', action: 'report-keys', why: KEYS },
  { path: '/var/lib', action: 'report-keys', why: KEYS },
  { path: '/etc/bind/rndc.key', action: 'report', why: SECRET },
  { path: '/etc/xrdp/rsakeys.ini', action: 'report', why: SECRET },
  { path: '/var/lib/dkms/mok.pub', action: 'report', why: 'it belongs to a key that the RUN made: every build has another one' },
  { path: '/etc/munge/munge.key', action: 'report', why: SECRET },
  { path: '/var/lib/*/.erlang.cookie', action: 'report', why: SECRET },
  { path: '/var/lib/postgresql/*/*', marker: 'global/pg_control', action: 'report', why: DATABASE },
  { path: '/var/lib/mysql', marker: 'ibdata1', action: 'report', why: DATABASE },
  { path: '/var/lib/ldap', marker: 'data.mdb', action: 'report', why: DATABASE },
  { path: '/etc/ldap/slapd.d', marker: 'cn=config.ldif', action: 'report', why: DATABASE },
];
