package credential

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// signAWSv2 is the row of AWS signature version 2, which only Amazon's marketplace and old endpoints speak.
func signAWSv2(req *http.Request, c Configuration) (Outcome, error) {
	if c[keyAWSKey] == "" || c[keyAWSSecret] == "" {
		return Nothing, nil
	}
	return signed(awsv2(req, c, time.Now().UTC().Format("2006-01-02T15:04:05Z")))
}

// awsv2 signs the parameters of the query, or of the body when that is a form, and writes them back in the
// order in which they were signed. Signature parameters that are there already are replaced.
func awsv2(req *http.Request, c Configuration, timestamp string) error {
	content, isForm, err := formBody(req)
	if err != nil {
		return err
	}
	parameters := parseForm(req.URL.RawQuery)
	if isForm {
		parameters = append(parameters, parseForm(content)...)
	}
	own := form{{"AWSAccessKeyId", c[keyAWSKey]}, {"SignatureVersion", "2"}, {"SignatureMethod", "HmacSHA256"}, {"Timestamp", timestamp}}
	own.addIf("SecurityToken", c[keyAWSSession])
	parameters = slices.DeleteFunc(parameters, func(f field) bool { return f.name == "Signature" || own.has(f.name) })
	parameters = append(parameters, own...)
	slices.SortStableFunc(parameters, compareFields)

	pairs := make([]string, len(parameters))
	for i, p := range parameters {
		pairs[i] = percent(p.name) + "=" + percent(p.value)
	}
	canonical := strings.Join(pairs, "&")
	path := req.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	host = strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(host), ":443"), ":80")
	mac := hmac.New(sha256.New, []byte(c[keyAWSSecret]))
	mac.Write([]byte(strings.ToUpper(req.Method) + "\n" + host + "\n" + path + "\n" + canonical))
	canonical += "&Signature=" + percent(base64.StdEncoding.EncodeToString(mac.Sum(nil)))

	target := *req.URL
	req.URL = &target
	if !isForm {
		target.RawQuery = canonical
		return nil
	}
	target.RawQuery = ""
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(canonical)), nil }
	_ = req.Body.Close() // read in full before
	req.Body, _ = req.GetBody()
	req.ContentLength = int64(len(canonical))
	return nil
}
