# Reads BibTeX files with the parser inside biber; prints a JSON list with the type, fields and names of each entry.
# perl read_bibtex.pl FILE...
use strict;
use warnings;
use JSON::PP;
use Text::BibTeX qw(:nameparts);

my @entries;
for my $path (@ARGV) {
    my $file = Text::BibTeX::File->new($path, {binmode => 'utf-8'}) or die "$path: $!";
    while (my $entry = Text::BibTeX::Entry->new($file)) {
        die "$path: an entry that cannot be read" unless $entry->parse_ok;
        my %fields = map { $_ => $entry->get($_) } $entry->fieldlist;
        my @names;
        for my $name ($entry->exists('author') ? $entry->names('author') : ()) {
            push @names, join ' ', grep { defined } map { $name->part($_) } qw(first von last jr);
        }
        push @entries, {type => $entry->type, key => $entry->key, fields => \%fields, names => \@names};
    }
}
print JSON::PP->new->utf8->encode(\@entries);
