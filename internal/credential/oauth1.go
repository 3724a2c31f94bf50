package credential

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/fault"
)

// Methods of OAuth 1 (RFC 5849 §3.4). HMAC-SHA256 is a common extension.
const (
	methodSHA1      = "HMAC-SHA1"
	methodSHA256    = "HMAC-SHA256"
	methodPlaintext = "PLAINTEXT"
)

// keySignatureMethod is our own configuration key: the method where it is not the type's own.
const keySignatureMethod = "oauth.signature.method"

// maxSignedForm bounds a form body that is read to be signed, in bytes.
const maxSignedForm = 1 << 20

var oauth1Keys = []string{
	"oauth.api.key", "oauth.api.secret", "oauth.callback.url", "oauth.scope", "oauth.request.url",
	"oauth.request.authorization.type", "oauth.authorization.url", "oauth.token.url", keyToken, keyTokenSecret,
}

func isOAuth1(authType string) bool {
	return strings.EqualFold(authType, OAuth1) || strings.EqualFold(authType, OAuth1Plaintext)
}

// signOAuth1 is the row of an OAuth 1 type. Without a consumer key or a token there is nothing to sign with:
// lifecycle resources run before there is one.
func signOAuth1(method string) func(*http.Request, Configuration) (Outcome, error) {
	return func(req *http.Request, c Configuration) (Outcome, error) {
		if c["oauth.api.key"] == "" || c[keyToken] == "" {
			return Nothing, nil
		}
		return signed(oauth1Of(c, method, time.Now()).sign(req))
	}
}

// SingleUse reports whether a request that was signed for a type can be sent once only: a nonce that comes again
// is refused, so a retry needs a new signature.
func SingleUse(authType string) bool { return strings.EqualFold(authType, OAuth1) }

// oauth1 is one signature of RFC 5849.
type oauth1 struct {
	key, secret        string
	token, tokenSecret string
	method             string
	inQuery            bool
	nonce              string
	timestamp          string
	extra              form // oauth_callback, oauth_verifier
}

func oauth1Of(c Configuration, method string, now time.Time) oauth1 {
	if given := strings.ToUpper(strings.TrimSpace(c[keySignatureMethod])); given != "" {
		method = given
	}
	return oauth1{
		key: c["oauth.api.key"], secret: c["oauth.api.secret"],
		token: c[keyToken], tokenSecret: c[keyTokenSecret],
		method:    method,
		inQuery:   strings.EqualFold(strings.TrimSpace(c["oauth.request.authorization.type"]), "query"),
		nonce:     rand.Text(),
		timestamp: strconv.FormatInt(now.Unix(), 10),
	}
}

// sign puts the parameters of the protocol into the Authorization header or the query.
func (o oauth1) sign(req *http.Request) error {
	fields := form{{"oauth_consumer_key", o.key}}
	fields.addIf("oauth_token", o.token)
	fields.add("oauth_signature_method", o.method)
	fields.add("oauth_timestamp", o.timestamp)
	fields.add("oauth_nonce", o.nonce)
	fields.add("oauth_version", "1.0")
	fields = append(fields, o.extra...)

	signature, err := o.signature(req, fields)
	if err != nil {
		return err
	}
	fields.add("oauth_signature", signature)
	if o.inQuery {
		query := req.URL.RawQuery
		for _, f := range fields {
			if query != "" {
				query += "&"
			}
			query += percent(f.name) + "=" + percent(f.value)
		}
		target := *req.URL
		target.RawQuery = query
		req.URL = &target
		return nil
	}
	parts := make([]string, 0, len(fields))
	for _, f := range fields {
		parts = append(parts, percent(f.name)+`="`+percent(f.value)+`"`)
	}
	setHeader(req, "OAuth "+strings.Join(parts, ", "))
	return nil
}

func (o oauth1) signature(req *http.Request, fields form) (string, error) {
	secret := percent(o.secret) + "&" + percent(o.tokenSecret)
	if o.method == methodPlaintext {
		if req.URL.Scheme != "https" && !isLoopback(req.URL.Hostname()) {
			return "", fault.New(fault.Invalid, "OAuth 1 with PLAINTEXT sends the secret as it is and needs https (RFC 5849 §3.4.4)")
		}
		return secret, nil
	}
	base, err := baseString(req, fields)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha1.New, []byte(secret))
	switch o.method {
	case methodSHA1:
	case methodSHA256:
		mac = hmac.New(sha256.New, []byte(secret))
	default:
		return "", fault.New(fault.Invalid, "%s %q is not supported; HMAC-SHA1, HMAC-SHA256 and PLAINTEXT are", keySignatureMethod, o.method)
	}
	mac.Write([]byte(base))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// baseString is the text that is signed (RFC 5849 §3.4.1).
func baseString(req *http.Request, fields form) (string, error) {
	parameters := slices.Clone(fields)
	parameters = append(parameters, parseForm(req.URL.RawQuery)...)
	content, ok, err := formBody(req)
	if err != nil {
		return "", err
	}
	if ok {
		parameters = append(parameters, parseForm(content)...)
	}
	for i, p := range parameters {
		parameters[i] = field{percent(p.name), percent(p.value)}
	}
	slices.SortFunc(parameters, compareFields)
	pairs := make([]string, len(parameters))
	for i, p := range parameters {
		pairs[i] = p.name + "=" + p.value
	}
	return percent(strings.ToUpper(req.Method)) + "&" + percent(baseURI(req)) + "&" + percent(strings.Join(pairs, "&")), nil
}

func compareFields(a, b field) int {
	if a.name != b.name {
		return strings.Compare(a.name, b.name)
	}
	return strings.Compare(a.value, b.value)
}

// baseURI is scheme, host and path without default port, query and fragment (RFC 5849 §3.4.1.2).
func baseURI(req *http.Request) string {
	host := strings.ToLower(req.URL.Host)
	if req.Host != "" {
		host = strings.ToLower(req.Host)
	}
	scheme := strings.ToLower(req.URL.Scheme)
	switch scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	path := req.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	return scheme + "://" + host + path
}

// parseForm reads a query or form body in the order of its parts. Parts that are wrongly encoded count as
// they stand: a provider sees them so too.
func parseForm(text string) form {
	var f form
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		f.add(unescape(name), unescape(value))
	}
	return f
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// formBody returns the body when it is a form, without consuming it.
func formBody(req *http.Request) (string, bool, error) {
	mediaType, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || mediaType != formType || req.Body == nil || req.Body == http.NoBody {
		return "", false, nil
	}
	if req.GetBody == nil {
		return "", false, fault.New(fault.Invalid, "a form that is streamed cannot be signed")
	}
	body, err := req.GetBody()
	if err != nil {
		return "", false, fault.Wrap(fault.Internal, err, "cannot read the form to sign it")
	}
	defer body.Close() //nolint:errcheck // only read
	content, err := io.ReadAll(io.LimitReader(body, maxSignedForm+1))
	switch {
	case err != nil:
		return "", false, fault.Wrap(fault.Internal, err, "cannot read the form to sign it")
	case len(content) > maxSignedForm:
		return "", false, fault.New(fault.TooLarge, "the form is larger than %d MiB, the limit of forms that are signed", maxSignedForm>>20)
	}
	return string(content), true, nil
}

// percent encodes as RFC 3986 says, everything but its unreserved characters (RFC 5849 §3.6, and AWS).
func percent(text string) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~':
			out.WriteByte(c)
		default:
			out.WriteByte('%')
			out.WriteByte(digits[c>>4])
			out.WriteByte(digits[c&15])
		}
	}
	return out.String()
}
