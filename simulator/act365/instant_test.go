package act365

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDatesAreReadLenientlyAndWrittenExactly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2019-12-06T12:00:50.508Z":      "2019-12-06T12:00:50.508Z",
		"2019-12-06T12:00:50Z":          "2019-12-06T12:00:50Z",
		"2019-12-06T12:00:50.000Z":      "2019-12-06T12:00:50Z",
		"2019-12-06T12:00:50.5Z":        "2019-12-06T12:00:50.500Z",
		"2019-12-06T12:00:50.5089999Z":  "2019-12-06T12:00:50.508Z",
		"2019-12-06T12:00:50":           "2019-12-06T12:00:50Z",
		"2019-12-06T12:00":              "2019-12-06T12:00:00Z",
		"2019-12-06 12:00:50":           "2019-12-06T12:00:50Z",
		"2019-12-06":                    "2019-12-06T00:00:00Z",
		"2019-12-06T12:00:50+02:00":     "2019-12-06T10:00:50Z",
		"2019-12-06T12:00:50-0530":      "2019-12-06T17:30:50Z",
		"2020-02-29T00:00:00Z":          "2020-02-29T00:00:00Z",
		"1969-12-31T23:59:59.999Z":      "1969-12-31T23:59:59.999Z",
		"2019-02-29T00:00:00Z":          "",
		"2019-13-01T00:00:00Z":          "",
		"2019-12-06T24:00:00Z":          "",
		"2019-12-06T12:60:00Z":          "",
		"2019-12-06T12:00:50.Z":         "",
		"2019-12-06T12:00:50.12345678Z": "",
		"2019-12-06T12:00:50+15:00":     "",
		"2019-12-06T12:00:50Zx":         "",
		"2019-12-06x":                   "",
		"0000-01-01":                    "",
		"yesterday":                     "",
		"":                              "",
	} {
		got := ""
		if i, ok := parseInstant(text); ok {
			got = i.String()
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
	if got := (instant{ms: 1000, offset: -570}).String(); got != "1969-12-31T14:30:01-09:30" {
		t.Errorf("%s", got)
	}
}

func FuzzStringsAreWrittenAsJSON(f *testing.F) {
	f.Add("plain")
	f.Add("\x00\x1f\"\\\n\t\r é林🚀 \xff\xc3")
	f.Fuzz(func(t *testing.T, text string) {
		var back string
		raw := appendString(nil, text)
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatalf("%q is written as %s: %v", text, raw, err)
		}
		if want := strings.ToValidUTF8(text, ""); utf8.ValidString(text) && back != want {
			t.Fatalf("%q came back as %q", text, back)
		}
	})
}

func TestNumbersAreWrittenAsJSON(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]string{0: "0", 5000: "5000", 0.1: "0.1", -2.5: "-2.5", 1e21: "1e+21", 1e-7: "1e-07", 123456789.25: "123456789.25"} {
		if got := string(appendNumber(nil, f)); got != want || !json.Valid([]byte(got)) {
			t.Errorf("%v is written as %s", f, got)
		}
	}
}
