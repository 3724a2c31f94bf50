package connector

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plainTexts are texts that plainYAML takes.
var plainTexts = []string{
	"a: b\n",
	"a: 1\nb: 0\nc: -5\nd: 1.50\ne: 1e3\nf: 0x1F\ng: 017\nh: 12345678901234567890\ni: +3\nj: .5\n",
	"a: true\nb: False\nc: yes\nd: n\ne: ~\nf: null\ng: Null\nh:\ni: 2026-01-02\nj: 1_000\nk: .inf5\nl: on\nm: 1:30\n",
	"a: one two  three   # four\nb: x#y\nc: http://example.org:80/x?y=z&w\nd: -x\ne: a,b [c] {d}\nf: it's \"so\"\ng: $top\nh: 10 of them\n",
	"a: \"q\\\"\\n\\t\\u00e9\\\\\"\nb: 'it''s'\nc: \"\"\nd: ''\ne: \"# no: comment\" # comment\n",
	"# first\n\na:   # of a\n  # deeper\n  b: 1\n # odd\n  c: 2\n\n",
	"a:\n  - 1\n  - b: 2\n    c: 3\n  -\n    d: 4\n  -\n  - - x\n    - y\n",
	"a:\n- 1\n- b: 2\nc:\n- d:\n  - e\nf: 1\n",
	"- a\n- b: c\n",
	"a: {b: 1, c: [x, y, {d: e}], f: [], g: {}, 'h': \"i\", j: converter:x}\n",
	"a: [one,\n  two, # comment\n  {b: c,\n   d: e}]\nf: g\n",
	"a: &x {b: 1}\nc: *x\nd: &y\n  - *x\n  - &z text\ne: [*x, *z, &w 5, *w]\nf: *y\n",
	"a: &x 1\nb: &x 2\nc: *x\n",
	"a: |\n  one\n    two\n\n  three\n\nb: |-\n  x\n\nc: |+\n  y\n\n\nd: >-\n  one\n  two\ne: >\n  z\n",
	"a:\n  - |\n    x: y\n    # no comment\n  - b: |\n      z\n",
	"\"a b\": 1\n'c': 2\nfirst name: 3\nx-y.z/w@v: 4\n1: 5\n$ref: 6\n/p/q: 7\ntrue: 8\n",
	"a: é ü 漢\nb: \"ß\"\n",
	"{a: b}\n",
	"[a, b]\n",
	"text\n",
}

// otherTexts are texts that only the library takes, or nobody.
var otherTexts = []string{
	"", "|\n0\n", "a: b", "a:\tb\n", "a: b\r\n", "--- a\n", "a: b\n---\nc: d\n", "%YAML 1.2\n---\na: b\n", "a: !!str 5\n", "? a\n: b\n",
	"a: one\n  two\n", "a: \"one\n  two\"\n", "a: 'x' y\n", "a: b: c\n", "a: [b\n", "a: {b}\n", "a: [b: c]\n", "a: [b,]\n", "a: {b: 1, b: 2}\n",
	"a: 1\na: 2\n", "a: *b\n", "a: &a [*a]\n", "<<: {a: b}\n", "a: &b\nc: d\n", "a: &b *c\n", "a: |2\n   x\n", "a: >\n  x\n\n  y\n", "a: >\n  x\n   y\n",
	"a: |\n     \n  x\n", "a:\n   b: 1\n  c: 2\n", "a:\n  b: 1\n    c: 2\n", "- a\nb: c\n", "a: - b\n", "a: @b\n", "a: \"\\x41\"\n", "a: \"\\/\"\n", "a: \"\\ud83d\"\n", "a: .nan\n",
	"- &a b: c\n", "a: {b: c}: d\n", "a: \"\u2028\"\n", "a: \"\xff\"\n", "a: [x#y, #z\n]\n", "[a]: b\n", "a: [b, c\n", "a: {b: , c: d}\n", "a: 'b\n",
	"a: &x 1\nb: &x [*x]\n",
}

func agree(t *testing.T, data []byte) (taken bool) {
	t.Helper()
	got, ok := plainYAML(data)
	if !ok {
		return false
	}
	want, err := libraryYAML(data)
	if err != nil {
		t.Fatalf("%q is taken, and the library says %v", data, err)
	}
	if string(got) != string(want) {
		t.Fatalf("%q\n is  %s\nnot %s", data, got, want)
	}
	return true
}

func TestPlainYAMLIsReadAsTheLibraryReadsIt(t *testing.T) {
	t.Parallel()
	for _, text := range plainTexts {
		if !agree(t, []byte(text)) {
			t.Errorf("not taken: %q", text)
		}
	}
	for _, text := range otherTexts {
		if agree(t, []byte(text)) {
			t.Errorf("taken: %q", text)
		}
	}
}

func TestShippedConnectorsAreReadTheQuickWay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../connectors/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !agree(t, data) {
			t.Errorf("%s is not taken", file)
		}
	}
}

func TestPlainYAMLLeavesBombsToTheLibraryWithItsLimits(t *testing.T) {
	t.Parallel()
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		was, is := string(rune('0'+i)), string(rune('1'+i))
		bomb += "a" + is + ": &a" + is + " [" + strings.Repeat("*a"+was+", ", 9) + "*a" + was + "]\n"
	}
	if _, ok := plainYAML([]byte(bomb)); ok {
		t.Error("a bomb of aliases is taken")
	}
	if _, ok := plainYAML([]byte("a: " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "\n")); ok {
		t.Error("deep nesting is taken")
	}
	var many strings.Builder
	for i := range 10_000 {
		many.WriteString("k" + strings.Repeat("x", i%150) + string(rune('a'+i%26)) + ": 1\n")
	}
	if _, ok := plainYAML([]byte(many.String())); ok {
		t.Error("members that stand twice are taken")
	}
}

// Texts of random pieces of YAML get further into the reader than texts of random characters.
func TestRandomPiecesOfYAMLAreReadAsTheLibraryReadsThemOrLeftToIt(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"a: ", "b: ", "c:", "- ", "-", "\n", "\n  ", "\n    ", "\na: ", "\nb:", "\n- ", "\n  - ", "\n  c: ", " ", "  ",
		"[", "]", "{", "}", ", ", ",", "x", "y z", "&a ", "*a", "&b\n", "*b ", "\"q\"", "'s'", "\"k\": ", "'k': ", "|\n", "|-\n",
		">-\n", "|+\n", "# c", " # c", "1", "true", "null", ":", "~", "-5", "1.5", "2026-01-01", "True", "no", "On", "eb", "nil", "$top", "/p", "k v: ", "\\n", "''",
	}
	random := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range 30_000 {
		var text strings.Builder
		for range 1 + random.IntN(12) {
			text.WriteString(pieces[random.IntN(len(pieces))])
		}
		text.WriteByte('\n')
		if agree(t, []byte(text.String())) {
			taken++
		}
	}
	if taken < 1000 {
		t.Errorf("only %d texts were taken: the test shows little", taken)
	}
}

func FuzzPlainYAML(f *testing.F) {
	for _, text := range append(plainTexts, otherTexts...) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { agree(t, data) })
}
