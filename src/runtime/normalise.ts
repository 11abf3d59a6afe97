import { NORMALISE_FORMS } from './normalise-forms.ts';
import { program } from './shell.ts';

/**
 * The program that takes out of a file what differs from build to build: `normalise FILE…`. It knows a file's format by its content, and
 * leaves a file alone that is not wholly in that format. Perl, because what writes these files is in images that have it (Debian's
 * essential packages), and because the files are binary. No module but what is in Debian's package perl-base: where there is no Digest::SHA,
 * coreutils' `sha1sum` makes the digests; on stdout come the names of files that cannot be normalised without either.
 *
 * - Java key store, as keytool and ca-certificates-java write it (JKS: `sun.security.provider.JavaKeyStore.engineLoad`): times of entries
 *   later than SOURCE_DATE_EPOCH become that, and the digest at the end is made again. Only one of certificates alone, with the password
 *   of Java's own list.
 * - Berkeley DB, hash or tree (`DBMETA` and `PAGE` in dbinc/db_page.h): the file's id, random, becomes one made of its path, unused space
 *   of pages becomes zeros, and Postfix's time of making it SOURCE_DATE_EPOCH.
 * - Info's menu (`dir`), TeX's list of files (`ls-R`): entries of a section, and sections, in alphabetical order. What tex-common's
 *   update-updmap and update-fmtutil put together of packages' files, in the order of the directory: the same.
 * - LuaTeX's formats (`dump_language_data` in luatex's lang/texlang.c): the words in lists of hyphenation exceptions, which come out of a
 *   hash, in alphabetical order. Such a list follows that of a language's patterns, and has its length before it.
 * - TeX's formats (tex.web, parts 50 and 51): a day later than SOURCE_DATE_EPOCH, in the format's name, which is the last string of the pool,
 *   and in four numbers of equal type (time, day, month, year), becomes that; TeX itself honours no SOURCE_DATE_EPOCH.
 * - Names and ids that Debian's packages make for a host: open-iscsi's initiator becomes one that is made at the first start, and
 *   popularity-contest's id and day are left for when it is configured again; both provide for images by that.
 * - The files of GnuPG, git and doc-base, and comments: normalise-forms.ts.
 */
export const NORMALISE_PROGRAM = program`#!/usr/bin/perl
# repro-dockerfile: takes out of files what differs from build to build.
use strict;

my $limit = $ENV{SOURCE_DATE_EPOCH} || 0;
my ($digests, $unable);

sub sha1 {
  $digests //= eval { require Digest::SHA; 1 } || 0;
  return Digest::SHA::sha1(@_) if $digests;
  my $child = open(my $out, '-|') // die $unable = 1;
  if (!$child) {
    open my $in, '|-', 'sha1sum' or exit 1;
    binmode $in;
    print $in @_;
    close $in or exit 1;
    exit 0;
  }
  my ($digest) = (<$out> // '') =~ /^([0-9a-f]{40}) /;
  close $out;
  die $unable = 1 if !defined $digest;
  return pack 'H*', $digest;
}
${NORMALISE_FORMS}
sub keystore {
  my ($text) = @_;
  my $body = substr $text, 0, -20;
  my $digest = sub { sha1(join('', map { "\\0$_" } split //, 'changeit'), 'Mighty Aphrodite', $_[0]) };
  return if $digest->($body) ne substr $text, -20;
  my (undef, $version, $count) = unpack 'N3', $body;
  return if $version != 2;
  my $at = 12;
  for (1 .. $count) {
    my ($tag, $alias) = unpack "x$at N n", $body;
    return if $tag != 2;
    $at += 6 + $alias;
    substr($body, $at, 8) = pack 'Q>', $limit * 1000 if unpack("x$at Q>", $body) > $limit * 1000;
    $at += 8;
    $at += 2 + unpack "x$at n", $body;
    $at += 4 + unpack "x$at N", $body;
  }
  return if $at != length $body;
  return $body . $digest->($body);
}

sub database {
  my ($text, $file) = @_;
  my $order = substr($text, 12, 1) eq "\\0" ? '>' : '<';
  my ($size, $encryption, undef, $flags) = unpack "x20 L$order C3", $text;
  return if $encryption || $flags || $size < 512 || length($text) % $size;
  substr($text, 52, 20) = sha1($file =~ s{^/?}{/}r);
  for (my $page = $size; $page < length $text; $page += $size) {
    my ($entries, $start, undef, $type) = unpack "x$page x20 S$order S$order C2", $text;
    my $end = 26 + 2 * $entries;
    next if !grep { $_ == $type } 2, 3, 5, 12, 13 or $end > $start or $start > $size;
    substr($text, $page + $end, $start - $end) = "\\0" x ($start - $end);
  }
  $text =~ s/\\x01(\\d{10})\\x01YP_LAST_MODIFIED/sprintf "\\x01%010d\\x01YP_LAST_MODIFIED", $1 > $limit ? $limit : $1/ge;
  return $text;
}

sub menu {
  my ($text) = @_;
  my ($head, $body) = $text =~ /^(.*?^\\* Menu:[^\\n]*\\n)\\n*(.*?)\\n*\\z/ms or return;
  my @sections;
  for my $section (split /\\n\\n+/, $body) {
    my ($title, $entries) = "$section\\n" =~ /^((?:[^*\\n][^\\n]*\\n)?)(.*)$/s;
    return if $entries !~ /^(?:\\* [^\\n]*\\n(?:[ \\t][^\\n]*\\n)*)*$/;
    push @sections, $title . join '', sort $entries =~ /\\* [^\\n]*\\n(?:[ \\t][^\\n]*\\n)*/g;
  }
  return "$head\\n" . join "\\n", sort @sections;
}

sub listing {
  my ($text) = @_;
  my ($head, @folders) = split /\\n\\n+/, $text;
  for (@folders) {
    my ($name, @files) = split /\\n/;
    return if $name !~ /:$/;
    $_ = join '', map { "$_\\n" } $name, sort @files;
  }
  return join "\\n", "$head\\n", sort @folders;
}

sub snippets {
  my ($text) = @_;
  my ($head, $lines) = $text =~ /^((?:#[^\\n]*\\n)+)((?:[^#\\s][^\\n]*\\n)*)\\z/ or return;
  return $head . join '', sort $lines =~ /[^\\n]*\\n/g;
}

sub exceptions {
  my ($raw) = @_;
  my $new = $raw;
  while ($raw =~ / \\0(\\0\\0..)(?= [^\\0- ])/gs) {
    my ($at, $length) = (pos $raw, unpack 'N', $1);
    my $words = substr $raw, $at, $length;
    my $from = $at > 105 ? $at - 105 : 0;
    my $patterns = substr $raw, $from, $at - 5 - $from;
    next if $words !~ /^(?: [^\\0- \\d]+){2,}\\0\\z/ || $patterns !~ /(?: [^\\0- ]*\\d[^\\0- ]*){4} $/;
    substr($new, $at, $length) = join('', map { " $_" } sort split ' ', substr $words, 0, -1) . "\\0";
  }
  return $new;
}

sub day {
  my ($raw) = @_;
  my $at = 8 + index $raw, 'ECTX';
  return $raw if $at < 8;
  my ($size, $strings) = unpack "x$at N2", $raw;
  my $last = $at + 8 + 4 * $strings;
  my $pool = $last + 4;
  return $raw if $pool + $size > length $raw || unpack("x$last N", $raw) != $size;
  my $names = substr $raw, $pool, $size;
  my @date = reverse $names =~ / \\(preloaded format=\\S+ (\\d+)\\.(\\d+)\\.(\\d+)\\)\\z/ or return $raw;
  my (undef, $minute, $hour, @now) = gmtime $limit;
  @now = ($now[0], $now[1] + 1, $now[2] + 1900);
  return $raw if sprintf('%3$04d%2$02d%1$02d', @date) <= sprintf '%3$04d%2$02d%1$02d', @now;
  my $words = join '\\1', map { quotemeta pack 'N', $_ } @date;
  substr($raw, $pool + $size) =~ s/(.{4})\\0\\0..\\1$words/join $1, '', map { pack 'N', $_ } 60 * $hour + $minute, @now/es or return $raw;
  $names =~ s/[\\d.]+\\)\\z/join('.', reverse @now) . ')'/e;
  substr($raw, $pool, $size) = $names;
  substr($raw, $_, 4) = pack 'N', length $names for $at, $last;
  return $raw;
}

sub format_of_tex {
  return day(exceptions($_[0]));
}

sub compressed {
  my ($file) = @_;
  open my $in, '-|', 'gzip', '-dc', $file or return;
  my $text = do { local $/; <$in> };
  close $in or return;
  return if $text !~ /^W2TX/;
  my $new = format_of_tex($text);
  return if $new eq $text;
  open my $out, '|-', '/bin/sh', '-c', 'exec gzip -nc > "$0"', $file or return;
  print $out $new;
  close $out;
  return;
}

sub initiator {
  my ($text) = @_;
  return $text =~ s/^InitiatorName=iqn\\.1993-08\\.org\\.debian:01:[0-9a-f]+$/GenerateName=yes/mr;
}

sub participant {
  my ($text) = @_;
  return $text =~ s/^(MY_HOSTID|DAY)="[0-9a-f]*"$/$1=""/mgr;
}

for my $file (@ARGV) {
  open my $handle, '+<:raw', $file or next;
  my $text = do { local $/; <$handle> };
  $unable = 0;
  my $new = eval {
    $text =~ /^\\xfe\\xed\\xfe\\xed/ ? keystore($text)
    : $text =~ /^.{12}(?:\\x61\\x15\\x06\\0|\\0\\x06\\x15\\x61|\\x62\\x31\\x05\\0|\\0\\x05\\x31\\x62)/s ? database($text, $file)
    : $text =~ /^.{8}KBXf/s ? keybox($text)
    : $text =~ /^\\x01gpg\\x03/ ? trust($text)
    : $text =~ /^DIRC/ ? index_of_git($text)
    : $text =~ /^[0-9a-f]{40,64} [0-9a-f]{40,64} / ? log_of_git($text)
    : $text =~ /^\\{"rustc_fingerprint":/ ? answers_of_rustc($text)
    : $text =~ /^W2TX/ ? format_of_tex($text)
    : $text =~ /^\\x1f\\x8b/ ? compressed($file)
    : $text =~ /^% ls-R / ? listing($text)
    : $text =~ /^### This file was automatically generated by update-(?:updmap|fmtutil)\\./ ? snippets($text)
    : $text =~ /^---\\n\\S[^\\n]*:\\n  CT: \\d+\\n/ ? registered($text)
    : $text =~ /^InitiatorName=/m ? initiator($text)
    : $text =~ /^MY_HOSTID=/m ? participant($text)
    : $text =~ /^This is the file [^\\n]*dir,/m ? menu($text)
    : $text =~ /^#[^\\n]*(?:$date|$short)/m ? comments($text)
    : undef;
  };
  print "$file\\n" if $unable;
  next if !defined $new || $new eq $text;
  seek $handle, 0, 0;
  print $handle $new;
  truncate $handle, length $new;
}
`;
