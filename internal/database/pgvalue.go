package database

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// elements are the types of PostgreSQL's arrays, by the type of the array.
var elements = map[uint32]uint32{
	pgtype.BoolArrayOID: pgtype.BoolOID, pgtype.ByteaArrayOID: pgtype.ByteaOID, pgtype.Int2ArrayOID: pgtype.Int2OID,
	pgtype.Int4ArrayOID: pgtype.Int4OID, pgtype.Int8ArrayOID: pgtype.Int8OID, pgtype.Float4ArrayOID: pgtype.Float4OID,
	pgtype.Float8ArrayOID: pgtype.Float8OID, pgtype.NumericArrayOID: pgtype.NumericOID, pgtype.TextArrayOID: pgtype.TextOID,
	pgtype.VarcharArrayOID: pgtype.VarcharOID, pgtype.BPCharArrayOID: pgtype.BPCharOID, pgtype.UUIDArrayOID: pgtype.UUIDOID,
	pgtype.DateArrayOID: pgtype.DateOID, pgtype.TimestampArrayOID: pgtype.TimestampOID, pgtype.TimestamptzArrayOID: pgtype.TimestamptzOID,
	pgtype.JSONArrayOID: pgtype.JSONOID, pgtype.JSONBArrayOID: pgtype.JSONBOID, pgtype.TimeArrayOID: pgtype.TimeOID,
	pgtype.InetArrayOID: pgtype.InetOID, pgtype.NameArrayOID: pgtype.NameOID, pgtype.OIDArrayOID: pgtype.OIDOID,
}

// maxArrayDepth is how many dimensions an array of PostgreSQL can have.
const maxArrayDepth = 6

// appendPostgres writes a value, which came as text, as JSON: nil is null. Types without a counterpart stay text.
func appendPostgres(to []byte, oid uint32, value []byte) []byte {
	if value == nil {
		return append(to, "null"...)
	}
	text := string(value)
	if element, ok := elements[oid]; ok {
		if written, ok := appendArray(to, element, text); ok {
			return written
		}
		return appendText(to, text)
	}
	switch oid {
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.OIDOID, pgtype.Float4OID, pgtype.Float8OID, pgtype.NumericOID:
		return appendNumber(to, text)
	case pgtype.BoolOID:
		if text == "t" {
			return append(to, "true"...)
		}
		return append(to, "false"...)
	case pgtype.JSONOID, pgtype.JSONBOID:
		return appendJSON(to, text)
	case pgtype.TimestampOID:
		return appendText(to, instant(text, "2006-01-02 15:04:05.999999999"))
	case pgtype.TimestamptzOID:
		return appendText(to, instant(text, "2006-01-02 15:04:05.999999999Z07", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z07:00:00"))
	case pgtype.ByteaOID:
		return appendText(to, base64.StdEncoding.EncodeToString(bytea(text)))
	}
	return appendText(to, text)
}

// instant writes a point in time as ISO 8601. Infinity and years that ISO 8601 has no four digits for stay as they are.
func instant(text string, layouts ...string) string {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(instantLayout)
		}
	}
	return text
}

// bytea reads both of PostgreSQL's spellings: \x6a66 and, of older servers, a\\\000.
func bytea(text string) []byte {
	if digits, ok := strings.CutPrefix(text, `\x`); ok {
		if content, err := hex.DecodeString(digits); err == nil {
			return content
		}
	}
	var out []byte
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			out = append(out, text[i])
		case i+1 < len(text) && text[i+1] == '\\':
			out = append(out, '\\')
			i++
		case i+3 < len(text):
			out = append(out, (text[i+1]-'0')<<6|(text[i+2]-'0')<<3|(text[i+3]-'0'))
			i += 3
		}
	}
	return out
}

// appendArray writes {1,NULL,"a b",{…}} as JSON; false when the text is no array.
func appendArray(to []byte, element uint32, text string) ([]byte, bool) {
	if strings.HasPrefix(text, "[") { // [0:2]={…}: where the numbering begins
		_, after, ok := strings.Cut(text, "=")
		if !ok {
			return to, false
		}
		text = after
	}
	r := arrayReader{text: text, element: element}
	written, ok := r.array(to, 1)
	return written, ok && r.at == len(text)
}

type arrayReader struct {
	text    string
	at      int
	element uint32
}

func (r *arrayReader) take(c byte) bool {
	if r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *arrayReader) array(to []byte, depth int) ([]byte, bool) {
	if depth > maxArrayDepth || !r.take('{') {
		return to, false
	}
	to = append(to, '[')
	if r.take('}') {
		return append(to, ']'), true
	}
	for {
		ok := true
		switch {
		case r.at < len(r.text) && r.text[r.at] == '{':
			to, ok = r.array(to, depth+1)
		case r.take('"'):
			to, ok = r.quoted(to)
		default:
			end := strings.IndexAny(r.text[r.at:], ",}")
			if end < 0 {
				return to, false
			}
			word := r.text[r.at : r.at+end]
			r.at += end
			if word == "NULL" {
				to = append(to, "null"...)
			} else {
				to = appendPostgres(to, r.element, []byte(word))
			}
		}
		switch {
		case !ok:
			return to, false
		case r.take('}'):
			return append(to, ']'), true
		case !r.take(','):
			return to, false
		}
		to = append(to, ',')
	}
}

func (r *arrayReader) quoted(to []byte) ([]byte, bool) {
	content := []byte{}
	for r.at < len(r.text) {
		c := r.text[r.at]
		r.at++
		switch {
		case c == '"':
			return appendPostgres(to, r.element, content), true
		case c == '\\' && r.at < len(r.text):
			c = r.text[r.at]
			r.at++
		}
		content = append(content, c)
	}
	return to, false
}
