package act365

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// view says which properties of a model are written.
type view struct {
	list bool  // a list: properties of detail are left out
	only []int // places chosen by $select; nil = all
}

// appendRow writes one record. Every property is there, null where it has no value, so that
// readers meet the nulls the real provider sends (reference/act365.md §3).
func appendRow(dst []byte, m *model, r row, v view) []byte {
	if r == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '{')
	if v.only != nil {
		for _, i := range v.only {
			dst = appendMember(dst, &m.properties[i], r[i])
		}
	} else {
		for i := range m.properties {
			if p := &m.properties[i]; !v.list || !p.detail {
				dst = appendMember(dst, p, r[i])
			}
		}
	}
	return append(trimComma(dst), '}')
}

// appendRows writes a list as the bare array the provider sends.
func appendRows(dst []byte, m *model, rows []row, v view) []byte {
	dst = append(dst, '[')
	for _, r := range rows {
		dst = append(appendRow(dst, m, r, v), ',')
	}
	return append(trimComma(dst), ']')
}

func appendMember(dst []byte, p *property, value any) []byte {
	dst = append(dst, p.key...)
	return append(appendValue(dst, p.of, value), ',')
}

func appendValue(dst []byte, of *model, value any) []byte {
	switch value := value.(type) {
	case nil:
		return append(dst, "null"...)
	case string:
		return appendString(dst, value)
	case bool:
		return strconv.AppendBool(dst, value)
	case int64:
		return strconv.AppendInt(dst, value, 10)
	case float64:
		return appendNumber(dst, value)
	case instant:
		return append(value.appendTo(append(dst, '"')), '"')
	case row:
		return appendRow(dst, of, value, view{})
	case []row:
		return appendRows(dst, of, value, view{})
	case []string:
		return appendList(dst, value, appendString)
	case []int64:
		return appendList(dst, value, func(dst []byte, i int64) []byte { return strconv.AppendInt(dst, i, 10) })
	case []instant:
		return appendList(dst, value, func(dst []byte, i instant) []byte { return append(i.appendTo(append(dst, '"')), '"') })
	}
	return appendFree(dst, value)
}

func appendList[T any](dst []byte, list []T, write func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for _, item := range list {
		dst = append(write(dst, item), ',')
	}
	return append(trimComma(dst), ']')
}

// appendNumber writes the shortest decimal that reads back as the same number.
func appendNumber(dst []byte, f float64) []byte {
	format := byte('f')
	if abs := max(f, -f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, f, format, -1, 64)
}

// appendFree writes a free map; the standard encoder sorts its keys, which keeps answers equal
// from run to run.
func appendFree(dst []byte, value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return append(dst, "null"...) // values come from decoded JSON, so this does not happen
	}
	return append(dst, bytes.TrimRight(out.Bytes(), "\n")...)
}

const hexDigits = "0123456789abcdef"

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

func trimComma(dst []byte) []byte {
	if dst[len(dst)-1] == ',' {
		return dst[:len(dst)-1]
	}
	return dst
}
