# Takes out of a program what it exports to libraries that are loaded into it: perl scripts/trim-exports.pl FILE
# Node exports all of V8, libuv and OpenSSL (38,000 symbols) for add-ons, which this image has none of: 1.2 MB of the compressed image, and
# 2 to 3 ms of each start, in which the loader looks for each symbol of each library in the program first. What the program itself takes
# from libraries stays, and with it what it shares with them.
#
# The tables are those of the gABI (dynamic linking) and of GNU's hash section: symbols from the hash section's first one on can be found by
# name. Those that a relocation refers to go to the front, in the order of a new hash section; the others, and their names, become zeros.
# 64-bit little-endian ELF; anything else is an error, and the file stays as it is.
use strict;
use warnings;

my ($file) = @ARGV;
open my $in, '<:raw', $file or die "$file: $!\n";
my $elf = do { local $/; <$in> };
close $in;
substr($elf, 0, 6) eq "\x7fELF\x02\x01" or die "$file: no 64-bit little-endian ELF\n";

my ($headers) = unpack 'Q<', substr $elf, 0x28, 8;
my ($count, $names_index) = unpack 'x2 v v', substr $elf, 0x3a, 6;
my @sections = map {
    my ($name, $type, $flags, $address, $offset, $size, $link) = unpack 'V V Q< Q< Q< Q< V', substr $elf, $headers + 64 * $_, 44;
    { name => $name, type => $type, offset => $offset, size => $size, link => $link };
} 0 .. $count - 1;
$_->{name} = text($sections[$names_index]{offset} + $_->{name}) for @sections;
my %section = map { $_->{name} => $_ } @sections;
for my $name ('.dynsym', '.dynstr', '.gnu.hash', '.gnu.version', '.gnu.version_r', '.dynamic') {
    $section{$name} or die "$file: no section $name\n";
}

sub text { my ($at) = @_; return substr $elf, $at, index($elf, "\0", $at) - $at }

my $strings = $section{'.dynstr'}{offset};
my $symbols = $section{'.dynsym'}{offset};
my $versions = $section{'.gnu.version'}{offset};
my $total = $section{'.dynsym'}{size} / 24;
my $hash = $section{'.gnu.hash'};
my (undef, $first) = unpack 'V V', substr $elf, $hash->{offset}, 8;

sub symbol { return substr $elf, $symbols + 24 * $_[0], 24 }
sub name_of { return text($strings + unpack 'V', symbol($_[0])) }

# Where relocations refer to symbols: the upper half of the second word of each.
my (@references, %referred);
for my $table (grep { $_->{type} == 4 && $sections[$_->{link}]{name} eq '.dynsym' } @sections) {
    for (my $at = $table->{offset} + 12; $at < $table->{offset} + $table->{size}; $at += 24) {
        push @references, $at;
        $referred{unpack 'V', substr $elf, $at, 4} = 1;
    }
}

sub gnu_hash {
    my $hash = 5381;
    $hash = ($hash * 33 + $_) & 0xffffffff for unpack 'C*', $_[0];
    return $hash;
}

# A symbol without a section is one that the program takes from elsewhere.
my @kept = grep { $referred{$_} || unpack('x6 v', symbol($_)) == 0 } $first .. $total - 1;
my $buckets = int(@kept / 2) || 1;
my %hashed = map { $_ => gnu_hash(name_of($_)) } @kept;
@kept = sort { $hashed{$a} % $buckets <=> $hashed{$b} % $buckets || $a <=> $b } @kept;

# All names that something still refers to stay where they are.
my $text = "\0" x $section{'.dynstr'}{size};
sub keep_name { my ($at) = @_; my $name = text($strings + $at); substr($text, $at, length $name) = $name }
keep_name(unpack 'V', symbol($_)) for 0 .. $first - 1, @kept;
my $dynamic = $section{'.dynamic'};
for (my $at = $dynamic->{offset}; $at < $dynamic->{offset} + $dynamic->{size}; $at += 16) {
    my ($tag, $value) = unpack 'Q< Q<', substr $elf, $at, 16;
    keep_name($value) if grep { $tag == $_ } 1, 14, 15, 29;    # needed, soname, rpath, runpath
}
for (my $at = $section{'.gnu.version_r'}{offset};;) {
    my (undef, $entries, $library, $entry, $next) = unpack 'v v V V V', substr $elf, $at, 16;
    keep_name($library);
    for (my $each = $at + $entry; $entries > 0; $entries--) {
        my ($name, $step) = unpack 'x8 V V', substr $elf, $each, 16;
        keep_name($name);
        $each += $step;
    }
    last if $next == 0;
    $at += $next;
}

my %moved = map { $kept[$_] => $first + $_ } 0 .. $#kept;
for my $at (@references) {
    my $index = unpack 'V', substr $elf, $at, 4;
    substr($elf, $at, 4) = pack 'V', $moved{$index} // $index;
}
my $entries = join '', map { symbol($_) } @kept;
my $numbers = join '', map { substr $elf, $versions + 2 * $_, 2 } @kept;
substr($elf, $symbols + 24 * $first, 24 * ($total - $first)) = $entries . "\0" x (24 * ($total - $first) - length $entries);
substr($elf, $versions + 2 * $first, 2 * ($total - $first)) = $numbers . "\0" x (2 * ($total - $first) - length $numbers);
substr($elf, $strings, length $text) = $text;

# The new hash section: a Bloom filter, the first symbol of each bucket, and the hashes, the last of a bucket being odd.
my ($words, $shift) = (32, 6);
my @filter = (0) x $words;
my @buckets = (0) x $buckets;
my @chain;
for my $index (0 .. $#kept) {
    my $value = $hashed{$kept[$index]};
    $filter[($value >> 6) % $words] |= (1 << ($value & 63)) | (1 << (($value >> $shift) & 63));
    my $bucket = $value % $buckets;
    $buckets[$bucket] ||= $first + $index;
    my $is_last = $index == $#kept || $hashed{$kept[$index + 1]} % $buckets != $bucket;
    push @chain, ($value & ~1) | ($is_last ? 1 : 0);
}
my $table = pack('V4', $buckets, $first, $words, $shift) . pack('Q<*', @filter) . pack('V*', @buckets, @chain);
length $table <= $hash->{size} or die "$file: no room for the new hash section\n";
substr($elf, $hash->{offset}, $hash->{size}) = $table . "\0" x ($hash->{size} - length $table);

open my $out, '+<:raw', $file or die "$file: $!\n";
print $out $elf;
close $out or die "$file: $!\n";
