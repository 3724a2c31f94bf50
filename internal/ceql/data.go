package ceql

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// data is one side of a comparison: a value of a record, or a literal. A literal carries everything that its text
// reads as, since the record decides what counts.
type data struct {
	text      string
	number    number
	truth     bool
	isNumber  bool
	isBoolean bool
	unprinted bool // text is still to be made from number
}

func literalOf(text string) data {
	d := data{text: text}
	d.number, d.isNumber = parseNumber(text)
	d.truth = strings.EqualFold(text, "true")
	d.isBoolean = d.truth || strings.EqualFold(text, "false")
	return d
}

func dataOf(value any) data {
	switch v := value.(type) {
	case string:
		return data{text: v}
	case bool:
		return data{text: strconv.FormatBool(v), truth: v, isBoolean: true}
	case json.Number:
		n, ok := parseNumber(v.String())
		return data{text: v.String(), number: n, isNumber: ok}
	case int:
		return data{number: number{small: int64(v)}, isNumber: true, unprinted: true}
	case int64:
		return data{number: number{small: v}, isNumber: true, unprinted: true}
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return data{number: number{small: int64(v)}, isNumber: true, unprinted: true}
		}
		exact := new(big.Rat).SetFloat64(v) // nil for infinities
		return data{text: strconv.FormatFloat(v, 'g', -1, 64), number: number{big: exact}, isNumber: exact != nil}
	case int8, int16, int32, uint, uint8, uint16, uint32, uint64, float32:
		text := fmt.Sprint(v)
		n, ok := parseNumber(text)
		return data{text: text, number: n, isNumber: ok}
	}
	return data{text: fmt.Sprint(value)}
}

func (d data) string() string {
	if d.unprinted {
		return strconv.FormatInt(d.number.small, 10)
	}
	return d.text
}

func (d data) equals(literal data) bool {
	switch {
	case d.isNumber && literal.isNumber:
		return d.number.compare(literal.number) == 0
	case d.isBoolean && literal.isBoolean:
		return d.truth == literal.truth
	}
	return d.string() == literal.text
}

func (d data) compare(literal data) int {
	if d.isNumber && literal.isNumber {
		return d.number.compare(literal.number)
	}
	text := d.string()
	if looksLikeDateTime(text) && looksLikeDateTime(literal.text) {
		first, err1 := parseInstant(text)
		second, err2 := parseInstant(literal.text)
		if err1 == nil && err2 == nil {
			return first.Compare(second)
		}
	}
	return cmp.Compare(text, literal.text)
}

// number is exact: an int64, or a fraction where that is too small.
type number struct {
	small int64
	big   *big.Rat // nil when small says it
}

func (n number) compare(other number) int {
	if n.big == nil && other.big == nil {
		return cmp.Compare(n.small, other.small)
	}
	return n.rat().Cmp(other.rat())
}

func (n number) rat() *big.Rat {
	if n.big != nil {
		return n.big
	}
	return new(big.Rat).SetInt64(n.small)
}

// A longer text, or one with a larger exponent, is no number: 1e999999999 must cost nothing.
const (
	maxDigits         = 400
	maxExponentDigits = 3
)

// parseNumber reads a JSON or CEQL number.
func parseNumber(text string) (number, bool) {
	if text == "" || len(text) > maxDigits {
		return number{}, false
	}
	if small, err := strconv.ParseInt(text, 10, 64); err == nil {
		return number{small: small}, true
	}
	mantissa, exponent, scientific := text, "", false
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa, exponent, scientific = text[:i], strings.TrimLeft(text[i+1:], "+-"), true
	}
	if numberKind(mantissa) == Bare || scientific && (!allDigits(exponent) || len(exponent) > maxExponentDigits) {
		return number{}, false
	}
	exact, ok := new(big.Rat).SetString(text)
	return number{big: exact}, ok
}

// parseInstant reads an ISO date-time with any fraction and offset; without an offset it is UTC.
func parseInstant(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date-time", text)
}
