import { program } from './shell.ts';

/**
 * Parts of the program in normalise.ts: the files of GnuPG, git and doc-base, and comments with the time.
 *
 * - GnuPG's keybox (kbx/keybox-blob.c): the times at which the file and each key's blob were made, and the digest at a blob's end.
 *   Its trust database (g10/tdbio.h): the time in the version record.
 * - git's index (Documentation/gitformat-index.txt), versions 2 to 4: change and modification times, devices and inode numbers become
 *   zeros, by which git looks at the file itself when it next needs to know whether that changed; the digest at the end is made again.
 *   Its logs of references: times.
 * - doc-base's list of what it registered (`info/files.yml`): the change time of each file, by which it knows what to look at again.
 * - Comments (`#`) in configuration with the time at which a program wrote it, as `date` and C's asctime print it, or as Free Pascal does
 *   (day, month, year, time).
 * - What Cargo keeps of the compiler's answers (`.rustc_info.json`; cargo's util/rustc.rs, `Cache`): they come out of a hash, and get the order
 *   of their keys.
 */
export const NORMALISE_FORMS = program`
sub clamp {
  my ($text, $at) = @_;
  substr($$text, $at, 4) = pack 'N', $limit if unpack("x$at N", $$text) > $limit;
}

sub keybox {
  my ($text) = @_;
  for (my $at = 0; $at < length $text; ) {
    my ($size, $type) = unpack "x$at N C", $text;
    return if $size < 32 || $at + $size > length $text;
    my $blob = substr $text, $at, $size;
    if ($type == 1) {
      clamp(\\$blob, $_) for 16, 20;
    } elsif ($type == 2 || $type == 3) {
      my $body = substr $blob, 0, -20;
      return if sha1($body) ne substr $blob, -20;
      my ($keys, $key) = unpack 'x16 n2', $body;
      my $made = 20 + $keys * $key;
      $made += 2 + unpack "x$made n", $body;
      for (1 .. 2) {
        my ($count, $each) = unpack "x$made n2", $body;
        $made += 4 + $count * $each;
      }
      $made += 12;
      clamp(\\$body, $made);
      $blob = $body . sha1($body);
    }
    substr($text, $at, $size) = $blob;
    $at += $size;
  }
  return $text;
}

sub trust {
  my ($text) = @_;
  return if length($text) % 40;
  clamp(\\$text, 12);
  return $text;
}

sub index_of_git {
  my ($text) = @_;
  my $body = substr $text, 0, -20;
  return if sha1($body) ne substr $text, -20;
  my ($version, $count) = unpack 'x4 N2', $body;
  return if $version < 2 || $version > 4;
  my $at = 12;
  for (1 .. $count) {
    substr($body, $at, 24) = "\\0" x 24;
    my $name = $at + 62 + (unpack("x$at x60 n", $body) & 0x4000 ? 2 : 0);
    if ($version == 4) {
      $name++ while ord(substr $body, $name, 1) & 0x80;
      $name++;
    }
    my $end = index $body, "\\0", $name;
    return if $end < 0;
    $at = $version == 4 ? $end + 1 : $at + ($end - $at + 8 & ~7);
  }
  return $body . sha1($body);
}

sub log_of_git {
  my ($text) = @_;
  return $text =~ s/^([0-9a-f]{40,64} [0-9a-f]{40,64} [^\\n\\t]*> )(\\d+)(?= [-+]\\d{4}(?:\\t|$))/$1 . ($2 > $limit ? $limit : $2)/mger;
}

sub registered {
  my ($text) = @_;
  return $text =~ s/^(  CT: )(\\d+)$/$1 . ($2 > $limit ? $limit : $2)/mger;
}

sub answers_of_rustc {
  my ($text) = @_;
  my $string = qr/"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"/s;
  my $answer = qr/"\\d+":\\{"success":(?:true|false),"status":$string,"code":(?:-?\\d+|null),"stdout":$string,"stderr":$string\\}/;
  my ($head, $answers, $end) = $text =~ /^(\\{"rustc_fingerprint":\\d+,"outputs":\\{)($answer(?:,$answer)*)(\\},"successes":\\{\\}\\}\\n?)\\z/ or return;
  return $head . join(',', sort $answers =~ /$answer/g) . $end;
}

my @months = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
my @days = qw(Sun Mon Tue Wed Thu Fri Sat);
my $names = join '|', @months;
my $date = qr/(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) ($names) ([ \\d]\\d) (\\d\\d):(\\d\\d):(\\d\\d)( [A-Z]{3,4})? (\\d{4})/;
my $short = qr/(\\d\\d)-(\\d\\d)-(\\d\\d) - (\\d\\d):(\\d\\d):(\\d\\d)/;

sub comments {
  my ($text) = @_;
  my ($second, $minute, $hour, $day, $month, $year, $weekday) = gmtime $limit;
  my $now = sprintf '%04d%02d%02d%02d%02d%02d', $year + 1900, $month, $day, $hour, $minute, $second;
  my %number = map { $months[$_] => $_ } 0 .. 11;
  my $write = sub {
    my ($was, $zone, @was) = @_;
    return $was if sprintf('%04d%02d%02d%02d%02d%02d', @was) <= $now;
    return sprintf '%s %s %2d %02d:%02d:%02d%s %d', $days[$weekday], $months[$month], $day, $hour, $minute, $second, $zone && ' UTC', $year + 1900;
  };
  my $write_short = sub {
    my ($was, $was_day, $was_month, $was_year, @was) = @_;
    return $was if sprintf('20%02d%02d%02d%02d%02d%02d', $was_year, $was_month - 1, $was_day, @was) <= $now;
    return sprintf '%02d-%02d-%02d - %02d:%02d:%02d', $day, $month + 1, $year % 100, $hour, $minute, $second;
  };
  $text =~ s{^(#[^\\n]*)}{$1 =~ s/($date)/$write->($1, $7 || '', $8, $number{$2}, $3, $4, $5, $6)/ger =~ s/($short)/$write_short->($1, $2, $3, $4, $5, $6, $7)/ger}mge;
  return $text;
}
`;
