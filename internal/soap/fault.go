package soap

import (
	"strings"

	"jackfield/internal/fault"
)

// Fault is what a provider says when it refuses: Fault of SOAP 1.1 or 1.2.
type Fault struct {
	Code     string   // without its prefix: Client, Server, Sender, …
	Subcodes []string // of SOAP 1.2, without prefixes
	Reason   string
	Detail   string // the texts in the detail
}

// Fault is the fault in the body of an envelope, nil when there is none.
func (d *Document) Fault() *Fault {
	if !d.IsEnvelope() {
		return nil
	}
	body := d.root.child("Body")
	n := body.child("Fault")
	if n == nil {
		return nil
	}
	f := &Fault{}
	if code := n.child("Code"); code != nil {
		f.Code = local(code.child("Value").words())
		for sub, depth := code.child("Subcode"), 0; sub != nil && depth < MaxDepth; sub, depth = sub.child("Subcode"), depth+1 {
			f.Subcodes = append(f.Subcodes, local(sub.child("Value").words()))
		}
		f.Reason = n.child("Reason").child("Text").words()
		f.Detail = n.child("Detail").words()
		return f
	}
	f.Code = local(n.child("faultcode").words())
	if kind, sub, dotted := strings.Cut(f.Code, "."); dotted { // SOAP 1.1 §4.4.1: Client.Authentication
		f.Code, f.Subcodes = kind, strings.Split(sub, ".")
	}
	f.Reason = n.child("faultstring").words()
	f.Detail = n.child("detail").words()
	return f
}

// Words are the provider's own: the reason, and the detail where it says more.
func (f *Fault) Words() string {
	switch {
	case f.Detail == "" || strings.Contains(f.Reason, f.Detail):
		if f.Reason == "" {
			return f.Code
		}
		return f.Reason
	case f.Reason == "" || strings.Contains(f.Detail, f.Reason):
		return f.Detail
	}
	return f.Reason + " (" + f.Detail + ")"
}

// Kind is who is to blame: Unauthenticated when the codes speak of who calls, Invalid when the request is, else Provider.
// Only codes count: the words of a reason are for people.
func (f *Fault) Kind() fault.Kind {
	for _, code := range append([]string{f.Code}, f.Subcodes...) {
		if isAboutCaller(code) {
			return fault.Unauthenticated
		}
	}
	switch f.Code {
	case "Client", "Sender", "MustUnderstand", "VersionMismatch", "DataEncodingUnknown":
		return fault.Invalid
	}
	return fault.Provider
}

// isAboutCaller reports whether a fault code speaks of the credentials: those of WS-Security, and what providers call
// theirs.
func isAboutCaller(code string) bool {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(code))
	for _, word := range []string{
		"failedauthentication", "authenticationfailed", "authenticationrequired", "authenticationerror", "invalidsecurity", "invalidsecuritytoken",
		"securitytokenunavailable", "failedcheck", "invalidlogin", "loginfailed", "invalidsession", "sessionexpired", "invalidcredentials",
		"unauthorized", "notauthenticated", "notloggedin",
	} {
		if strings.Contains(plain, word) {
			return true
		}
	}
	return plain == "authentication"
}

// child is the first child of a name, whichever its prefix; nil when there is none.
func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	for _, child := range n.children {
		if local(child.name) == name {
			return child
		}
	}
	return nil
}

// maxWords is how much of the texts of a fault is read, in bytes.
const maxWords = 4 << 10

// words are the texts in an element and in what it holds, on one line.
func (n *node) words() string {
	var all []string
	size := 0
	var gather func(n *node)
	gather = func(n *node) {
		if n == nil || size > maxWords {
			return
		}
		if text := strings.Join(strings.Fields(n.text), " "); text != "" {
			all = append(all, text)
			size += len(text)
		}
		for _, child := range n.children {
			gather(child)
		}
	}
	gather(n)
	text := strings.Join(all, "; ")
	if len(text) > maxWords {
		text = strings.ToValidUTF8(text[:maxWords], "") + "…"
	}
	return text
}
