package transfer

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"jackfield/internal/store"
)

// oddText is a text that is no UTF-8, which JSON cannot hold: SQLite keeps whatever it was given.
type oddText struct {
	Bytes []byte `json:"bytes"`
}

// appendRow writes a row as a JSON array and a line feed. The same row is the same line, whichever database it is from.
func appendRow(line []byte, row []any) ([]byte, error) {
	line = append(line, '[')
	for i, cell := range row {
		if i > 0 {
			line = append(line, ',')
		}
		switch v := cell.(type) {
		case nil:
			line = append(line, "null"...)
		case int64:
			line = strconv.AppendInt(line, v, 10)
		case float64:
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, errors.New("a number is not finite")
			}
			line = strconv.AppendFloat(line, v, 'g', -1, 64)
		case []byte:
			line = append(line, '"')
			line = base64.StdEncoding.AppendEncode(line, v)
			line = append(line, '"')
		case string:
			var text any = v
			if !utf8.ValidString(v) {
				text = oddText{[]byte(v)}
			}
			encoded, err := json.Marshal(text)
			if err != nil {
				return nil, err
			}
			line = append(line, encoded...)
		default:
			return nil, fmt.Errorf("a cell holds %T", cell)
		}
	}
	return append(line, "]\n"...), nil
}

// parseRow reads what appendRow wrote.
func parseRow(line []byte, columns []store.ArchivedColumn) ([]any, error) {
	var cells []json.RawMessage
	if err := json.Unmarshal(line, &cells); err != nil {
		return nil, fmt.Errorf("a row is no JSON: %w", err)
	}
	if len(cells) != len(columns) {
		return nil, fmt.Errorf("a row has %d cells instead of %d", len(cells), len(columns))
	}
	row := make([]any, len(cells))
	for i, text := range cells {
		if string(text) == "null" {
			continue
		}
		var err error
		if row[i], err = parseCell(text, columns[i].Kind); err != nil {
			return nil, fmt.Errorf("the column %s: %w", columns[i].Name, err)
		}
	}
	return row, nil
}

func parseCell(text json.RawMessage, kind store.ColumnKind) (any, error) {
	switch kind {
	case store.KindInteger:
		return strconv.ParseInt(string(text), 10, 64)
	case store.KindReal:
		return strconv.ParseFloat(string(text), 64)
	case store.KindBytes:
		var v []byte
		err := json.Unmarshal(text, &v)
		return v, err
	case store.KindText:
		if text[0] == '{' {
			var odd oddText
			err := json.Unmarshal(text, &odd)
			return string(odd.Bytes), err
		}
		var v string
		err := json.Unmarshal(text, &v)
		return v, err
	}
	return nil, fmt.Errorf("cells of the kind %q are not known", kind)
}
