/**
 * The program that takes out of a file what differs from build to build: `normalise FILE…`. It knows a file's format by its content, and
 * leaves a file alone that is not wholly in that format. Perl, because what writes these files is in images that have it (Debian's
 * essential packages), and because the files are binary.
 *
 * - Java key store, as keytool and ca-certificates-java write it (JKS: `sun.security.provider.JavaKeyStore.engineLoad`): times of entries
 *   later than SOURCE_DATE_EPOCH become that, and the digest at the end is made again. Only one of certificates alone, with the password
 *   of Java's own list.
 * - Berkeley DB (`struct _dbmeta33` in dbinc/db_page.h): the file's id, random, becomes one made of its path.
 * - Info's menu (`dir`): entries of a section, and sections, in alphabetical order.
 */
export const NORMALISE_PROGRAM = `#!/usr/bin/perl
# repro-dockerfile: takes out of files what differs from build to build.
use strict;
use Digest::SHA 'sha1';

sub keystore {
  my ($text) = @_;
  my $body = substr $text, 0, -20;
  my $digest = sub { sha1(join('', map { "\\0$_" } split //, 'changeit'), 'Mighty Aphrodite', $_[0]) };
  return if $digest->($body) ne substr $text, -20;
  my (undef, $version, $count) = unpack 'N3', $body;
  return if $version != 2;
  my $limit = ($ENV{SOURCE_DATE_EPOCH} || 0) * 1000;
  my $at = 12;
  for (1 .. $count) {
    my ($tag, $alias) = unpack "x$at N n", $body;
    return if $tag != 2;
    $at += 6 + $alias;
    substr($body, $at, 8) = pack 'Q>', $limit if unpack("x$at Q>", $body) > $limit;
    $at += 8;
    $at += 2 + unpack "x$at n", $body;
    $at += 4 + unpack "x$at N", $body;
  }
  return if $at != length $body;
  return $body . $digest->($body);
}

sub database {
  my ($text, $file) = @_;
  substr($text, 52, 20) = sha1($file);
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

for my $file (@ARGV) {
  open my $handle, '+<:raw', $file or next;
  my $text = do { local $/; <$handle> };
  my $new = eval {
    $text =~ /^\\xfe\\xed\\xfe\\xed/ ? keystore($text)
    : $text =~ /^.{12}(?:\\x61\\x15\\x06\\0|\\0\\x06\\x15\\x61|\\x62\\x31\\x05\\0|\\0\\x05\\x31\\x62)/s ? database($text, $file)
    : $text =~ /^This is the file [^\\n]*dir,/m ? menu($text)
    : undef;
  };
  next if !defined $new || $new eq $text;
  seek $handle, 0, 0;
  print $handle $new;
  truncate $handle, length $new;
}
`;
