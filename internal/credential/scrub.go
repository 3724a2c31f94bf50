package credential

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// minScrub is the length in bytes from which a secret, or a piece of its base64, is scrubbed: shorter ones
// would blot out half of every text, and are no secrets that a text could keep.
const minScrub = 4

// Scrubber replaces known secrets in texts that leave the corridor: logs, errors, usage records, traces. It
// knows each secret as it is and as it looks in base64 (also inside a longer text such as a Basic header),
// percent-encoded, in JSON, quoted, in HTML and in hex. A nil Scrubber changes nothing. It is immutable
// and safe for concurrent use; build one per instance and keep it.
type Scrubber struct {
	replacer  *strings.Replacer
	encodable []string // see Text
}

// NewScrubber makes a scrubber for secret values. Empty and very short ones are left out; nil is returned
// when none is left.
func NewScrubber(secrets ...string) *Scrubber {
	var forms []string
	for _, s := range secrets {
		if len(s) >= minScrub && s != Mask {
			forms = append(forms, formsOf(s)...)
		}
	}
	if len(forms) == 0 {
		return nil
	}
	// At one place the longest form wins, so that no tail of a secret is left behind a shorter match.
	slices.SortFunc(forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	forms = slices.Compact(forms)
	pairs := make([]string, 0, 2*len(forms))
	for _, f := range forms {
		pairs = append(pairs, f, Mask)
	}
	return &Scrubber{replacer: strings.NewReplacer(pairs...), encodable: encodable(secrets)}
}

// ScrubberFor makes a scrubber for the secrets of one instance. secret tells which keys are secret; usually
// it asks IsSensitive with the type of the definition's entry. The Basic credential is known as a whole.
func ScrubberFor(c Configuration, secret func(key string) bool, more ...string) *Scrubber {
	values := slices.Clone(more)
	for key, value := range c {
		if secret(key) {
			values = append(values, value)
		}
	}
	if user, password := c["username"], c["password"]; password != "" && secret("password") {
		values = append(values, user+":"+password)
	}
	// In a Basic header of a token call, and in signatures that are no digests, secrets are percent-encoded first.
	for _, key := range []string{"oauth.api.secret", keyToken, keyTokenSecret} {
		if value := c[key]; value != "" && secret(key) {
			values = append(values, url.QueryEscape(value), percent(value))
		}
	}
	return NewScrubber(values...)
}

// String returns the text with every known secret replaced by Mask.
func (s *Scrubber) String(text string) string {
	if s == nil {
		return text
	}
	return s.replacer.Replace(text)
}

// URI scrubs a path with query: known secrets however they are percent-encoded, and the values of query
// parameters whose names say that they carry a credential (apiSecret, access_token), which no
// configuration knows yet.
func (s *Scrubber) URI(uri string) string {
	uri = s.String(scrubQuery(uri))
	if s == nil || !strings.Contains(uri, "%") {
		return uri
	}
	var b strings.Builder
	for len(uri) > 0 {
		end := strings.IndexAny(uri, "/?&=#;")
		if end < 0 {
			end = len(uri)
		}
		b.WriteString(s.piece(uri[:end]))
		if end < len(uri) {
			b.WriteByte(uri[end])
			end++
		}
		uri = uri[end:]
	}
	return b.String()
}

// piece masks one part of a URI when a secret shows after undoing its escapes, which may be doubled.
func (s *Scrubber) piece(text string) string {
	plain := text
	for range 2 {
		if !strings.Contains(plain, "%") {
			break
		}
		next, err := url.QueryUnescape(plain)
		if err != nil {
			break
		}
		if plain = next; s.String(plain) != plain {
			return Mask
		}
	}
	return text
}

func scrubQuery(uri string) string {
	path, query, ok := strings.Cut(uri, "?")
	if !ok || query == "" {
		return uri
	}
	changed := false
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			continue
		}
		if plain, err := url.QueryUnescape(name); err != nil || namesCredential(plain) {
			parts[i] = name + "=" + Mask
			changed = true
		}
	}
	if !changed {
		return uri
	}
	return path + "?" + strings.Join(parts, "&")
}

// formsOf lists how a secret may look in a text.
func formsOf(s string) []string {
	plain := []string{s, hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s))), html.EscapeString(s)}
	for _, q := range []string{strconv.Quote(s), strconv.QuoteToASCII(s), jsonText(s, true), jsonText(s, false)} {
		plain = append(plain, q[1:len(q)-1])
	}
	plain = append(plain, base64Forms(s)...)
	if trimmed := strings.TrimSpace(s); trimmed != s && len(trimmed) >= minScrub {
		plain = append(plain, trimmed)
	}
	var all []string
	for _, form := range plain {
		all = append(all, form)
		for _, e := range []string{url.QueryEscape(form), url.PathEscape(form), strings.ReplaceAll(url.QueryEscape(form), "+", "%20")} {
			all = append(all, e, lowerEscapes(e))
		}
	}
	return slices.DeleteFunc(all, func(f string) bool { return len(f) < minScrub })
}

// jsonText is the text as a JSON string, with or without the escapes that keep HTML out.
func jsonText(s string, escapeHTML bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escapeHTML)
	if e.Encode(s) != nil {
		return `""` // a string always encodes
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// base64Forms are the whole encodings in both alphabets, with and without padding, and the characters that
// the secret alone decides when it begins at any of the three places within a group: these appear in the
// base64 of every longer text that holds the secret.
func base64Forms(s string) []string {
	var out []string
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		out = append(out, e.EncodeToString([]byte(s)))
		for shift := range 3 {
			text := e.EncodeToString(append(make([]byte, shift), s...))
			// Characters before the first and after the last that carry bits of the secret only.
			first := (shift*8 + 5) / 6
			last := (shift + len(s)) * 8 / 6
			out = append(out, text[first:last])
		}
	}
	return out
}

// lowerEscapes writes percent escapes with lower-case digits, as some clients do.
func lowerEscapes(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			b[i+1], b[i+2] = lower(b[i+1]), lower(b[i+2])
			i += 2
		}
	}
	return string(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'F' {
		return c + 'a' - 'A'
	}
	return c
}
