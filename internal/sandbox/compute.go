package sandbox

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // scripts sign for providers that ask for it
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // ditto
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"net/url"
	"strconv"
	"strings"
)

// maxRandom is how many characters, or bytes, one random value has.
const maxRandom = 10_000

// compute answers the verbs that only compute. Bytes cross the bridge as base64, which the engine reads and writes
// natively.
func compute(verb string, texts []string) (answer any, err error, ok bool) { //nolint:revive // whether it was its verb comes last
	switch verb {
	case "hash":
		answer, err = digest(texts)
	case "mac":
		answer, err = mac(texts)
	case "encode64":
		answer = base64.StdEncoding.EncodeToString([]byte(texts[1]))
	case "decode64":
		answer, err = decode64(texts[1])
	case "zlib":
		answer, err = zipped(texts)
	case "bytes":
		answer, err = randomBytes(texts[1])
	case "text":
		answer, err = utf8Text(texts[1])
	case "url":
		answer, err = parseURL(texts)
	case "random":
		answer, err = random(texts)
	default:
		return nil, nil, false
	}
	return answer, err, true
}

// digest answers CE.md5 and CE.hmac: algorithm, encoding, secret or \0 for a plain hash, text.
func digest(texts []string) (any, error) {
	if len(texts) != 5 {
		return nil, errors.New("a hash needs an algorithm, an encoding, a secret and a text")
	}
	var make func() hash.Hash
	switch strings.ToLower(texts[1]) {
	case "md5":
		make = md5.New
	case "sha1":
		make = sha1.New
	case "sha256":
		make = sha256.New
	case "sha512":
		make = sha512.New
	default:
		return nil, fmt.Errorf("the hash %s is not available: there are md5, sha1, sha256 and sha512", texts[1])
	}
	h := make()
	if texts[3] != "\x00" {
		h = hmac.New(make, []byte(texts[3]))
	}
	h.Write([]byte(texts[4])) // a hash takes everything
	sum := h.Sum(nil)
	switch strings.ToLower(texts[2]) {
	case "hex":
		return hex.EncodeToString(sum), nil
	case "base64":
		return base64.StdEncoding.EncodeToString(sum), nil
	}
	return nil, fmt.Errorf("the encoding %s is not available: there are hex and base64", texts[2])
}

// decode64 takes base64 of either alphabet, with or without padding and line breaks, as scripts meet it in tokens.
func decode64(text string) (any, error) {
	text = strings.NewReplacer("-", "+", "_", "/", "=", "", "\n", "", "\r", "", " ", "").Replace(text)
	plain, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("the text is no base64")
	}
	return strings.ToValidUTF8(string(plain), "�"), nil
}

func random(texts []string) (any, error) {
	n, err := strconv.Atoi(texts[1])
	if err != nil || n < 0 || n > maxRandom || len(texts) != 3 || texts[2] == "" {
		return nil, fmt.Errorf("a random text has 0 to %d characters", maxRandom)
	}
	drawn := make([]byte, n)
	if _, err := rand.Read(drawn); err != nil {
		return nil, err
	}
	for i, value := range drawn {
		drawn[i] = texts[2][int(value)%len(texts[2])]
	}
	return string(drawn), nil
}

func hashOf(name string) (func() hash.Hash, error) {
	switch strings.ReplaceAll(strings.TrimPrefix(strings.ToLower(name), "rsa-"), "-", "") {
	case "md5":
		return md5.New, nil
	case "sha1":
		return sha1.New, nil
	case "sha224":
		return sha256.New224, nil
	case "sha256":
		return sha256.New, nil
	case "sha384":
		return sha512.New384, nil
	case "sha512":
		return sha512.New, nil
	}
	return nil, fmt.Errorf("the hash %s is not available: there are md5, sha1, sha224, sha256, sha384 and sha512", name)
}

// mac answers crypto.createHash and createHmac: algorithm, key or \0 for a plain hash, data.
func mac(texts []string) (any, error) {
	if len(texts) != 4 {
		return nil, errors.New("a hash needs an algorithm, a key and data")
	}
	make, err := hashOf(texts[1])
	if err != nil {
		return nil, err
	}
	h := make()
	if texts[2] != "\x00" {
		key, err := base64.StdEncoding.DecodeString(texts[2])
		if err != nil {
			return nil, errors.New("the key is no base64")
		}
		h = hmac.New(make, key)
	}
	data, err := base64.StdEncoding.DecodeString(texts[3])
	if err != nil {
		return nil, errors.New("the data is no base64")
	}
	h.Write(data) // a hash takes everything
	return base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}

func randomBytes(text string) (any, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > maxRandom {
		return nil, fmt.Errorf("there are 0 to %d random bytes at once", maxRandom)
	}
	drawn := make([]byte, n)
	if _, err := rand.Read(drawn); err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString(drawn), nil
}

// utf8Text reads bytes as UTF-8; what is none reads as U+FFFD.
func utf8Text(text string) (any, error) {
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("the bytes are no base64")
	}
	return strings.ToValidUTF8(string(plain), "\uFFFD"), nil
}

// parseURL reads an address for URL and url.parse: the address, and what it is relative to or "". The answer is the JSON
// of its parts.
func parseURL(texts []string) (any, error) {
	if len(texts) != 3 {
		return nil, errors.New("an address needs a base or none")
	}
	u, err := url.Parse(strings.TrimSpace(texts[1]))
	if err == nil && texts[2] != "" {
		var base *url.URL
		if base, err = url.Parse(strings.TrimSpace(texts[2])); err == nil {
			u = base.ResolveReference(u)
		}
	}
	if err != nil || u.Scheme == "" {
		return nil, errors.New("Invalid URL") //nolint:staticcheck // Node's own words
	}
	parts := map[string]string{"protocol": u.Scheme + ":", "hostname": strings.ToLower(u.Hostname()), "port": u.Port(), "pathname": u.EscapedPath()}
	if password, given := u.User.Password(); given {
		parts["password"] = password
	}
	parts["username"] = u.User.Username()
	if u.Scheme == "https" && parts["port"] == "443" || u.Scheme == "http" && parts["port"] == "80" {
		parts["port"] = ""
	}
	if strings.Contains(parts["hostname"], ":") {
		parts["hostname"] = "[" + parts["hostname"] + "]"
	}
	if parts["pathname"] == "" {
		if parts["pathname"] = "/"; u.Opaque != "" {
			parts["pathname"] = u.Opaque
		}
	}
	if u.RawQuery != "" {
		parts["search"] = "?" + strings.ReplaceAll(u.RawQuery, " ", "%20")
	}
	if u.Fragment != "" {
		parts["hash"] = "#" + u.EscapedFragment()
	}
	text, err := json.Marshal(parts)
	return string(text), err
}
