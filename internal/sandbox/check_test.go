package sandbox_test

import (
	"errors"
	"strings"
	"testing"

	"jackfield/internal/fault"
	"jackfield/internal/sandbox"
)

func TestCheckingCompilesAndRunsNothing(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience, Workers: 1})
	for name, c := range map[string]struct {
		source string
		legacy bool
	}{
		"done":                    {`done({a: 1})`, false},
		"return in the new style": {`return {a: 1}`, false},
		"return in the old style": {`return {a: 1}`, true},
		"no end":                  {`while (true);`, false},
		"a throw":                 {`throw new Error("x")`, false},
		"await":                   {`await null; done()`, false},
		"an unknown module":       {`require('nowhere')`, false},
		"a last comment":          {`done() // x`, false},
		"nothing":                 {``, false},
		"Java":                    {`var D = Java.type('org.joda.time.DateTime'); return {}`, true},
	} {
		if err := p.Check(t.Context(), sandbox.NewScript(name, c.source, c.legacy)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The machine that scripts were checked in is as new.
	out, err := p.Run(t.Context(), sandbox.NewScript("after", `done({a: 1})`, false), sandbox.Input{})
	if err != nil || string(out.Done) != `{"a":1}` {
		t.Errorf("%s %v", out.Done, err)
	}
	if s := p.Stats(); s.Starts != 1 || s.Kills != 0 {
		t.Errorf("%+v", s)
	}
}

func TestASyntaxErrorIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	p := open(t, sandbox.Options{TimeLimit: patience, Workers: 1})
	for name, c := range map[string]struct {
		source string
		legacy bool
		line   int
	}{
		"an open brace":   {"const a = 1;\nif (a) {\ndone()", false, 3},
		"a wrong word":    {"done();\n\nlet 5 = a;", false, 3},
		"a twin":          {"let a = 1;\nlet a = 2;", false, 2},
		"for each":        {"var l = [];\nfor each (var x in l) {}", true, 2},
		"an open text":    {`done("x`, false, 1},
		"a broken regexp": {"done();\n/(/.test('x')", false, 2},
		"deep brackets":   {strings.Repeat("[", 100_000), false, 0},
	} {
		err := p.Check(t.Context(), sandbox.NewScript(name, c.source, c.legacy))
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var syntax *sandbox.SyntaxError
		if c.line > 0 && (!errors.As(err, &syntax) || syntax.Line != c.line || syntax.Reason == "") {
			t.Errorf("%s: %+v, want line %d", name, syntax, c.line)
		}
		if name == "an open brace" && syntax.Reason != "the script ends too early" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := p.Check(t.Context(), sandbox.NewScript("after", "done()", false)); err != nil {
		t.Error(err)
	}
}
