package connector

import (
	"encoding/json"
	"strings"
	"testing"
)

// texts are JSON and nearly JSON.
func texts() []string {
	return []string{
		``, ` `, `{}`, `[]`, ` [ ] `, "\t{\r\n}\n", `{"a":1}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{"a" 1}`, `{a:1}`, `{"a":1 "b":2}`, `{"a":1}}`, `{"a":1`, `{"a`,
		`[1,2]`, `[1,]`, `[,1]`, `[1 2]`, `[1`, `[`, `]`, `}`, `[}`, `{]`, `1`, `-1`, `-`, `01`, `00`, `-0`, `-01`, `1.`, `.5`, `1.5`, `1.5e`, `1e5`, `1E+5`, `1e-5`, `1e+`, `+1`, `1x`, `1 x`,
		`0x10`, `NaN`, `true`, `tru`, `truex`, `false`, `fals`, `null`, `nul`, `nulll`, `True`, `"a"`, `"a`, `"`, `""`, `"\"`, `"\\"`, `"\n"`, `"\x"`, `"\u12"`, `"\u12g4"`, `"\u1234"`, `"\ud800"`, `"\`,
		`"\u123`, `"\u123"`, "\"\n\"", "\"\t\"", "\"\x00\"", "\"\x1f\"", "\"\x7f\"", "\"\xff\"", "\xff", "\xef\xbb\xbf{}", `{"a\u0062":1}`, `{"\q":1}`, `{"a":1,"a":2}`, `'a'`, `[1]/**/`, "[1]\x00", "\x00",
		`{"a":[{"b":[[],{}]}],"c":"d"}`, `[[[[[[]]]]]`, strings.Repeat("[", 300) + strings.Repeat("]", 300), strings.Repeat("[", 300) + strings.Repeat("]", 299),
		strings.Repeat("[", 300) + "x" + strings.Repeat("]", 300), strings.Repeat(`{"a":`, 250) + `1` + strings.Repeat("}", 250) + ` x`, strings.Repeat("[", 200) + `[1],[2` + strings.Repeat("]", 201),
	}
}

func TestWhatIsJSONIsToldAsTheStandardLibraryTellsIt(t *testing.T) {
	t.Parallel()
	for _, text := range texts() {
		if _, valid := inspect([]byte(text)); valid != json.Valid([]byte(text)) {
			t.Errorf("%.200q: %v", text, valid)
		}
	}
}

func FuzzWhatIsJSON(f *testing.F) {
	for _, text := range texts() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, valid := inspect(data); valid != json.Valid(data) {
			t.Errorf("%v", valid)
		}
	})
}
