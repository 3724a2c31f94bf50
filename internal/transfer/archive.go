package transfer

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/vault"
)

// An archive is a gzip of a tar: the rows of each table in files of JSON lines, then what they must come to.
const (
	formatVersion = 1
	tablesFolder  = "tables/"
	manifestName  = "manifest.json"
	sealName      = "manifest.seal" // SHA-256 of the manifest, sealed: whoever does not have the key cannot make one that fits
	keyName       = "jackfield.key"
)

// Limits of an archive.
const (
	chunkSize   = 4 << 20   // bytes of rows in one file of the tar, which are in memory at once
	maxRow      = 256 << 20 // bytes of a row; documents of connectors are the largest values known
	maxManifest = 16 << 20  // bytes
	maxKey      = 1 << 20   // bytes
)

// Manifest is what an archive says of itself.
type Manifest struct {
	Format    int            `json:"format"`
	Version   string         `json:"version"` // of the program
	CreatedAt time.Time      `json:"createdAt"`
	Database  string         `json:"database"` // that the rows are from: "sqlite" or "postgres"
	Schema    store.Versions `json:"schema"`
	Traffic   bool           `json:"traffic"` // usage records and traces are in it
	Key       bool           `json:"key"`     // the key is in it
	Tables    []Table        `json:"tables"`
}

// Table is what a table came to.
type Table struct {
	store.ArchivedTable
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of the rows as JSON lines
}

// Rows counts all rows.
func (m *Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// tally counts and hashes rows.
type tally struct {
	rows int64
	sum  hash.Hash
}

func newTally() *tally { return &tally{sum: sha256.New()} }

func (t *tally) add(line []byte) {
	t.rows++
	t.sum.Write(line) // hash.Hash never returns an error
}

func (t *tally) of(table store.ArchivedTable) Table {
	return Table{ArchivedTable: table, Rows: t.rows, SHA256: hex.EncodeToString(t.sum.Sum(nil))}
}

// sealPlace binds a seal to what it is for.
var sealPlace = vault.Place{Table: "archive", Row: manifestName, Column: "sha256"}

// writer writes an archive.
type writer struct {
	gzip *gzip.Writer
	tar  *tar.Writer
	at   time.Time
}

func newWriter(to io.Writer, at time.Time) (*writer, error) {
	z, err := gzip.NewWriterLevel(to, gzip.BestSpeed) // most of it is sealed and does not get smaller
	if err != nil {
		return nil, err
	}
	return &writer{z, tar.NewWriter(z), at}, nil
}

func (w *writer) file(name string, content []byte) error {
	header := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), ModTime: w.at, Format: tar.FormatPAX}
	if err := w.tar.WriteHeader(header); err != nil {
		return err
	}
	_, err := w.tar.Write(content)
	return err
}

func (w *writer) table(ctx context.Context, t store.ArchivedTable, rows iter.Seq2[[]any, error]) (Table, error) {
	sum, chunk, n := newTally(), []byte(nil), 0
	flush := func() error {
		n++
		err := w.file(fmt.Sprintf("%s%s/%06d.jsonl", tablesFolder, t.Name, n), chunk)
		chunk = chunk[:0]
		return err
	}
	for row, err := range rows {
		start := len(chunk)
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			chunk, err = appendRow(chunk, row)
		}
		if err != nil {
			return Table{}, fmt.Errorf("table %s: %w", t.Name, err)
		}
		sum.add(chunk[start:])
		if len(chunk) >= chunkSize {
			if err := flush(); err != nil {
				return Table{}, err
			}
		}
	}
	if len(chunk) > 0 {
		if err := flush(); err != nil {
			return Table{}, err
		}
	}
	return sum.of(t), nil
}

// end writes the manifest and closes the archive.
func (w *writer) end(m *Manifest, keys *vault.Vault) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	seal, err := keys.Seal(sum[:], sealPlace)
	if err != nil {
		return err
	}
	return errors.Join(w.file(manifestName, text), w.file(sealName, seal), w.tar.Close(), w.gzip.Close())
}

// damaged is the fault of an archive that is not what was written.
func damaged(format string, args ...any) error {
	return fault.New(fault.Invalid, "The archive is damaged or incomplete: "+format, args...)
}

// reader reads an archive from its beginning to its end.
type reader struct {
	file  *os.File
	gzip  *gzip.Reader
	tar   *tar.Reader
	entry string // name of the file of the tar that is being read, "" after the last
	lines *bufio.Reader
}

func openArchive(path string) (*reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(fault.New(fault.Invalid, "%s is no ordinary file", path), err, file.Close())
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		return nil, errors.Join(damaged("it is no gzip"), file.Close())
	}
	r := &reader{file: file, gzip: z, tar: tar.NewReader(z), lines: bufio.NewReaderSize(nil, 1<<16)}
	if err := r.next(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return r, nil
}

func (r *reader) close() error { return r.file.Close() }

// next goes to the next file of the tar. After the last one it reads what is left, so that the checksum of the gzip is looked at.
func (r *reader) next() error {
	header, err := r.tar.Next()
	if errors.Is(err, io.EOF) {
		r.entry = ""
		if n, err := io.Copy(io.Discard, r.gzip); err != nil || n > 0 {
			return damaged("there is something else behind its end, or its checksum is wrong")
		}
		return nil
	}
	if err != nil {
		return damaged("%v", err)
	}
	r.entry = header.Name
	r.lines.Reset(r.tar)
	return nil
}

// tableOf is the table that a file of the tar has rows of.
func tableOf(entry string) (string, bool) {
	rest, ok := strings.CutPrefix(entry, tablesFolder)
	name, file, cut := strings.Cut(rest, "/")
	return name, ok && cut && strings.HasSuffix(file, ".jsonl")
}

// line is the next row of the file that is being read, io.EOF behind the last.
func (r *reader) line(buffer []byte) ([]byte, error) {
	buffer = buffer[:0]
	for {
		part, err := r.lines.ReadSlice('\n')
		buffer = append(buffer, part...)
		switch {
		case err == nil:
			return buffer, nil
		case errors.Is(err, io.EOF) && len(buffer) == 0:
			return nil, io.EOF
		case errors.Is(err, bufio.ErrBufferFull) && len(buffer) <= maxRow:
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, damaged("a row is larger than %d MiB", maxRow>>20)
		default:
			return nil, damaged("%s breaks off (%v)", r.entry, err)
		}
	}
}

// whole reads a file of the tar that is small.
func (r *reader) whole(most int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r.lines, most+1))
	if err != nil {
		return nil, damaged("%s breaks off (%v)", r.entry, err)
	}
	if int64(len(content)) > most {
		return nil, damaged("%s is larger than %d bytes", r.entry, most)
	}
	return content, r.next()
}

// contents is what an archive came to when it was read through.
type contents struct {
	Manifest
	key  string // text of the key, "" = not in it
	text []byte // of the manifest
	seal []byte
}

// examine reads an archive through, and compares every table with its manifest.
func examine(ctx context.Context, path string) (c *contents, err error) {
	r, err := openArchive(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	var order []string
	sums := map[string]*tally{}
	var buffer []byte
	for r.entry != "" {
		name, ok := tableOf(r.entry)
		if !ok {
			break
		}
		if sums[name] == nil {
			sums[name] = newTally()
			order = append(order, name)
		} else if order[len(order)-1] != name {
			return nil, damaged("the rows of %s are in two places", name)
		}
		for {
			if buffer, err = r.line(buffer); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			sums[name].add(buffer)
		}
		if err := errors.Join(ctx.Err(), r.next()); err != nil {
			return nil, err
		}
	}
	c = &contents{}
	if r.entry == keyName {
		key, err := r.whole(maxKey)
		if err != nil {
			return nil, err
		}
		c.key = string(key)
	}
	for _, part := range []struct {
		name string
		to   *[]byte
	}{{manifestName, &c.text}, {sealName, &c.seal}} {
		if r.entry != part.name {
			return nil, damaged("%s is missing", part.name)
		}
		if *part.to, err = r.whole(maxManifest); err != nil {
			return nil, err
		}
	}
	if r.entry != "" {
		return nil, damaged("it has the unknown file %q", r.entry)
	}
	return c, c.compare(order, sums)
}

// compare checks what was read against the manifest.
func (c *contents) compare(order []string, sums map[string]*tally) error {
	if err := json.Unmarshal(c.text, &c.Manifest); err != nil {
		return damaged("the manifest does not read")
	}
	if c.Format != formatVersion {
		return fault.New(fault.Invalid, "The archive has format %d, this version of Jackfield reads %d: use the newer version", c.Format, formatVersion)
	}
	if err := c.Schema.Check(); err != nil {
		return err
	}
	if c.Key != (c.key != "") {
		return damaged("the key is missing or superfluous")
	}
	var filled []string
	for _, t := range c.Tables {
		sum := sums[t.Name]
		if sum == nil {
			sum = newTally()
		} else {
			filled = append(filled, t.Name)
		}
		if got := sum.of(t.ArchivedTable); got.Rows != t.Rows || got.SHA256 != t.SHA256 {
			return damaged("the table %s has %d rows with SHA-256 %s, and the manifest says %d with %s", t.Name, got.Rows, got.SHA256, t.Rows, t.SHA256)
		}
	}
	if !slices.Equal(filled, order) {
		return damaged("the tables are not those of the manifest")
	}
	return nil
}

// sealedBy checks that the archive was made with a key of the vault, and is as it was made.
func (c *contents) sealedBy(keys *vault.Vault) error {
	sum := sha256.Sum256(c.text)
	sealed, err := keys.Open(c.seal, sealPlace)
	if err != nil {
		return fault.New(fault.Invalid, "The seal of the archive does not open: it was made with another key, or the archive was changed")
	}
	if subtle.ConstantTimeCompare(sealed, sum[:]) != 1 {
		return fault.New(fault.Invalid, "The archive was changed after it was made: its manifest does not fit its seal")
	}
	return nil
}

// rows are the rows of a table, to be asked for in the order of the manifest. They are compared with it once more at the end.
func (r *reader) rows(ctx context.Context, t Table) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		sum := newTally()
		var buffer []byte
		for {
			if name, ok := tableOf(r.entry); !ok || name != t.Name {
				break
			}
			for {
				line, err := r.line(buffer)
				if errors.Is(err, io.EOF) {
					break
				}
				var row []any
				if err == nil {
					buffer = line
					sum.add(line)
					row, err = parseRow(bytes.TrimSuffix(line, []byte("\n")), t.Columns)
				}
				if !yield(row, err) || err != nil {
					return
				}
			}
			if err := errors.Join(ctx.Err(), r.next()); err != nil {
				yield(nil, err)
				return
			}
		}
		if got := sum.of(t.ArchivedTable); got.Rows != t.Rows || got.SHA256 != t.SHA256 {
			yield(nil, damaged("the table %s has changed since it was checked", t.Name))
		}
	}
}
