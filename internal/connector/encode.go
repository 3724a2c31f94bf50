package connector

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// appendObject prints a struct: its members in declared order, then Extra by name.
func appendObject(dst []byte, v reflect.Value) []byte {
	p, w := planOf(v.Type()), wireOf(v)
	dst = append(dst, '{')
	start := len(dst)
	for i := range p.fields {
		f := &p.fields[i]
		value := v.Field(f.index)
		empty := value.IsZero()
		if empty && w.seen&(1<<i) == 0 {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(dst, f.label...)
		if empty && w.null&(1<<i) != 0 {
			dst = append(dst, "null"...)
			continue
		}
		dst = appendValue(dst, f, value)
	}
	if len(w.Extra) == 0 {
		return append(dst, '}')
	}
	names := make([]string, 0, len(w.Extra))
	for name := range w.Extra {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, name), ':')
		dst = appendRaw(dst, w.Extra[name])
	}
	return append(dst, '}')
}

func appendValue(dst []byte, f *field, v reflect.Value) []byte {
	switch f.form {
	case formBool:
		return strconv.AppendBool(dst, v.Bool())
	case formInt:
		return strconv.AppendInt(dst, v.Int(), 10)
	case formRaw:
		return appendRaw(dst, v.Bytes())
	case formStruct:
		return appendObject(dst, v)
	case formPointer:
		if v.IsNil() {
			return append(dst, "null"...)
		}
		return appendObject(dst, v.Elem())
	case formStructs, formStrings, formInts:
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			switch item := v.Index(i); f.form {
			case formStructs:
				dst = appendObject(dst, item)
			case formStrings:
				dst = appendString(dst, item.String())
			default:
				dst = strconv.AppendInt(dst, item.Int(), 10)
			}
		}
		return append(dst, ']')
	default:
		return appendString(dst, v.String())
	}
}

func appendRaw(dst []byte, raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return append(dst, "null"...)
	}
	return append(dst, raw...)
}

const hexDigits = "0123456789abcdef"

// appendString prints a JSON string. Unlike encoding/json it leaves <, > and & alone, because hook
// bodies are full of them; bytes that are not UTF-8 become U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
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
