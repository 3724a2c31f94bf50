package identity

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// askWho shows the people and two buttons; what is chosen is posted with the hidden fields.
func (s *Simulator) askWho(w http.ResponseWriter, action string, hidden url.Values) {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Log in</title><h1>Identity provider of the demo</h1>`)
	fmt.Fprintf(&b, `<form method="post" action="%s">`, html.EscapeString(action))
	for _, name := range slices.Sorted(keysOf(hidden)) {
		fmt.Fprintf(&b, `<input type="hidden" name="%s" value="%s">`, html.EscapeString(name), html.EscapeString(hidden.Get(name)))
	}
	b.WriteString(`<p><label>Who are you? <select name="person">`)
	for _, p := range s.now().People {
		fmt.Fprintf(&b, `<option value="%s">%s %s</option>`, html.EscapeString(p.Email), html.EscapeString(p.FirstName), html.EscapeString(p.LastName))
	}
	b.WriteString(`</select></label><p><button name="decision" value="approve">Log in</button> <button name="decision" value="deny">Refuse</button></form>`)
	page(w, b.String())
}

// postPage is a page whose form posts itself to an address; without scripts its button does.
func postPage(w http.ResponseWriter, action string, values url.Values) {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Going back</title><body onload="document.forms[0].submit()">`)
	fmt.Fprintf(&b, `<form method="post" action="%s">`, html.EscapeString(action))
	for _, name := range slices.Sorted(keysOf(values)) {
		fmt.Fprintf(&b, `<input type="hidden" name="%s" value="%s">`, html.EscapeString(name), html.EscapeString(values.Get(name)))
	}
	b.WriteString(`<button>Go on</button></form>`)
	page(w, b.String())
}

func page(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(text)) // a client that went away is no failure
}

func keysOf(v url.Values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range v {
			if !yield(name) {
				return
			}
		}
	}
}
