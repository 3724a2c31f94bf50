package oauth

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 5849 §3.4.2 asks for it
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// signature is what a request of OAuth 1 says of itself (RFC 5849 §3.1), and what was signed.
type signature struct {
	place     string // header, query or body
	protocol  map[string]string
	method    string
	baseURI   string
	arguments [][2]string // decoded names and values of query, form and header, without the signature
}

func (g *signature) value(name string) string { return g.protocol[name] }

// readSignature collects the parameters of RFC 5849 §3.4.1.3. Everything that begins with oauth_ must stand in one place.
func readSignature(x *exchange) (*signature, error) {
	g := &signature{protocol: map[string]string{}, method: strings.ToUpper(x.Method), baseURI: baseURI(x)}
	add := func(place, name, value string) error {
		if strings.HasPrefix(name, "oauth_") {
			if g.place != "" && g.place != place {
				return fmt.Errorf("parameters of OAuth stand in the %s and in the %s", g.place, place)
			}
			if _, twice := g.protocol[name]; twice {
				return fmt.Errorf("%s stands twice", name)
			}
			g.place, g.protocol[name] = place, value
		}
		if name != "oauth_signature" {
			g.arguments = append(g.arguments, [2]string{name, value})
		}
		return nil
	}
	if kind, rest, _ := strings.Cut(x.Header.Get("Authorization"), " "); strings.EqualFold(kind, "OAuth") {
		for part := range strings.SplitSeq(rest, ",") {
			name, quoted, found := strings.Cut(strings.TrimSpace(part), "=")
			if !found || len(quoted) < 2 || quoted[0] != '"' || quoted[len(quoted)-1] != '"' {
				return nil, errors.New("the Authorization header is not understood")
			}
			plainName, err := url.PathUnescape(name)
			plain, err2 := url.PathUnescape(quoted[1 : len(quoted)-1])
			if err := errors.Join(err, err2); err != nil {
				return nil, fmt.Errorf("the Authorization header is not understood: %w", err)
			}
			if plainName == "realm" {
				continue
			}
			if err := add("header", plainName, plain); err != nil {
				return nil, err
			}
		}
	}
	for place, text := range map[string]string{"query": x.URL.RawQuery, "body": formText(x)} {
		if text == "" {
			continue
		}
		for pair := range strings.SplitSeq(text, "&") {
			name, value, _ := strings.Cut(pair, "=")
			plainName, err := url.QueryUnescape(name)
			plain, err2 := url.QueryUnescape(value)
			if err := errors.Join(err, err2); err != nil {
				return nil, fmt.Errorf("the %s is not understood: %w", place, err)
			}
			if err := add(place, plainName, plain); err != nil {
				return nil, err
			}
		}
	}
	if g.place == "" {
		return nil, errors.New("the request is not signed")
	}
	return g, nil
}

func formText(x *exchange) string {
	if len(x.form) == 0 {
		return ""
	}
	return string(x.body)
}

// baseURI is RFC 5849 §3.4.1.2: no query, no default port.
func baseURI(x *exchange) string {
	scheme, defaultPort := "http", ":80"
	if x.TLS != nil {
		scheme, defaultPort = "https", ":443"
	}
	path := x.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	return scheme + "://" + strings.TrimSuffix(strings.ToLower(x.Host), defaultPort) + path
}

// verify compares the signature with the one that the secrets give.
func (g *signature) verify(consumerSecret, tokenSecret string) bool {
	key := percent(consumerSecret) + "&" + percent(tokenSecret)
	given := g.value("oauth_signature")
	switch g.value("oauth_signature_method") {
	case "PLAINTEXT":
		return hmac.Equal([]byte(given), []byte(key))
	case "HMAC-SHA1":
		mac := hmac.New(sha1.New, []byte(key))
		mac.Write([]byte(g.text()))
		return hmac.Equal([]byte(given), []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil))))
	}
	return false
}

// text is the signature base string of RFC 5849 §3.4.1.1.
func (g *signature) text() string {
	pairs := make([][2]string, len(g.arguments))
	for i, a := range g.arguments {
		pairs[i] = [2]string{percent(a[0]), percent(a[1])}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		if order := strings.Compare(a[0], b[0]); order != 0 {
			return order
		}
		return strings.Compare(a[1], b[1])
	})
	var joined []string
	for _, p := range pairs {
		joined = append(joined, p[0]+"="+p[1])
	}
	return g.method + "&" + percent(g.baseURI) + "&" + percent(strings.Join(joined, "&"))
}

// percent encodes as RFC 5849 §3.6 does: all but letters, digits, "-", ".", "_" and "~", in capitals.
func percent(text string) string {
	var out strings.Builder
	for i := range len(text) {
		b := text[i]
		switch {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '-', b == '.', b == '_', b == '~':
			out.WriteByte(b)
		default:
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}
